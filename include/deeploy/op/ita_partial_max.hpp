// SPDX-License-Identifier: Apache-2.0
// op::ita_partial_max: softmax with powers of two, its maximum found group by group (ITA accelerator), over the last axis.
#pragma once
#include <deeploy/detail/rowwise.hpp>

namespace deeploy::op {
struct ita_partial_max_params {
  i32 levels = 256;
  i32 group_width = 1;
  requantisation result = no_requantisation;
};

struct ita_partial_max_kind {
  static constexpr operator_facts facts{"ita_partial_max", {"x", "mul", "add", "y"}};
};

/// m = -128, P = 0; for each whole group: c = max(group); shift P right by (c > m ? (c - m + 16) >> 5 : 0); m = max(m, c);
/// P += sum(256 >> ((m - x + 16) >> 5)); then y = requantise( floor((levels/2 - 1) * 256 / P) >> ((m - x + 16) >> 5) ).
///
/// Elements behind the last whole group do not count in P.
/// @tparam X  .. x N, i8
/// @tparam Y  .. x N, u8 without requantisation
/// @source    Islamoglu et al. 2023 (ITA), Deeploy ITAPartialMax
template <class Self, Operand X, Operand Y, ita_partial_max_params params = ita_partial_max_params{}, class... Options>
struct ita_partial_max {
  using kind = ita_partial_max_kind;
  static constexpr layer_descriptor descriptor = [] {
    auto l = detail::describe_rows<kind, X, Y, detail::scale_in<Options...>>(params.result);
    l.add_value(params.levels);
    l.add_value(params.group_width);
    l.expect(params.group_width >= 1, 2201, params.group_width, 1);
    return l.d;
  }();
};
}  // namespace deeploy::op
