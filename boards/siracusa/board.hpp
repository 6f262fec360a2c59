// SPDX-License-Identifier: Apache-2.0
// Siracusa: eight RISC-V cores with DSP instructions on a shared L1. The only file with facts of its engines.
#pragma once
#include <siracusa/memories.hpp>

namespace deeploy::engine {
/// Instructions of the cluster's cores. Silicon has mac&load; the public simulator traps on it.
enum class instructions : u8 { xpulpv2, mac_load };

/// The cluster's cores. Its kernels are kernels/cluster.
template <instructions set>
struct cluster {
  static constexpr char const* name = "cluster";
  static constexpr bool runs_cluster_kernels = true;
  static constexpr instructions has = set;
};
}  // namespace deeploy::engine

namespace deeploy::board {
/// Siracusa with Xpulpv2 alone: runs on silicon and on every simulator.
struct siracusa {
  static constexpr char const* name = "siracusa";
  static constexpr auto const& memories = siracusa_memories;
  static constexpr int cores = siracusa_cores;
  static constexpr execution_costs const& costs = siracusa_costs;
  using engines = detail::types<engine::cluster<engine::instructions::xpulpv2>>;
};

/// The same with mac&load.
struct siracusa_macload {
  static constexpr char const* name = "siracusa:macload";
  static constexpr auto const& memories = siracusa_memories;
  static constexpr int cores = siracusa_cores;
  static constexpr execution_costs const& costs = siracusa_costs;
  using engines = detail::types<engine::cluster<engine::instructions::mac_load>>;
};
}  // namespace deeploy::board
