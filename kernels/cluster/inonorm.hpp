// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::inonorm.
#pragma once
#include <cluster/element_mapping.hpp>
#include <deeploy/op/inonorm.hpp>

namespace deeploy::cluster {
struct inonorm {
  static constexpr bool sums = false;
  static constexpr i64 instructions(element_class const&) { return 7; }
  static constexpr element_class describe(layer_descriptor const& l) {
    element_class c;
    c.inputs = 3;
    for (int i = 0; i < 3; ++i) c.in[i] = l.with[i].of->type;
    c.out = l.with[5].of->type;
    c.result = element_requant_of(l, 0, 0, 128);
    return c;
  }
  template <element_class C>
  struct of_class {
    static constexpr element_class of = C;
    i32 mul, shift;
    constexpr explicit of_class(i32 const* values) : mul(values[6]), shift(values[7]) {}
    DEEPLOY_ALWAYS_INLINE i32 operator()(i32 x, i32 weight, i32 bias) const {
      u32 const sum = static_cast<u32>(xpulp::mac(bias, x, weight));
      return static_cast<i8>(static_cast<i32>(sum * static_cast<u32>(mul)) >> shift);
    }
  };
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::inonorm_kind, Engine> : cluster::elementwise_mapping<cluster::inonorm> {};
}  // namespace deeploy
