// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::ita_max.
#pragma once
#include <cluster/rows.hpp>
#include <reference/ita_max.hpp>

namespace deeploy::cluster {
/// Rows of bytes. @cores all, a row each
template <row_class C>
struct ita_max_rows {
  static void run(int core, int cores, kernel_arguments const& a) {
    using x_t = element_type<C.x>;
    using y_t = element_type<C.y>;
    index const length = a.length[C.axis], x_on = a.with[0].stride[C.axis], y_on = a.with[3].stride[C.axis];
    u32 const most = static_cast<u32>(a.values[6]) - 1;
    requantiser<C.result.of> const result(a.values);
    for_rows<walks(0, 3), C.only>(
        core, cores, a, C.axis, false, [&](index const* at, index, index) DEEPLOY_INLINE_LAMBDA {
          u8 const* const row = data<u8>(a, 0) + at[0];
          i32 const top = largest_of<x_t>(row, x_on, length) + 16;
          u32 sum = 0;
          u8 const* x = row;
          index n = length;
          for (; n >= 4; n -= 4) {
            i32 const x0 = rows::next<x_t>(x, x_on), x1 = rows::next<x_t>(x, x_on), x2 = rows::next<x_t>(x, x_on),
                      x3 = rows::next<x_t>(x, x_on);
            sum += 256u >> ((top - x0) >> 5);
            sum += 256u >> ((top - x1) >> 5);
            sum += 256u >> ((top - x2) >> 5);
            sum += 256u >> ((top - x3) >> 5);
          }
          for (; n > 0; --n) sum += 256u >> ((top - rows::next<x_t>(x, x_on)) >> 5);
          u32 const inverse = sum == 0 ? 0 : most * 256u / sum;
          x = row;
          store_row<y_t>(reinterpret_cast<u8*>(data<y_t>(a, 3) + at[1]), y_on, length, [&]() DEEPLOY_INLINE_LAMBDA {
            u32 const y = inverse >> ((top - rows::next<x_t>(x, x_on)) >> 5);
            return requantise_element<C.result>(result, result.scale, static_cast<i32>(static_cast<u8>(y)));
          });
        });
  }
};

struct ita_max {
  static constexpr bytes scratch_bytes = 0;
  static constexpr bool parts = false;
  static constexpr i64 code_bytes = 500;
  static constexpr i64 fixed_cycles = 0, row_cycles = 130, per_length_eighths = 0, per_element_eighths = 104;
  static constexpr i64 once_per_element = 0, one_row_saves = 0;
  static constexpr bool serves(layer_descriptor const& l) { return is_row_of_bytes(l); }
  template <layer_descriptor const& L>
  static constexpr kernel_code code{{&ita_max_rows<row_class_of(L, 3, 255)>::run}};
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::ita_max_kind, Engine> : cluster::row_mapping<cluster::ita_max, reference::ita_max> {};
}  // namespace deeploy
