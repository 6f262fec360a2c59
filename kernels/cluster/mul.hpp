// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::mul.
#pragma once
#include <cluster/binary.hpp>
#include <deeploy/op/mul.hpp>

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::mul_kind, Engine> : cluster::elementwise_mapping<cluster::binary<cluster::arithmetic::mul>> {};
}  // namespace deeploy
