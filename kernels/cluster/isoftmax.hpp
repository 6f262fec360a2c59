// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::isoftmax.
#pragma once
#include <cluster/rows.hpp>
#include <reference/isoftmax.hpp>

namespace deeploy::cluster {
/// The exponentials of all differences that two bytes can have: entry 255 + d holds e for d = x - max in [-255, 0].
struct exponential_table {
  static constexpr bytes size_bytes = 1024;

  /// This core's share of the entries. @param values  a b c log2
  static void fill(int core, int cores, u32* table, i32 const* values) {
    u32 const a = static_cast<u32>(values[0]), b = static_cast<u32>(values[1]), c = static_cast<u32>(values[2]);
    // Below 1 the quotient has the other sign and is cut to 0: as if the period never ended.
    u32 const period = values[3] > 0 ? static_cast<u32>(values[3]) : 0x7FFFFFFFu;
    core_share const mine(256, core, cores, 1);
    if (mine.begin >= mine.end) return;
    u32 z = static_cast<u32>(mine.begin) / period, rest = static_cast<u32>(mine.begin) - z * period;
    for (index n = mine.begin; n < mine.end; ++n) {
      u32 const steps = xpulp::minu(z, 31);
      u32 const p = steps * static_cast<u32>(values[3]) - static_cast<u32>(n) + b;
      table[255 - n] = (a * (p * p) + c) >> steps;
      if (++rest == period) {
        rest = 0;
        ++z;
      }
    }
  }
  /// So that the word 4 * x behind it is the exponential of x.
  DEEPLOY_ALWAYS_INLINE static u8 const* at_largest(void const* table, i32 largest) {
    return static_cast<u8 const*>(table) + 4 * (255 - largest);
  }
};

/// Rows of bytes. @buffers 1 KiB of scratch; @cores all, a row each
template <row_class C>
struct softmax_rows {
  static void fill(int core, int cores, kernel_arguments const& a) {
    exponential_table::fill(core, cores, static_cast<u32*>(a.scratch), a.values + 6);
  }
  static void run(int core, int cores, kernel_arguments const& a) {
    using x_t = element_type<C.x>;
    using y_t = element_type<C.y>;
    index const length = a.length[C.axis], x_on = a.with[0].stride[C.axis], y_on = a.with[3].stride[C.axis];
    u32 const most = static_cast<u32>(a.values[10]) - 1;
    requantiser<C.result.of> const result(a.values);
    for_rows<walks(0, 3), C.only>(
        core, cores, a, C.axis, false, [&](index const* at, index, index) DEEPLOY_INLINE_LAMBDA {
          u8 const* const row = data<u8>(a, 0) + at[0];
          u8 const* const e = exponential_table::at_largest(a.scratch, largest_of<x_t>(row, x_on, length));
          u32 sum = 0;
          u8 const* x = row;
          index n = length;
          for (; n >= 4; n -= 4) {
            i32 const x0 = rows::next<x_t>(x, x_on), x1 = rows::next<x_t>(x, x_on), x2 = rows::next<x_t>(x, x_on),
                      x3 = rows::next<x_t>(x, x_on);
            u32 const e0 = rows::load_word(e, 4 * x0), e1 = rows::load_word(e, 4 * x1), e2 = rows::load_word(e, 4 * x2),
                      e3 = rows::load_word(e, 4 * x3);
            sum += e0;
            sum += e1;
            sum += e2;
            sum += e3;
          }
          for (; n > 0; --n) sum += rows::load_word(e, 4 * rows::next<x_t>(x, x_on));
          rows::divider const by(sum == 0 ? 1 : sum);
          x = row;
          u8* y = reinterpret_cast<u8*>(data<y_t>(a, 3) + at[1]);
          u32 const factor = sum == 0 ? 0 : most;
          store_row<y_t>(y, y_on, length, [&]() DEEPLOY_INLINE_LAMBDA {
            u32 const part = rows::load_word(e, 4 * rows::next<x_t>(x, x_on)) * factor;
            return requantise_element<C.result>(result, result.scale, static_cast<i32>(static_cast<u8>(by(part))));
          });
        });
  }
};

struct isoftmax {
  static constexpr bytes scratch_bytes = exponential_table::size_bytes;
  static constexpr bool parts = false;
  static constexpr i64 code_bytes = 820;
  static constexpr i64 fixed_cycles = 500, row_cycles = 230, per_length_eighths = 0, per_element_eighths = 176;
  static constexpr i64 once_per_element = 0, one_row_saves = 0;
  static constexpr bool serves(layer_descriptor const& l) { return is_row_of_bytes(l); }
  template <layer_descriptor const& L>
  static constexpr kernel_code code{
      {&softmax_rows<row_class_of(L, 3, 255)>::fill, &softmax_rows<row_class_of(L, 3, 255)>::run}};
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::isoftmax_kind, Engine> : cluster::row_mapping<cluster::isoftmax, reference::isoftmax> {};
}  // namespace deeploy
