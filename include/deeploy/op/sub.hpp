// SPDX-License-Identifier: Apache-2.0
// op::sub: elementwise difference of two operands, each of which may be requantised before.
#pragma once
#include <deeploy/detail/elementwise.hpp>

namespace deeploy::op {
struct sub_params {
  requantisation a = no_requantisation;  ///< applied to A before
  requantisation b = no_requantisation;  ///< applied to B before
  requantisation result = no_requantisation;
};

struct sub_kind {
  static constexpr operator_facts facts{"sub", {"a", "b", "mul", "add", "y"}};
};

/// y = requantise( requantise_a(a) - requantise_b(b) ).
///
/// @tparam A, B     any shapes that broadcast to Y; i8 u8 i16 i32
/// @tparam Y        up to six axes; i32 without requantisation
/// @tparam Options  scale<Mul, Add>: i32, broadcast to Y
/// @source          ONNX Sub-14; the result is 32 bits, wraps
template <class Self, Operand A, Operand B, Operand Y, sub_params params = sub_params{}, class... Options>
struct sub {
  using kind = sub_kind;
  static constexpr layer_descriptor descriptor =
      detail::describe_binary<kind, A, B, Y, Options...>(params.a, params.b, params.result);
};
}  // namespace deeploy::op
