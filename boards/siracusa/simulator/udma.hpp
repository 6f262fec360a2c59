// SPDX-License-Identifier: Apache-2.0
// The I/O DMA, as far as it moves data between L2 and HyperRAM (L3).
#pragma once
#include "core.hpp"

#include <array>

namespace simulator {
/// A transfer between L2 and HyperRAM, as the sanitizer is told of it.
struct udma_transfer {
  std::uint64_t number = 0;
  bool to_l2 = false;
  address32 l2 = 0;
  std::uint32_t l3 = 0, bytes = 0;
};

class udma_engine {
public:
  explicit udma_engine(machine& m) : system(m) {}
  std::uint32_t read(std::uint32_t offset);
  void write(core& by, std::uint32_t offset, std::uint32_t value);
  cycle_count next() const;
  void advance(cycle_count now);

  cycle_count bytes_read = 0, bytes_written = 0, busy_cycles = 0;

private:
  struct channel {
    std::uint32_t address = 0, size = 0, config = 0;
    // Taken when the transfer starts.
    std::uint32_t l3 = 0, line_bytes = 0, line_stride = 0;
    std::uint64_t number = 0;
    cycle_count done = never;
  };
  void start(core& by, channel& c, bool is_receive);
  void check(channel const& c, bool is_receive) const;
  void copy(channel const& c, bool is_receive);

  machine& system;
  std::array<std::uint32_t, 0x2000 / 4> registers{};
  channel receive, transmit;
  cycle_count bus_free = 0;
  std::uint64_t started = 0;
};
}  // namespace simulator
