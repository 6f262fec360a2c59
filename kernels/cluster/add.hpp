// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::add.
#pragma once
#include <cluster/binary.hpp>
#include <deeploy/op/add.hpp>

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::add_kind, Engine> : cluster::elementwise_mapping<cluster::binary<cluster::arithmetic::add>> {};
}  // namespace deeploy
