// SPDX-License-Identifier: Apache-2.0
// op::requantise: a requantisation on its own, where no producer could take it.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct requantise_params {
  requantisation result = {};
};

struct requantise_kind {
  static constexpr operator_facts facts{"requantise", {"x", "mul", "add", "y"}};
};

/// y = clip( round((x * mul + add) / 2^shift) + zero, low, high ).
///
/// @tparam X        broadcasts to Y; i8 u8 i16 i32
/// @tparam Y        up to six axes
/// @tparam Options  scale<Mul, Add>: i32, broadcast to Y (per channel, row or head)
template <class Self, Operand X, Operand Y, requantise_params params = requantise_params{}, class... Options>
struct requantise {
  using kind = requantise_kind;
  static constexpr layer_descriptor descriptor = detail::describe_unary<kind, X, Y, Options...>(params.result).d;
};
}  // namespace deeploy::op
