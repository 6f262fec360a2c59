// SPDX-License-Identifier: Apache-2.0
// How a team of cores shares work.
#pragma once
#include <cluster/inlining.hpp>
#include <deeploy/kernel.hpp>

namespace deeploy::cluster {
/// Cores that a team has as a rule, and at most: what is divided among them is shifted, and scratch has a place for each.
inline constexpr int team_cores = 8;

/// Where the share of a core begins; a division takes 30 cycles.
[[gnu::always_inline]] constexpr index split_at(index total, int core, int cores) {
  static_assert(team_cores == 1 << 3);
  if (cores == team_cores) [[likely]] return total * core >> 3;
  return total * core / cores;
}
/// Units of the core that has the most of them.
[[gnu::always_inline]] constexpr index rounds(index units, int cores) {
  return cores == team_cores ? (units + team_cores - 1) >> 3 : (units + cores - 1) / cores;
}
}  // namespace deeploy::cluster
