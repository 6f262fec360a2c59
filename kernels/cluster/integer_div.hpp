// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::integer_div.
#pragma once
#include <cluster/element_mapping.hpp>
#include <deeploy/op/integer_div.hpp>

namespace deeploy::cluster {
/// Division with the rounding of op::integer_div by one divisor, which serves a whole run where B is broadcast along
/// it.
struct rounded_division {
  i32 const* values;
  i32 b, half;
  rows::divider by;
  u32 factor;
  u32 limit;  ///< largest magnitude whose numerator fits 30 bits, and its sum with the rounding 31
  u32 below;  ///< a + limit is below this for such; 0: none is
  u32 sign;          ///< all ones for a negative denominator

  DEEPLOY_ALWAYS_INLINE rounded_division(i32 const* v, i32 divisor)
      : values(v), b(divisor), half(0), by(1), factor(0), limit(0), below(0), sign(0) {
    i64 const denominator = static_cast<i64>(v[7]) * divisor + v[8], product = static_cast<i64>(v[6]) * v[7];
    u64 const size = static_cast<u64>(denominator < 0 ? -denominator : denominator);
    u64 const most = static_cast<u64>(product < 0 ? -product : product);
    if (size == 0 || size >> 30 != 0 || most >> 30 != 0) return;
    factor = static_cast<u32>(product);
    sign = denominator < 0 ? ~0u : 0u;
    half = static_cast<i32>(denominator) >> 1;
    by = rows::divider(static_cast<u32>(size));
    limit = most == 0 ? 0x3FFFFFFF : 0x3FFFFFFF / static_cast<u32>(most);
    below = 2 * limit + 1;
  }
  DEEPLOY_ALWAYS_INLINE i32 operator()(i32 a) const {
    if (static_cast<u32>(a) + limit >= below) [[unlikely]] return in_64_bits(values, b, a);
    u32 const n = static_cast<u32>(a) * factor, negative = static_cast<u32>(static_cast<i32>(n) >> 31);
    // |numerator| + half: a negative half (of a negative denominator) takes away, and the sum may pass zero.
    i32 const rounded = static_cast<i32>((n ^ negative) - negative) + half;
    u32 const quotient = static_cast<u32>(by.signed_quotient(rounded)), turned = negative ^ sign;
    return static_cast<i32>((quotient ^ turned) - turned);
  }
  [[gnu::noinline, gnu::cold]] static i32 in_64_bits(i32 const* values, i32 b, i32 a) {
    i64 const denominator = static_cast<i64>(values[7]) * b + values[8], half = denominator >> 1;
    if (denominator == 0) return 0;
    i64 const numerator = static_cast<i64>(values[6]) * values[7] * a;
    return static_cast<i32>((numerator >= 0 ? numerator + half : numerator - half) / denominator);
  }
};

template <element_class C>
struct divide_elements {
  static void run(int core, int cores, kernel_arguments const& a) {
    using a_t = element_type<C.in[0]>;
    using b_t = element_type<C.in[1]>;
    using y_t = element_type<C.out>;
    constexpr bool scaled = C.result.of.scaled;
    constexpr int count = scaled ? 5 : 3, y_at = count - 1;
    constexpr walked_operands walked = scaled ? walks(0, 1, 2, 3, 4) : walks(0, 1, 4);
    runs r;
    merge_axes<walked>(a, 0, 1, r);
    requantiser<C.result.of> const result(a.values);
    i32 const x_on = static_cast<i32>(step_of(a, r, 0) * sizeof(a_t)), y_on = static_cast<i32>(step_of(a, r, 4) * sizeof(y_t));
    index const b_on = step_of(a, r, 1), mul_on = scaled ? step_of(a, r, 2) : 0, add_on = scaled ? step_of(a, r, 3) : 0;
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      u8 const* x = reinterpret_cast<u8 const*>(data<a_t>(a, 0) + at[0]);
      b_t const* b = data<b_t>(a, 1) + at[1];
      u8* y = reinterpret_cast<u8*>(data<y_t>(a, 4) + at[y_at]);
      i32 const *mul = nullptr, *add = nullptr;
      if constexpr (scaled) mul = data<i32>(a, 2) + at[2], add = data<i32>(a, 3) + at[3];
      while (n > 0) {
        rounded_division const division(a.values, static_cast<i32>(*b));
        index some = b_on == 0 ? n : 1;
        b += b_on;
        n -= some;
        for (; some > 0; --some) {
          i32 const value = division(rows::next<a_t>(x, x_on));
          prepared_scale scale = result.scale;
          if constexpr (scaled) {
            scale = {*mul, *add, -1};
            mul += mul_on;
            add += add_on;
          }
          rows::put<y_t>(y, requantise_element<C.result>(result, scale, value), y_on);
        }
      }
    });
  }
};

struct integer_div {
  static constexpr element_class describe(layer_descriptor const& l) {
    element_class c;
    c.inputs = 2;
    c.in[0] = l.with[0].of->type;
    c.in[1] = l.with[1].of->type;
    c.out = l.with[4].of->type;
    c.result = element_requant_of(l, 0, 0, 1u << 31);
    return c;
  }
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::integer_div_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    // A divisor made ready costs a division; where B varies along the innermost axis, one per element.
    i64 const each = depends_on(l.with[1], l.axes - 1) ? 120 : 33;
    return cluster::walk_cycles +
           (cluster::elements_of(l, tile) + 7) / 8 *
               (each + cluster::requant_instructions(cluster::element_requant_of(l, 0, 0, 1u << 31)));
  }
  static constexpr i64 code_bytes(layer_descriptor const&, int, index const*) { return 1700; }
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code{{&cluster::divide_elements<cluster::integer_div::describe(L)>::run}};
};
}  // namespace deeploy
