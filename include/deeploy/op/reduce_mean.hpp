// SPDX-License-Identifier: Apache-2.0
// op::reduce_mean: integer mean over some axes.
#pragma once
#include <deeploy/detail/reduce.hpp>

namespace deeploy::op {
struct reduce_mean_params {
  u8 reduced = 0;          ///< bit i: logical axis i of X is averaged
  bool half_away = false;  ///< ties away from zero; else (sum + L/2) >> log2 L, which needs L a power of two
  requantisation result = no_requantisation;
};

struct reduce_mean_kind {
  static constexpr operator_facts facts{"reduce_mean", {"x", "mul", "add", "y"}};
};

/// L = number of elements averaged; y = requantise( i8( mean ) ), the cast wraps.
///
///     mean = (sum + L/2) >> log2 L                          half_away = false, L a power of two
///     mean = trunc((sum + sign(sum) * (L >> 1)) / L)        half_away = true
///
/// @tparam X  up to six axes; i8 u8 i16 i32
/// @tparam Y  as many axes, extent 1 where reduced; i8 without requantisation
/// @source    Deeploy IntegerMean, ReduceMean on integers
template <class Self, Operand X, Operand Y, reduce_mean_params params = reduce_mean_params{}, class... Options>
struct reduce_mean {
  using kind = reduce_mean_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_reduction<kind, X, Y, detail::scale_in<Options...>>(params.reduced, params.result);
    index averaged = 1;
    for (int i = 0; i < l.d.axes; ++i)
      if (l.d.space[i].kind == axis_kind::reduction) {
        averaged *= l.d.space[i].length;
        l.expect(l.d.space[i].slot == 0, 2303, l.d.space[i].slot, 0);
      }
    int log2 = 0;
    while ((index{1} << log2) < averaged) ++log2;
    l.expect(averaged >= 1, 2301, averaged, 1);
    l.expect(params.half_away || (index{1} << log2) == averaged, 2302, averaged, index{1} << log2);
    l.add_class(params.half_away);
    l.add_value(averaged);
    l.add_value(log2);
    return l.d;
  }();
};
}  // namespace deeploy::op
