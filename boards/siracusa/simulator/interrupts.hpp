// SPDX-License-Identifier: Apache-2.0
// The fabric controller's interrupt controller.
#pragma once
#include "core.hpp"

#include <deque>

namespace simulator {
class interrupt_controller {
public:
  explicit interrupt_controller(machine& m) : system(m) {}
  std::uint32_t read(std::uint32_t offset);
  void write(std::uint32_t offset, std::uint32_t value);
  void raise(unsigned line);
  /// An event of the SoC's peripherals: queued, with line 26 up while the queue holds any.
  void soc_event(unsigned number);
  /// The lowest line that is up and enabled, or 32.
  unsigned pending() const { return status & mask ? static_cast<unsigned>(__builtin_ctz(status & mask)) : 32; }
  /// The controller has entered the handler of a line.
  void acknowledge(unsigned line) { status &= ~(1u << line); }
  std::uint32_t enabled_lines() const { return mask; }

private:
  static constexpr std::size_t queue_limit = 8;
  machine& system;
  std::uint32_t mask = 0, status = 0, acknowledged = 0;
  std::deque<unsigned> soc_events;
};
}  // namespace simulator
