// SPDX-License-Identifier: Apache-2.0
// op::igelu: integer GELU by a second-order polynomial.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct igelu_params {
  i32 b = -40;     ///< negative; where the polynomial ends, in units of X
  i32 one = 1743;  ///< 1.0 in units of the polynomial
  requantisation result = no_requantisation;
};

struct igelu_kind {
  static constexpr operator_facts facts{"igelu", {"x", "mul", "add", "y"}};
};

/// q = min(|x|, -b); L = sign(x) * (one - (q + b)^2); y = requantise( x * ((one + L) >> 1) ), sign(0) = 0.
///
/// @tparam X  broadcasts to Y; i8 u8 i16 i32
/// @tparam Y  up to six axes; i32 without requantisation
/// @source    I-BERT (Kim et al. 2021), Deeploy iGELU
template <class Self, Operand X, Operand Y, igelu_params params = igelu_params{}, class... Options>
struct igelu {
  using kind = igelu_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_unary<kind, X, Y, Options...>(params.result);
    l.add_value(params.b);
    l.add_value(params.one);
    return l.d;
  }();
};
}  // namespace deeploy::op
