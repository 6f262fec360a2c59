// SPDX-License-Identifier: Apache-2.0
// The host board: the executor and the reference kernels on a PC, planned for Siracusa's memories.
#pragma once
#include <siracusa/memories.hpp>

namespace deeploy::engine {
/// Eight cores that share L1, run one after the other on the host. Its kernels are kernels/reference.
struct host_cluster {
  static constexpr char const* name = "cluster";
  static constexpr bool runs_reference_kernels = true;
};
}  // namespace deeploy::engine

namespace deeploy::board {
struct host {
  static constexpr char const* name = "host";
  static constexpr auto const& memories = siracusa_memories;
  static constexpr int cores = siracusa_cores;
  static constexpr execution_costs const& costs = siracusa_costs;
  using engines = detail::types<engine::host_cluster>;
};
}  // namespace deeploy::board
