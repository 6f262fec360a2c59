// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::reduce_sum.
#pragma once
#include <cluster/reduce.hpp>
#include <deeploy/op/reduce_sum.hpp>

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::reduce_sum_kind, Engine> : cluster::reduce_mapping<false> {};
}  // namespace deeploy
