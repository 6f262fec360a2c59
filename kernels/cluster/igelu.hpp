// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::igelu.
#pragma once
#include <cluster/unary.hpp>
#include <deeploy/op/igelu.hpp>

namespace deeploy::cluster {
struct igelu {
  static constexpr bool sums = false;
  static constexpr i64 instructions(element_class const& c) { return c.narrow ? 11 : 30; }
  static constexpr element_class describe(layer_descriptor const& l) {
    i64 const b = l.values[6], one = l.values[7];
    u32 const x = magnitude_of(l.with[0].of->type);
    // The polynomial lies between one - b^2 and one + |one - b^2|; below 2^30 nothing overflows before the product.
    bool const narrow = b <= 0 && b > -16384 && one < 1 << 28 && one > -(1 << 28);
    i64 const size = one < 0 ? -one : one, gate = size + b * b / 2 + 1, most = gate * x;
    element_class c = describe_unary_class(l, narrow && most < 1LL << 31 ? static_cast<u32>(most) : 1u << 31);
    c.narrow = narrow;
    return c;
  }
  template <element_class C>
  struct of_class {
    static constexpr element_class of = C;
    i32 b, one;
    constexpr explicit of_class(i32 const* values) : b(values[6]), one(values[7]) {}
    DEEPLOY_ALWAYS_INLINE i32 operator()(i32 x) const {
      if constexpr (C.narrow) {
        i32 const sign = x >> 31;
        u32 const size = static_cast<u32>((x ^ sign) - sign);
        i32 const q = static_cast<i32>(xpulp::minu(size, static_cast<u32>(-b))) + b;
        i32 const top = one - q * q;
        // x = 0 needs no case of its own: the product is 0 whatever the gate.
        i32 const gate = (one + ((top ^ sign) - sign)) >> 1;
        return static_cast<i32>(static_cast<u32>(x) * static_cast<u32>(gate));
      } else {
        i64 const size = x < 0 ? -static_cast<i64>(x) : x,
                  q = (size < -static_cast<i64>(b) ? size : -static_cast<i64>(b)) + b;
        i64 const sign = x > 0 ? 1 : x < 0 ? -1 : 0;
        return static_cast<i32>(static_cast<u32>(x) * static_cast<u32>((one + sign * (one - q * q)) >> 1));
      }
    }
  };
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::igelu_kind, Engine> : cluster::elementwise_mapping<cluster::igelu> {};
}  // namespace deeploy
