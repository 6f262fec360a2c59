// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::reduce_mean.
#pragma once
#include <cluster/reduce.hpp>
#include <deeploy/op/reduce_mean.hpp>

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::reduce_mean_kind, Engine> : cluster::reduce_mapping<true> {};
}  // namespace deeploy
