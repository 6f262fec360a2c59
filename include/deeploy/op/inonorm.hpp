// SPDX-License-Identifier: Apache-2.0
// op::inonorm: the affine stand-in for a normalisation (NoNorm of MobileBERT).
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct inonorm_params {
  i32 mul = 1;
  i32 shift = 0;  ///< log2 of the attribute D
  requantisation result = no_requantisation;
};

struct inonorm_kind {
  static constexpr operator_facts facts{"inonorm", {"x", "weight", "bias", "mul", "add", "y"}};
};

/// y = requantise( i8( ((x*w + b) * mul) >> shift ) ): sum and product are i32 and wrap, no rounding, the cast wraps.
///
/// @tparam X, Weight, Bias  broadcast to Y
/// @tparam Y                i8 without requantisation; up to six axes
/// @source                  Deeploy iNoNorm
template <class Self, Operand X, Operand Weight, Operand Bias, Operand Y, inonorm_params params = inonorm_params{},
          class... Options>
struct inonorm {
  using kind = inonorm_kind;
  static constexpr layer_descriptor descriptor = [] {
    detail::layer_builder l(kind::facts);
    detail::element_axes const axes = detail::axes_of(l, viewed<Y>::where);
    auto bind = [&](operand& o, window const& w) { l.bind_broadcast(o, w, axes.of, axes.count); };
    bind(l.place<X>(0, direction::in), viewed<X>::where);
    bind(l.place<Weight>(1, direction::in), viewed<Weight>::where);
    bind(l.place<Bias>(2, direction::in), viewed<Bias>::where);
    l.add_result<detail::scale_in<Options...>>(params.result, 3, bind);
    operand& y = l.place<Y>(5, direction::out);
    bind(y, viewed<Y>::where);
    l.expect_holds(y, params.result);
    l.add_value(params.mul);
    l.add_value(params.shift);
    return l.d;
  }();
};
}  // namespace deeploy::op
