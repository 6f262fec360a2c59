// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::ihardswish.
#pragma once
#include <cluster/unary.hpp>
#include <deeploy/op/ihardswish.hpp>

namespace deeploy::cluster {
struct ihardswish {
  static constexpr bool sums = false;
  static constexpr i64 instructions(element_class const& c) { return c.narrow ? 5 : 20; }
  static constexpr element_class describe(layer_descriptor const& l) {
    i64 const by = l.values[6], three = l.values[7], six = l.values[8];
    u32 const x = magnitude_of(l.with[0].of->type);
    bool const narrow = x <= 65535 && three < 1 << 30 && three > -(1 << 30) && six >= 0;
    i64 const reach = six > 0 ? six : 0;  // a clip to [0, six] gives six where that is negative
    i64 const gate = (six < 0 ? -six : reach) * (by < 0 ? -by : by);
    bool const bounded = narrow && gate < 1LL << 31 && gate * x < 1LL << 31;
    element_class c = describe_unary_class(l, bounded ? static_cast<u32>(gate * x) : 1u << 31);
    c.narrow = narrow;
    return c;
  }
  template <element_class C>
  struct of_class {
    static constexpr element_class of = C;
    i32 by, three, six;
    constexpr explicit of_class(i32 const* values) : by(values[6]), three(values[7]), six(values[8]) {}
    DEEPLOY_ALWAYS_INLINE i32 operator()(i32 x) const {
      i32 gate;
      if constexpr (C.narrow) {
        gate = xpulp::clipur(x + three, six);
      } else {
        i64 const moved = static_cast<i64>(x) + three;
        gate = static_cast<i32>(moved < 0 ? 0 : moved > six ? six : moved);
      }
      return static_cast<i32>(static_cast<u32>(x) * (static_cast<u32>(gate) * static_cast<u32>(by)));
    }
  };
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::ihardswish_kind, Engine> : cluster::elementwise_mapping<cluster::ihardswish> {};
}  // namespace deeploy
