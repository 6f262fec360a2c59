// SPDX-License-Identifier: Apache-2.0
// What the mappings of the cluster's kernels share.
#pragma once
#include <deeploy/engine/mapping.hpp>

namespace deeploy::cluster {
/// Satisfied by engines whose kernels are the cluster's.
template <class E>
concept ClusterEngine = E::runs_cluster_kernels;
}  // namespace deeploy::cluster
