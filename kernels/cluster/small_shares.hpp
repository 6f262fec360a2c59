// SPDX-License-Identifier: Apache-2.0
// Shares of small tiles, divided by the compiler: a division takes as long as several elements.
#pragma once
#include <cluster/runs.hpp>
#include <deeploy/lowered.hpp>

namespace deeploy::cluster {
/// Part of a lowered tile's constants: how `total` items are shared by a team of eight cores, and by one of seven. Other
/// teams divide when they run.
struct small_shares {
  static constexpr int most_cores = 8;
  i32 total = 0, part[2] = {};

  constexpr small_shares() = default;
  constexpr explicit small_shares(index items) : total(items), part{(items + most_cores - 1) / most_cores, (items + most_cores - 2) / (most_cores - 1)} {}

  /// How much longer the tile takes with seven cores.
  ///
  /// @param cycles_each  of an item
  constexpr u16 one_core_less_cycles(int cycles_each) const {
    i64 const cycles = i64{part[1] - part[0]} * cycles_each;
    return cycles < lowered_tile::never ? static_cast<u16>(cycles) : lowered_tile::never;
  }
  /// The share of core `core` of so many.
  DEEPLOY_ALWAYS_INLINE core_share of(int core, int cores) const {
    u32 const fewer = static_cast<u32>(most_cores - cores);
    index const each = fewer < 2 ? part[fewer] : (total + cores - 1) / cores;
    index const begin = core * each, end = begin + each;
    return {begin, end < total ? end : total};
  }
};
}  // namespace deeploy::cluster
