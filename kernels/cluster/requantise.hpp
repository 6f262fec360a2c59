// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::requantise.
#pragma once
#include <cluster/unary.hpp>
#include <deeploy/op/requantise.hpp>

namespace deeploy::cluster {
struct requantise {
  static constexpr bool sums = false;
  static constexpr i64 instructions(element_class const&) { return 0; }
  static constexpr element_class describe(layer_descriptor const& l) {
    return describe_unary_class(l, magnitude_of(l.with[0].of->type));
  }
  template <element_class C>
  struct of_class {
    static constexpr element_class of = C;
    static constexpr bool is_identity = true;
    constexpr explicit of_class(i32 const*) {}
    DEEPLOY_ALWAYS_INLINE i32 operator()(i32 x) const { return x; }
  };
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::requantise_kind, Engine> : cluster::elementwise_mapping<cluster::requantise> {};
}  // namespace deeploy
