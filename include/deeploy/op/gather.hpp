// SPDX-License-Identifier: Apache-2.0
// op::gather: picks slices of a tensor by a list of indices.
#pragma once
#include <deeploy/detail/describe.hpp>

namespace deeploy::op {
struct gather_kind {
  static constexpr operator_facts facts{"gather", {"x", "indices", "y"}};
};

/// y[o][i][n] = x[o][indices[i]][n]. Indices outside [0, length) count from the end, as in ONNX.
///
/// @tparam X        outer x length x inner
/// @tparam Indices  one axis, i32
/// @tparam Y        outer x indices x inner, of X's type
/// @source          ONNX Gather-13
template <class Self, Operand X, Operand Indices, Operand Y>
struct gather {
  using kind = gather_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window x = viewed<X>::where, picked = viewed<Indices>::where, y = viewed<Y>::where;
    detail::layer_builder l(kind::facts);
    l.expect(x.logical_rank() == 3, 1104, x.logical_rank(), 3);
    l.expect(picked.logical_rank() == 1, 1104, picked.logical_rank(), 1);
    l.expect(y.logical_rank() == 3, 1104, y.logical_rank(), 3);
    if (l.d.first_problem.code != 0) return l.d;
    int const outer = l.axis("outer", y.logical_extent(0), axis_kind::parallel);
    int const which = l.axis("indices", y.logical_extent(1), axis_kind::parallel);
    int const inner = l.axis("inner", y.logical_extent(2), axis_kind::parallel);
    // The gathered axis is an axis of its own that stays whole: any slice may be picked.
    int const from_axis = l.axis("picked_from", x.logical_extent(1), axis_kind::whole);
    operand& from = l.place<X>(0, direction::in);
    l.bind(from, x, 0, outer);
    l.bind(from, x, 1, from_axis);
    l.bind(from, x, 2, inner);
    operand& by = l.place<Indices>(1, direction::in);
    l.expect(by.of->type == element::i32, 2007, static_cast<i64>(by.of->type), static_cast<i64>(element::i32));
    l.bind(by, picked, 0, which);
    operand& to = l.place<Y>(2, direction::out);
    l.bind(to, y, 0, outer);
    l.bind(to, y, 1, which);
    l.bind(to, y, 2, inner);
    return l.d;
  }();
};
}  // namespace deeploy::op
