// SPDX-License-Identifier: Apache-2.0
// op::integer_div: quotient of two integer tensors, scaled and rounded.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct integer_div_params {
  i32 delta = 1;
  i32 eta = 1;
  i32 eps = 0;
  requantisation result = no_requantisation;
};

struct integer_div_kind {
  static constexpr operator_facts facts{"integer_div", {"a", "b", "mul", "add", "y"}};
};

/// d = eta*b + eps; y = requantise( trunc( (delta*eta*a + sign*(d >> 1)) / d ) ), sign = +1 for a numerator >= 0, else -1.
///
/// The numerator has 64 bits. Where d is 0 the quotient is 0.
/// @tparam A, B  broadcast to Y; i8 u8 i16 i32
/// @tparam Y     up to six axes; i32 without requantisation
/// @source       Deeploy IntegerDiv
template <class Self, Operand A, Operand B, Operand Y, integer_div_params params = integer_div_params{}, class... Options>
struct integer_div {
  using kind = integer_div_kind;
  static constexpr layer_descriptor descriptor = [] {
    detail::layer_builder l(kind::facts);
    l.d = detail::describe_binary<kind, A, B, Y, Options...>(no_requantisation, no_requantisation, params.result);
    l.d.value_count = 6;  // the operands have no requantisation before: its values give way
    l.d.class_count = 3;
    for (int i = 6; i < max_values; ++i) l.d.values[i] = 0;
    for (int i = 3; i < max_classes; ++i) l.d.classes[i] = 0;
    l.add_value(params.delta, params.eta, params.eps);
    return l.d;
  }();
};
}  // namespace deeploy::op
