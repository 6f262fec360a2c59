// SPDX-License-Identifier: Apache-2.0
// op::reduce_sum: sum over some axes.
#pragma once
#include <deeploy/detail/reduce.hpp>

namespace deeploy::op {
struct reduce_sum_params {
  u8 reduced = 0;  ///< bit i: logical axis i of X is summed
  requantisation result = no_requantisation;
};

struct reduce_sum_kind {
  static constexpr operator_facts facts{"reduce_sum", {"x", "mul", "add", "y"}};
};

/// y = requantise( sum of x over the reduced axes ), 32 bits.
///
/// @tparam X  up to six axes; i8 u8 i16 i32
/// @tparam Y  as many axes, extent 1 where reduced; i32 without requantisation
/// @source    ONNX ReduceSum-13
template <class Self, Operand X, Operand Y, reduce_sum_params params = reduce_sum_params{}, class... Options>
struct reduce_sum {
  using kind = reduce_sum_kind;
  static constexpr layer_descriptor descriptor =
      detail::describe_reduction<kind, X, Y, detail::scale_in<Options...>>(params.reduced, params.result).d;
};
}  // namespace deeploy::op
