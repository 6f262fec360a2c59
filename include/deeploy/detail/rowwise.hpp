// SPDX-License-Identifier: Apache-2.0
// What row operators (softmaxes, norms) share: the last axis is a row that stays whole, the others are independent.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::detail {
/// Operands: X first, then the named extras (weight, bias) bound to the row axes by broadcast, then scale, then Y.
template <class Kind, class X, class Y, class Scale, class... Extras>
constexpr layer_builder describe_rows(requantisation const& result) {
  layer_builder l(Kind::facts);
  constexpr window y = viewed<Y>::where, x = viewed<X>::where;
  element_axes axes;
  axes.count = y.logical_rank();
  l.expect(axes.count >= 1, 1104, axes.count, 1);
  l.expect(x.logical_rank() == axes.count, 1104, x.logical_rank(), axes.count);
  if (l.d.first_problem.code != 0) return l;
  for (int i = 0; i < axes.count; ++i) {
    bool const row = i == axes.count - 1;
    axes.of[i] = l.axis(row ? "row" : axis_label[i], y.logical_extent(i), row ? axis_kind::whole : axis_kind::parallel);
  }
  auto bind = [&](operand& o, window const& w) { l.bind_broadcast(o, w, axes.of, axes.count); };
  bind(l.place<X>(0, direction::in), x);
  int slot = 1;
  (bind(l.place<Extras>(slot++, direction::in), viewed<Extras>::where), ...);
  l.add_result<Scale>(result, slot, bind);
  l.add_class(axes.of[axes.count - 1]);
  operand& to = l.place<Y>(slot + 2, direction::out);
  bind(to, y);
  l.expect_holds(to, result);
  return l;
}
}  // namespace deeploy::detail
