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
}  // namespace simulator
