// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::sub.
#pragma once
#include <cluster/binary.hpp>
#include <deeploy/op/sub.hpp>

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::sub_kind, Engine> : cluster::elementwise_mapping<cluster::binary<cluster::arithmetic::sub>> {};
}  // namespace deeploy
