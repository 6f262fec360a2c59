// SPDX-License-Identifier: Apache-2.0
// What elementwise operators share: axes from the result, operands broadcast to them as in numpy.
#pragma once
#include <deeploy/detail/describe.hpp>

namespace deeploy::detail {
/// Axes of an elementwise layer: one per logical axis of the result.
struct element_axes {
  int count = 0;
  int of[max_axes] = {};
};

inline constexpr char const* axis_label[] = {"axis_0", "axis_1", "axis_2", "axis_3", "axis_4", "axis_5"};

constexpr element_axes axes_of(layer_builder& l, window const& y) {
  element_axes axes;
  axes.count = y.logical_rank();
  for (int i = 0; i < axes.count; ++i) axes.of[i] = l.axis(axis_label[i], y.logical_extent(i), axis_kind::parallel);
  return axes;
}

/// Operands 0 and 1 are A and B, 2 and 3 the scale, 4 the result; `before` are the requantisations of A and B.
template <class Kind, class A, class B, class Y, class... Options>
constexpr layer_descriptor describe_binary(requantisation const& before_a, requantisation const& before_b,
                                           requantisation const& result) {
  layer_builder l(Kind::facts);
  element_axes const axes = axes_of(l, viewed<Y>::where);
  auto bind = [&](operand& o, window const& w) { l.bind_broadcast(o, w, axes.of, axes.count); };
  bind(l.place<A>(0, direction::in), viewed<A>::where);
  bind(l.place<B>(1, direction::in), viewed<B>::where);
  l.add_result<scale_in<Options...>>(result, 2, bind);
  l.add(before_a, false);
  l.add(before_b, false);
  operand& y = l.place<Y>(4, direction::out);
  bind(y, viewed<Y>::where);
  l.expect_holds(y, result);
  return l.d;
}

/// Operand 0 is X, 1 and 2 the scale, 3 the result.
template <class Kind, class X, class Y, class... Options>
constexpr layer_builder describe_unary(requantisation const& result) {
  layer_builder l(Kind::facts);
  element_axes const axes = axes_of(l, viewed<Y>::where);
  auto bind = [&](operand& o, window const& w) { l.bind_broadcast(o, w, axes.of, axes.count); };
  bind(l.place<X>(0, direction::in), viewed<X>::where);
  l.add_result<scale_in<Options...>>(result, 1, bind);
  operand& y = l.place<Y>(3, direction::out);
  bind(y, viewed<Y>::where);
  l.expect_holds(y, result);
  return l;
}
}  // namespace deeploy::detail
