// SPDX-License-Identifier: Apache-2.0
// What reductions share: the axes of X, those in a mask summed away.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::detail {
/// X and Y have the same number of axes; where `reduced` has a bit, Y's extent is 1. Operands: x, mul, add, y.
template <class Kind, class X, class Y, class Scale>
constexpr layer_builder describe_reduction(u8 reduced, requantisation const& result) {
  constexpr window x = viewed<X>::where, y = viewed<Y>::where;
  layer_builder l(Kind::facts);
  l.expect(x.logical_rank() == y.logical_rank(), 1104, x.logical_rank(), y.logical_rank());
  if (l.d.first_problem.code != 0) return l;
  element_axes axes;
  axes.count = x.logical_rank();
  for (int i = 0; i < axes.count; ++i) {
    bool const summed = reduced >> i & 1;
    axes.of[i] = l.axis(axis_label[i], x.logical_extent(i), summed ? axis_kind::reduction : axis_kind::parallel);
    if (summed) l.expect(y.logical_extent(i).value == 1, 1101, y.logical_extent(i).value, 1);
  }
  operand& from = l.place<X>(0, direction::in);
  l.bind_broadcast(from, x, axes.of, axes.count);
  auto bind_result = [&](operand& o, window const& w) {
    int const rank = w.logical_rank();
    l.expect(rank <= axes.count, 1103, rank, axes.count);
    for (int i = 0; i < rank && i < axes.count; ++i) {
      int const at = axes.count - rank + i;
      if (!(reduced >> at & 1)) l.bind(o, w, i, axes.of[at]);
    }
  };
  l.add_result<Scale>(result, 1, bind_result);
  l.add_class(reduced);
  operand& to = l.place<Y>(3, direction::out);
  bind_result(to, y);
  l.expect_holds(to, result);
  return l;
}
}  // namespace deeploy::detail
