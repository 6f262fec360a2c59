// SPDX-License-Identifier: Apache-2.0
// op::max_pool: largest element under a window, in one or two dimensions.
#pragma once
#include <deeploy/detail/describe.hpp>
#include <deeploy/op/conv2d.hpp>

namespace deeploy::op {
struct max_pool_params {
  pair kernel = {};
  pair stride = {};
  padding pad = {};
  pair dilation = {};
  requantisation result = no_requantisation;
};

struct max_pool_kind {
  static constexpr operator_facts facts{"max_pool", {"x", "mul", "add", "y"}};
};

/// y[n][h][w][c] = requantise( max over r, s of x[n][h*stride+r*dilation-top][w*stride+s*dilation-left][c] ).
///
/// Padding is minus infinity: it never wins. A window that lies in the padding alone gives the lowest value of X's type.
/// @tparam X  N x H x W x C
/// @tparam Y  N x H' x W' x C, of X's type without requantisation
/// @source    ONNX MaxPool-12, floor mode
template <class Self, Operand X, Operand Y, max_pool_params params = max_pool_params{}, class... Options>
struct max_pool {
  using kind = max_pool_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window x = viewed<X>::where, y = viewed<Y>::where;
    detail::layer_builder l(kind::facts);
    l.expect(x.logical_rank() == 4, 1104, x.logical_rank(), 4);
    l.expect(y.logical_rank() == 4, 1104, y.logical_rank(), 4);
    if (l.d.first_problem.code != 0) return l.d;
    auto const& p = params;
    int const axes[] = {l.axis("batch", y.logical_extent(0), axis_kind::parallel),
                        l.axis("rows", y.logical_extent(1), axis_kind::parallel),
                        l.axis("columns", y.logical_extent(2), axis_kind::parallel),
                        l.axis("channels", y.logical_extent(3), axis_kind::parallel)};
    int const r = l.axis("kernel_rows", p.kernel.rows, axis_kind::whole);
    int const s = l.axis("kernel_columns", p.kernel.columns, axis_kind::whole);
    index const high =
        (x.logical_extent(1).value + p.pad.top + p.pad.bottom - p.dilation.rows * (p.kernel.rows - 1) - 1) / p.stride.rows + 1;
    index const wide =
        (x.logical_extent(2).value + p.pad.left + p.pad.right - p.dilation.columns * (p.kernel.columns - 1) - 1) / p.stride.columns + 1;
    l.expect(y.logical_extent(1).value <= high, 2102, y.logical_extent(1).value, high);
    l.expect(y.logical_extent(2).value <= wide, 2102, y.logical_extent(2).value, wide);
    operand& from = l.place<X>(0, direction::in);
    l.bind(from, x, 0, axes[0]);
    l.bind_window(from, x, 1, axes[1], p.stride.rows, r, p.dilation.rows, -p.pad.top);
    l.bind_window(from, x, 2, axes[2], p.stride.columns, s, p.dilation.columns, -p.pad.left);
    l.bind(from, x, 3, axes[3]);
    l.add_result<detail::scale_in<Options...>>(
        p.result, 1, [&](operand& o, window const& w) { l.bind_broadcast(o, w, axes, 4); });
    operand& to = l.place<Y>(3, direction::out);
    for (int i = 0; i < 4; ++i) l.bind(to, y, i, axes[i]);
    l.expect_holds(to, p.result);
    return l.d;
  }();
};
}  // namespace deeploy::op
