// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::ilayer_norm.
#pragma once
#include <cluster/norm_row.hpp>
#include <reference/ilayer_norm.hpp>

namespace deeploy::cluster {
struct ilayer_norm {
  static constexpr bytes scratch_bytes = 0;
  static constexpr bool parts = true;
  static constexpr i64 code_bytes = 1010;
  static constexpr i64 fixed_cycles = 0, row_cycles = 520, per_length_eighths = 6, per_element_eighths = 148;
  static constexpr i64 once_per_element = 7, one_row_saves = 370;
  // The result is 8 bits behind the shift: with at most 24 places they lie in the lower word, where sums may wrap.
  static constexpr bool serves(layer_descriptor const& l) {
    return is_row_of_bytes(l) && l.with[1].of->type == element::i32 && l.with[2].of->type == element::i32 &&
           l.values[6] >= 0 && l.values[6] <= 24;
  }
  template <layer_descriptor const& L>
  static constexpr kernel_code code{{&norm_rows<row_class_of(L, 5, 128), true>::run}, &norm_row<row_class_of(L, 5, 128), true>::lower};
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::ilayer_norm_kind, Engine> : cluster::row_mapping<cluster::ilayer_norm, reference::ilayer_norm> {};
}  // namespace deeploy
