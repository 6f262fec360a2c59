// SPDX-License-Identifier: Apache-2.0
// op::ihardswish: integer hard swish.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct ihardswish_params {
  i32 one_over_six = 1;
  i32 three = 3;
  i32 six = 6;
  requantisation result = no_requantisation;
};

struct ihardswish_kind {
  static constexpr operator_facts facts{"ihardswish", {"x", "mul", "add", "y"}};
};

/// y = requantise( x * (clip(x + three, 0, six) * one_over_six) ).
///
/// @tparam X  broadcasts to Y; i8 u8 i16 i32
/// @tparam Y  up to six axes; i32 without requantisation
/// @source    Howard et al. 2019 (MobileNetV3), Deeploy iHardswish
template <class Self, Operand X, Operand Y, ihardswish_params params = ihardswish_params{}, class... Options>
struct ihardswish {
  using kind = ihardswish_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_unary<kind, X, Y, Options...>(params.result);
    l.add_value(params.one_over_six, params.three, params.six);
    return l.d;
  }();
};
}  // namespace deeploy::op
