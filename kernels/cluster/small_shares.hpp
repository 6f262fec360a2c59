// SPDX-License-Identifier: Apache-2.0
// Shares of small tiles, divided by the compiler: a division takes as long as several elements.
#pragma once
#include <cluster/runs.hpp>
#include <cluster/xpulp.hpp>
#include <deeploy/lowered.hpp>

namespace deeploy::cluster {
/// Part of a lowered tile's constants: how many of `total` items each core of a team takes, for every size of a team. The
/// last ones have fewer, or none.
struct small_shares {
  static constexpr int most_cores = team_cores;
  static constexpr index most_items = 65535;
  i32 total = 0;
  u16 part[most_cores] = {};  ///< by cores - 1

  constexpr small_shares() = default;
  /// @param items  at most most_items
  constexpr explicit small_shares(index items) : total(items) {
    for (int cores = 1; cores <= most_cores; ++cores) part[cores - 1] = static_cast<u16>((items + cores - 1) / cores);
  }

  /// How much longer the tile takes with seven cores.
  ///
  /// @param cycles_each  of an item
  constexpr u16 one_core_less_cycles(int cycles_each) const {
    i64 const cycles = i64{part[most_cores - 2] - part[most_cores - 1]} * cycles_each;
    return cycles < lowered_tile::never ? static_cast<u16>(cycles) : lowered_tile::never;
  }
  /// The items of one core.
  struct share {
    index begin, count;  ///< none: 0 or less
  };
  DEEPLOY_ALWAYS_INLINE share of(int core, int cores) const {
    index const each = part[cores - 1], begin = core * each;
    return {begin, xpulp::min(each, total - begin)};
  }
};
}  // namespace deeploy::cluster
