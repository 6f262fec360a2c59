// SPDX-License-Identifier: Apache-2.0
// op::matmul: products of matrices, linear layers among them, with bias and requantisation.
#pragma once
#include <deeploy/detail/describe.hpp>

namespace deeploy::op {
struct matmul_params {
  i32 alpha = 1;   ///< factor of the product
  i32 beta = 1;    ///< factor of the bias
  i32 a_zero = 0;  ///< zero point of A: a - a_zero is multiplied
  i32 b_zero = 0;  ///< zero point of B
  requantisation result = no_requantisation;
};

struct matmul_kind {
  static constexpr operator_facts facts{"matmul", {"a", "b", "bias", "mul", "add", "y"}, true};
};

/// Matrix product; batch axes broadcast as in numpy, transposed operands are views.
///
///     y[..][m][n] = requantise( alpha * sum over k of (a[..][m][k] - a_zero) * (b[..][k][n] - b_zero) + beta * bias )
///
/// @tparam Self     the deriving type
/// @tparam A        batch x M x K, i8 u8 i16 i32; up to three batch axes
/// @tparam B        batch x K x N, i8 u8 i16 i32, constant or activation
/// @tparam Y        batch x M x N; without requantisation i32
/// @tparam Options  bias<V> (any shape that broadcasts to Y), scale<Mul, Add> (the same, i32)
/// @errors          DPL-1101 lengths disagree; DPL-1103 too many axes; DPL-2006 clip wider than Y's type
/// @source          ONNX MatMul-13, Gemm-13 with integer alpha and beta; accumulator is 32 bits, wraps
template <class Self, Operand A, Operand B, Operand Y, matmul_params params = matmul_params{}, class... Options>
struct matmul {
  using kind = matmul_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window a = viewed<A>::where, b = viewed<B>::where, y = viewed<Y>::where;
    constexpr int rank = y.logical_rank(), ra = a.logical_rank(), rb = b.logical_rank();
    detail::layer_builder l(kind::facts);
    constexpr int least = ra < rb ? (ra < rank ? ra : rank) : rb < rank ? rb : rank;
    l.expect(least >= 2, 1104, least, 2);
    l.expect(rank <= 5, 1103, rank, 5);
    if (l.d.first_problem.code != 0) return l.d;
    constexpr char const* names[] = {"batch", "batch_2", "batch_3"};
    int axes[5] = {};
    for (int i = 0; i < 3; ++i) {
      bool const has = i < rank - 2;
      int const id = l.axis(names[i], has ? y.logical_extent(i) : extent(1), axis_kind::parallel);
      if (has) axes[i] = id;
    }
    int const m = axes[rank - 2] = l.axis("rows", y.logical_extent(rank - 2), axis_kind::parallel);
    int const n = axes[rank - 1] = l.axis("out_features", y.logical_extent(rank - 1), axis_kind::parallel);
    int const k = l.axis("in_features", a.logical_extent(ra - 1), axis_kind::reduction);

    operand& from_a = l.place<A>(0, direction::in);
    for (int i = 0; i < ra - 2; ++i) l.bind(from_a, a, i, axes[rank - ra + i]);
    l.bind(from_a, a, ra - 2, m);
    l.bind(from_a, a, ra - 1, k);
    operand& from_b = l.place<B>(1, direction::in);
    for (int i = 0; i < rb - 2; ++i) l.bind(from_b, b, i, axes[rank - rb + i]);
    l.bind(from_b, b, rb - 2, k);
    l.bind(from_b, b, rb - 1, n);
    using Bias = typename detail::bias_in<Options...>::type;
    constexpr bool biased = Operand<Bias>;
    operand& added = l.place<Bias>(2, direction::in);
    if constexpr (biased) l.bind_broadcast(added, viewed<Bias>::where, axes, rank);
    l.add_class(biased);
    l.add_result<detail::scale_in<Options...>>(
        params.result, 3, [&](operand& o, window const& w) { l.bind_broadcast(o, w, axes, rank); });
    operand& to = l.place<Y>(5, direction::out);
    l.bind_broadcast(to, y, axes, rank);
    l.expect_holds(to, params.result);
    l.add_value(params.alpha, params.beta, params.a_zero, params.b_zero);
    return l.d;
  }();
};
}  // namespace deeploy::op
