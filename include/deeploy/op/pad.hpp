// SPDX-License-Identifier: Apache-2.0
// op::pad: surrounds a tensor with a constant value.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct pad_params {
  i32 value = 0;
  index before[max_rank] = {};  ///< per logical axis; negative cuts off
};

struct pad_kind {
  static constexpr operator_facts facts{"pad", {"x", "y"}};
};

/// y[i..] = x[i - before ..] where that exists, else value.
///
/// @tparam X  as many axes as Y
/// @tparam Y  up to six axes, of X's type
/// @source    ONNX Pad-13, mode constant
template <class Self, Operand X, Operand Y, pad_params params = pad_params{}>
struct pad {
  using kind = pad_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window x = viewed<X>::where, y = viewed<Y>::where;
    detail::layer_builder l(kind::facts);
    l.expect(x.logical_rank() == y.logical_rank(), 1104, x.logical_rank(), y.logical_rank());
    if (l.d.first_problem.code != 0) return l.d;
    detail::element_axes const axes = detail::axes_of(l, y);
    operand& from = l.place<X>(0, direction::in);
    for (int i = 0; i < axes.count; ++i) l.bind_window(from, x, i, axes.of[i], 1, -1, 1, -params.before[i]);
    operand& to = l.place<Y>(1, direction::out);
    l.bind_broadcast(to, y, axes.of, axes.count);
    l.add_class(axes.count);
    l.add_value(params.value);
    return l.d;
  }();
};
}  // namespace deeploy::op
