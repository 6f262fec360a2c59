// SPDX-License-Identifier: Apache-2.0
// op::isoftmax: integer softmax by a second-order polynomial, over the last axis.
#pragma once
#include <deeploy/detail/rowwise.hpp>

namespace deeploy::op {
struct isoftmax_params {
  i32 coefficient_a = 1, coefficient_b = 0, coefficient_c = 0;
  i32 log2 = 1;
  i32 levels = 256;
  requantisation result = no_requantisation;
};

struct isoftmax_kind {
  static constexpr operator_facts facts{"isoftmax", {"x", "mul", "add", "y"}};
};

/// t = x - max(x); z = clip(-trunc(t / log2), 0, 31); p = t + z*log2;
/// e = (a*(p + b)^2 + c) >> z; y = requantise( floor(e * (levels - 1) / sum e) ): all in u32, which wraps.
///
/// @tparam X  .. x N, i8 u8 i16 i32
/// @tparam Y  .. x N, u8 without requantisation
/// @source    I-BERT (Kim et al. 2021), Deeploy iSoftmax
template <class Self, Operand X, Operand Y, isoftmax_params params = isoftmax_params{}, class... Options>
struct isoftmax {
  using kind = isoftmax_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_rows<kind, X, Y, detail::scale_in<Options...>>(params.result);
    l.add_value(params.coefficient_a, params.coefficient_b, params.coefficient_c, params.log2, params.levels);
    return l.d;
  }();
};
}  // namespace deeploy::op
