// SPDX-License-Identifier: Apache-2.0
// SoC control (end of the program) and the console of simulations.
#pragma once
#include "core.hpp"

#include <array>
#include <string>

namespace simulator {
class soc_control {
public:
  explicit soc_control(machine& m) : system(m) {}
  std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);

  /// A character of a core; whole lines are printed.
  void put(std::uint32_t offset, char character);
  /// Prints what has no line end yet.
  void flush();

private:
  void print(std::string& line);
  machine& system;
  std::uint32_t boot_address = 0, fetch_enable = 1, jtag = 0;
  std::array<std::string, 512> lines;  // one for each place that a core may write to: 4 KiB, 8 bytes each
};
}  // namespace simulator
