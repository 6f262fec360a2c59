// SPDX-License-Identifier: Apache-2.0
// op::conv2d: convolutions in one or two dimensions, dense, grouped, depthwise, with bias and requantisation.
#pragma once
#include <deeploy/detail/describe.hpp>

namespace deeploy::op {
struct padding {
  index top = 0, left = 0, bottom = 0, right = 0;
};
struct pair {
  index rows = 1, columns = 1;
};

struct conv2d_params {
  pair stride = {};
  op::padding pad = {};
  pair dilation = {};
  index groups = 1;
  i32 x_zero = 0;  ///< zero point of X, which is also the value of the padding
  i32 w_zero = 0;  ///< zero point of the weights
  requantisation result = no_requantisation;
};

struct conv2d_kind {
  static constexpr operator_facts facts{"conv2d", {"x", "weight", "bias", "mul", "add", "y"}, true};
};

/// Convolution (cross-correlation). One-dimensional ones have H = R = 1.
///
///     y[n][h][w][k] = requantise( bias[k] + sum over r, s, c of
///         (x[n][h*stride+r*dilation-top][w*stride+s*dilation-left][c] - x_zero) * (weight[k][r][s][c] - w_zero) )
///
/// @tparam Self     the deriving type
/// @tparam X        N x H x W x C, i8 u8 i16 i32; channels-first tensors come as a view
/// @tparam Weight   K x R x S x C/groups
/// @tparam Y        N x H' x W' x K, H' = (H + top + bottom - dilation*(R-1) - 1) / stride + 1
/// @tparam Options  bias<V> with K elements; scale<Mul, Add>, i32, broadcast to Y (K elements: per channel)
/// @errors          DPL-1101 lengths disagree; DPL-2101 channels no multiple of groups; DPL-2102 Y has the wrong size
/// @source          ONNX Conv-11, QLinearConv-10; accumulator is 32 bits, wraps
template <class Self, Operand X, Operand Weight, Operand Y, conv2d_params params = conv2d_params{}, class... Options>
struct conv2d {
  using kind = conv2d_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window x = viewed<X>::where, weight = viewed<Weight>::where, y = viewed<Y>::where;
    detail::layer_builder l(kind::facts);
    l.expect(x.logical_rank() == 4, 1104, x.logical_rank(), 4);
    l.expect(weight.logical_rank() == 4, 1104, weight.logical_rank(), 4);
    l.expect(y.logical_rank() == 4, 1104, y.logical_rank(), 4);
    l.expect(params.groups >= 1, 2101, params.groups, 1);
    if (l.d.first_problem.code != 0) return l.d;
    index const channels = x.logical_extent(3).value, outputs = y.logical_extent(3).value;
    l.expect(channels % params.groups == 0, 2101, channels, params.groups);
    l.expect(outputs % params.groups == 0, 2101, outputs, params.groups);
    int const n = l.axis("batch", y.logical_extent(0), axis_kind::parallel);
    int const h = l.axis("rows", y.logical_extent(1), axis_kind::parallel);
    int const w = l.axis("columns", y.logical_extent(2), axis_kind::parallel);
    int const g = l.axis("groups", params.groups, axis_kind::parallel);
    int const k = l.axis("out_channels", outputs / params.groups, axis_kind::parallel);
    int const c = l.axis("in_channels", channels / params.groups, axis_kind::reduction);
    int const r = l.axis("kernel_rows", weight.logical_extent(1), axis_kind::whole);
    int const s = l.axis("kernel_columns", weight.logical_extent(2), axis_kind::whole);
    auto reach = [](index in, index before, index after, index dilation, index taps, index stride) {
      return (in + before + after - dilation * (taps - 1) - 1) / stride + 1;
    };
    auto const& p = params;
    index const high = reach(x.logical_extent(1).value, p.pad.top, p.pad.bottom, p.dilation.rows, l.d.space[r].length, p.stride.rows);
    index const wide = reach(x.logical_extent(2).value, p.pad.left, p.pad.right, p.dilation.columns, l.d.space[s].length, p.stride.columns);
    l.expect(y.logical_extent(1).value == high, 2102, y.logical_extent(1).value, high);
    l.expect(y.logical_extent(2).value == wide, 2102, y.logical_extent(2).value, wide);

    operand& from = l.place<X>(0, direction::in);
    l.bind(from, x, 0, n);
    l.bind_window(from, x, 1, h, p.stride.rows, r, p.dilation.rows, -p.pad.top);
    l.bind_window(from, x, 2, w, p.stride.columns, s, p.dilation.columns, -p.pad.left);
    l.bind_grouped(from, x, 3, g, c);
    operand& by = l.place<Weight>(1, direction::in);
    l.bind_grouped(by, weight, 0, g, k);
    l.bind(by, weight, 1, r);
    l.bind(by, weight, 2, s);
    l.bind(by, weight, 3, c);
    using Bias = typename detail::bias_in<Options...>::type;
    constexpr bool biased = Operand<Bias>;
    operand& added = l.place<Bias>(2, direction::in);
    if constexpr (biased) l.bind_grouped(added, viewed<Bias>::where, viewed<Bias>::where.logical_rank() - 1, g, k);
    l.add_class(biased);
    // One value per channel, or any shape that broadcasts to N x H' x W' x K.
    l.add_result<detail::scale_in<Options...>>(params.result, 3, [&](operand& o, window const& v) {
      int const rank = v.logical_rank(), axes[] = {n, h, w};
      if (rank > 0 && v.logical_extent(rank - 1).value != 1) l.bind_grouped(o, v, rank - 1, g, k);
      for (int i = 0; i < rank - 1; ++i) l.bind(o, v, i, axes[4 - rank + i]);
    });
    operand& to = l.place<Y>(5, direction::out);
    l.bind(to, y, 0, n);
    l.bind(to, y, 1, h);
    l.bind(to, y, 2, w);
    l.bind_grouped(to, y, 3, g, k);
    l.expect_holds(to, params.result);
    l.add_class(p.stride.rows, p.stride.columns, p.dilation.rows, p.dilation.columns);
    l.add_value(p.x_zero, p.w_zero);
    return l.d;
  }();
};
}  // namespace deeploy::op
