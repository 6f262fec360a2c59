// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::integer_div.
#pragma once
#include <deeploy/op/integer_div.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
constexpr i32 integer_quotient(op::integer_div_params const& d, i32 a, i32 b) {
  i64 const denominator = static_cast<i64>(d.eta) * b + d.eps;
  i64 const numerator = static_cast<i64>(d.delta) * d.eta * a;
  i64 const half = denominator >> 1;
  return static_cast<i32>(denominator == 0 ? 0 : (numerator >= 0 ? numerator + half : numerator - half) / denominator);
}

/// Axes: those of the result. Operands: a b mul add y.
template <kernel_class C>
struct integer_div {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    op::integer_div_params const d{.delta = t.value(6), .eta = t.value(7), .eps = t.value(8)};
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      i32 const y = integer_quotient(d, t.template load<0>(i), t.template load<1>(i));
      t.template store<4>(i, t.template requantised<0, 0, 2>(y, i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::integer_div_kind, Engine>
    : reference::direct_mapping<reference::integer_div, reference::work_cost{.per_step = 0, .per_result = 320}> {};
}  // namespace deeploy
