// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::ita_partial_max.
#pragma once
#include <cluster/rows.hpp>
#include <reference/ita_partial_max.hpp>

namespace deeploy::cluster {
/// Rows of bytes. @cores all, a row each
template <row_class C>
struct ita_partial_max_rows {
  static void run(int core, int cores, kernel_arguments const& a) {
    using x_t = element_type<C.x>;
    using y_t = element_type<C.y>;
    index const length = a.length[C.axis], x_on = a.with[0].stride[C.axis], y_on = a.with[3].stride[C.axis];
    u32 const most = static_cast<u32>(a.values[6]) / 2 - 1;
    index const width = a.values[7];
    requantiser<C.result.of> const result(a.values);
    for_rows<walks(0, 3), C.only>(
        core, cores, a, C.axis, false, [&](index const* at, index, index) DEEPLOY_INLINE_LAMBDA {
          u8 const* const row = data<u8>(a, 0) + at[0];
          i32 largest = -128;
          u32 sum = 0;
          u8 const* x = row;
          for (index left = length; left >= width; left -= width) {
            i32 const of_group = largest_of<x_t>(x, x_on, width);
            if (of_group > largest) {
              sum >>= (of_group - largest + 16) >> 5;  // at most (255 + 128 + 16) / 32
              largest = of_group;
            }
            for (index n = width; n > 0; --n) sum += 256u >> ((largest + 16 - rows::next<x_t>(x, x_on)) >> 5);
          }
          u32 const inverse = sum == 0 ? 0 : most * 256u / sum;
          x = row;
          store_row<y_t>(reinterpret_cast<u8*>(data<y_t>(a, 3) + at[1]), y_on, length, [&]() DEEPLOY_INLINE_LAMBDA {
            // Behind the last whole group an element may exceed the maximum: a negative shift counts as none.
            u32 const y = inverse >> xpulp::max((largest + 16 - rows::next<x_t>(x, x_on)) >> 5, 0);
            return requantise_element<C.result>(result, result.scale, static_cast<i32>(static_cast<u8>(y)));
          });
        });
  }
};

struct ita_partial_max {
  static constexpr bytes scratch_bytes = 0;
  static constexpr bool parts = false;
  static constexpr i64 code_bytes = 500;
  static constexpr i64 fixed_cycles = 0, row_cycles = 120, per_length_eighths = 0, per_element_eighths = 155;
  static constexpr i64 once_per_element = 0, one_row_saves = 0;
  static constexpr bool serves(layer_descriptor const& l) { return is_row_of_bytes(l); }
  template <layer_descriptor const& L>
  static constexpr kernel_code code{{&ita_partial_max_rows<row_class_of(L, 3, 255)>::run}};
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::ita_partial_max_kind, Engine>
    : cluster::row_mapping<cluster::ita_partial_max, reference::ita_partial_max> {};
}  // namespace deeploy
