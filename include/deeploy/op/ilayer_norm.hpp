// SPDX-License-Identifier: Apache-2.0
// op::ilayer_norm: integer layer normalisation over the last axis.
#pragma once
#include <deeploy/detail/rowwise.hpp>

namespace deeploy::op {
struct ilayer_norm_params {
  i32 shift = 0;  ///< log2 of the attribute D
  requantisation result = no_requantisation;
};

struct ilayer_norm_kind {
  static constexpr operator_facts facts{"ilayer_norm", {"x", "weight", "bias", "mul", "add", "y"}};
};

/// mean = trunc(sum x / N); d = i16(x - mean); std = floor(sqrt(trunc(sum d^2 / N) + 1));
/// y = requantise( i8( (trunc(d*w / std) + b) >> shift ) ): 64-bit product, the cast wraps.
///
/// @tparam X             .. x N, i8 u8
/// @tparam Weight, Bias  N, i32
/// @tparam Y             .. x N, i8 without requantisation
/// @source               I-BERT (Kim et al. 2021), Deeploy iLayerNorm
template <class Self, Operand X, Operand Weight, Operand Bias, Operand Y,
          ilayer_norm_params params = ilayer_norm_params{}, class... Options>
struct ilayer_norm {
  using kind = ilayer_norm_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_rows<kind, X, Y, detail::scale_in<Options...>, Weight, Bias>(params.result);
    l.add_value(params.shift);
    return l.d;
  }();
};
}  // namespace deeploy::op
