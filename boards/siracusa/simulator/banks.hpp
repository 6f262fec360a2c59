// SPDX-License-Identifier: Apache-2.0
// When each bank of a memory takes its next access: how cores, DMA and NPU share the ports.
#pragma once
#include "map.hpp"
#include "timing.hpp"

#include <array>

namespace simulator {
/// Word-interleaved banks of one access a cycle. An access that finds its bank taken is queued behind those before it.
struct banks {
  std::array<cycle_count, map::l1_banks> free{};  // first cycle in which the bank takes another access

  static unsigned bank_of(address32 offset) { return offset >> 2 & (map::l1_banks - 1); }
  /// Takes the bank in this very cycle, or refuses.
  bool try_take(address32 offset, cycle_count now) {
    cycle_count& f = free[bank_of(offset)];
    if (f > now) return false;
    f = now + 1;
    return true;
  }
  /// An access with priority: those that wait are put off by a cycle.
  void preempt(unsigned bank, cycle_count now) { free[bank] = (free[bank] > now ? free[bank] : now) + 1; }
};

/// Memories beyond L1: the ways of all cluster cores meet in one port, and the memory's banks serve the DMA too.
struct far_ports {
  cycle_count l2_free = 0, weights_free = 0;                // of the cores' port to each
  std::array<cycle_count, timing::l2_banks> l2_bank_free{};  // words interleaved
  cycle_count weights_bank_free = 0;

  /// A core's access that would be served at `at`: the cycles that it waits.
  cycle_count use_l2(address32 address, cycle_count at) {
    return use(at, l2_free, l2_bank_free[address >> 2 & (timing::l2_banks - 1)]);
  }
  cycle_count use_weights(cycle_count at) { return use(at, weights_free, weights_bank_free); }
  /// A word of the DMA, which comes first.
  void dma_at_l2(address32 address, cycle_count now) {
    l2_bank_free[address >> 2 & (timing::l2_banks - 1)] = now + 1;
  }
  void dma_at_weights(cycle_count now) { weights_bank_free = now + 1; }

private:
  static cycle_count use(cycle_count at, cycle_count& port, cycle_count& bank) {
    cycle_count const from = port > bank ? port : bank, served = from > at ? from : at;
    port = bank = served + 1;
    return served - at;
  }
};
}  // namespace simulator
