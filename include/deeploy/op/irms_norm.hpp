// SPDX-License-Identifier: Apache-2.0
// op::irms_norm: integer root-mean-square normalisation over the last axis.
#pragma once
#include <deeploy/detail/rowwise.hpp>

namespace deeploy::op {
struct irms_norm_params {
  i32 shift = 0;  ///< log2 of the attribute D
  requantisation result = no_requantisation;
};

struct irms_norm_kind {
  static constexpr operator_facts facts{"irms_norm", {"x", "weight", "mul", "add", "y"}};
};

/// std = floor(sqrt(trunc(sum x^2 / N) + 1)); y = requantise( clip( trunc(x*w/std) >> shift, -128, 127 ) ).
///
/// @tparam X       .. x N, i8 u8
/// @tparam Weight  N, i32
/// @tparam Y       .. x N, i8 without requantisation
/// @source         Deeploy iRMSNorm
template <class Self, Operand X, Operand Weight, Operand Y, irms_norm_params params = irms_norm_params{},
          class... Options>
struct irms_norm {
  using kind = irms_norm_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_rows<kind, X, Y, detail::scale_in<Options...>, Weight>(params.result);
    l.add_value(params.shift);
    return l.d;
  }();
};
}  // namespace deeploy::op
