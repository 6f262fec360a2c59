// SPDX-License-Identifier: Apache-2.0
// op::ita_max: softmax with powers of two (ITA accelerator), over the last axis.
#pragma once
#include <deeploy/detail/rowwise.hpp>

namespace deeploy::op {
struct ita_max_params {
  i32 levels = 256;
  requantisation result = no_requantisation;
};

struct ita_max_kind {
  static constexpr operator_facts facts{"ita_max", {"x", "mul", "add", "y"}};
};

/// s = (max - x + 16) >> 5; y = requantise( floor((levels - 1) * 256 / sum(256 >> s)) >> s ).
///
/// @tparam X  .. x N, i8 u8
/// @tparam Y  .. x N, u8 without requantisation
/// @source    Islamoglu et al. 2023 (ITA), Deeploy ITAMax
template <class Self, Operand X, Operand Y, ita_max_params params = ita_max_params{}, class... Options>
struct ita_max {
  using kind = ita_max_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_rows<kind, X, Y, detail::scale_in<Options...>>(params.result);
    l.add_value(params.levels);
    return l.d;
  }();
};
}  // namespace deeploy::op
