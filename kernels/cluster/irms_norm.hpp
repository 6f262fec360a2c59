// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::irms_norm.
#pragma once
#include <cluster/norm_row.hpp>
#include <reference/irms_norm.hpp>

namespace deeploy::cluster {
struct irms_norm {
  static constexpr bytes scratch_bytes = 0;
  static constexpr bool parts = true;
  static constexpr i64 code_bytes = 770;
  static constexpr i64 fixed_cycles = 0, row_cycles = 480, per_length_eighths = 4, per_element_eighths = 114;
  static constexpr i64 once_per_element = 7, one_row_saves = 370;
  static constexpr bool serves(layer_descriptor const& l) {
    return is_row_of_bytes(l) && l.with[1].of->type == element::i32 && l.values[6] >= 0 && l.values[6] <= 31;
  }
  template <layer_descriptor const& L>
  static constexpr kernel_code code{{&norm_rows<row_class_of(L, 4, 128), false>::run}, &norm_row<row_class_of(L, 4, 128), false>::lower};
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::irms_norm_kind, Engine> : cluster::row_mapping<cluster::irms_norm, reference::irms_norm> {};
}  // namespace deeploy
