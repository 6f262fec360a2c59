// SPDX-License-Identifier: Apache-2.0
// Sum, difference and product of two operands, each of which may be requantised before.
#pragma once
#include <cluster/element_mapping.hpp>

namespace deeploy::cluster {
enum class arithmetic : u8 { add, sub, mul };

template <arithmetic how>
struct binary {
  static constexpr bool sums = how != arithmetic::mul;
  static constexpr i64 instructions(element_class const&) { return 1; }

  static constexpr element_class describe(layer_descriptor const& l) {
    element_class c;
    c.inputs = 2;
    c.out = l.with[4].of->type;
    u64 largest[2];
    for (int i = 0; i < 2; ++i) {
      int const values_at = 6 + 6 * i;
      c.in[i] = l.with[i].of->type;
      c.before[i] = element_requant_of(l, 3 + 3 * i, values_at, magnitude_of(c.in[i]));
      largest[i] = magnitude_of(c.in[i]);
      if (c.before[i].of.present) {
        i64 const low = l.values[values_at + 4], high = l.values[values_at + 5];
        largest[i] = static_cast<u64>(-low > high ? -low : high);
      }
    }
    u64 const most = how == arithmetic::mul ? largest[0] * largest[1] : largest[0] + largest[1];
    c.result = element_requant_of(l, 0, 0, most > 1u << 31 ? 1u << 31 : static_cast<u32>(most));
    return c;
  }

  template <element_class C>
  struct of_class {
    static constexpr element_class of = C;
    static constexpr bool subtracts = how == arithmetic::sub;
    requantiser<C.before[0].of, true> first;
    requantiser<C.before[1].of, true> second;
    constexpr explicit of_class(i32 const* values) : first(values + 6), second(values + 12) {}

    template <int i>
    DEEPLOY_ALWAYS_INLINE i32 requantised(i32 x) const {
      if constexpr (i == 0)
        return requantise_element<C.before[0]>(first, first.scale, x);
      else
        return requantise_element<C.before[1]>(second, second.scale, x);
    }
    DEEPLOY_ALWAYS_INLINE i32 operator()(i32 a, i32 b) const {
      u32 const u = static_cast<u32>(requantised<0>(a)), v = static_cast<u32>(requantised<1>(b));
      return static_cast<i32>(how == arithmetic::add ? u + v : how == arithmetic::sub ? u - v : u * v);
    }
  };
};
}  // namespace deeploy::cluster
