// SPDX-License-Identifier: Apache-2.0
// op::add: elementwise sum of two operands, each of which may be requantised before.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct add_params {
  requantisation a = no_requantisation;  ///< applied to A before the sum
  requantisation b = no_requantisation;  ///< applied to B before the sum
  requantisation result = no_requantisation;
};

struct add_kind {
  static constexpr operator_facts facts{"add", {"a", "b", "mul", "add", "y"}};
};

/// Sum: y = requantise( requantise_a(a) + requantise_b(b) ), the residual connection of a quantised network.
///
/// @tparam A, B     any shapes that broadcast to Y; i8 u8 i16 i32
/// @tparam Y        up to six axes; i32 without requantisation
/// @tparam Options  scale<Mul, Add>: i32, broadcast to Y
/// @source          ONNX Add-14; the sum is 32 bits, wraps
template <class Self, Operand A, Operand B, Operand Y, add_params params = add_params{}, class... Options>
struct add {
  using kind = add_kind;
  static constexpr layer_descriptor descriptor =
      detail::describe_binary<kind, A, B, Y, Options...>(params.a, params.b, params.result);
};
}  // namespace deeploy::op
