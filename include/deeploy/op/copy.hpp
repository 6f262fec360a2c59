// SPDX-License-Identifier: Apache-2.0
// op::copy: moves elements from one window to another, where addressing alone cannot; converts the element type.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct copy_params {
  u8 reversed = 0;  ///< bit i: logical axis i of X runs backwards
};

struct copy_kind {
  static constexpr operator_facts facts{"copy", {"x", "y"}};
};

/// y[i..] = x[i..], along reversed axes x[N-1-i]. What remains of Transpose, Slice, Concat and Expand.
///
/// @tparam X  broadcasts to Y
/// @tparam Y  up to six axes; its type holds X's values
template <class Self, Operand X, Operand Y, copy_params params = copy_params{}>
struct copy {
  using kind = copy_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window x = viewed<X>::where, y = viewed<Y>::where;
    detail::layer_builder l(kind::facts);
    detail::element_axes const axes = detail::axes_of(l, y);
    operand& from = l.place<X>(0, direction::in);
    int const rank = x.logical_rank();
    l.expect(rank <= axes.count, 1103, rank, axes.count);
    for (int i = 0; i < rank && i < axes.count; ++i) {
      int const a = axes.of[axes.count - rank + i];
      if (params.reversed >> i & 1)
        l.bind_window(from, x, i, a, -1, -1, 1, x.logical_extent(i).value - 1);
      else
        l.bind(from, x, i, a);
    }
    operand& to = l.place<Y>(1, direction::out);
    l.bind_broadcast(to, y, axes.of, axes.count);
    return l.d;
  }();
};
}  // namespace deeploy::op
