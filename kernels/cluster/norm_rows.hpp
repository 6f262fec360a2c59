// SPDX-License-Identifier: Apache-2.0
// Layer and root-mean-square normalisation of rows of bytes: one division and one square root per row.
#pragma once
#include <cluster/rows.hpp>

namespace deeploy::cluster {
/// Do all of n weights fit 23 bits and a sign, so that their product with 8 bits and a sign fits 32 bits?
DEEPLOY_ALWAYS_INLINE bool weights_are_narrow(i32 const* weight, index step, index n) {
  u32 any = 0;
  u8 const* at = reinterpret_cast<u8 const*>(weight);
  for (; n > 0; --n) {
    i32 const w = rows::next<i32>(at, 4 * step);
    any |= static_cast<u32>(w ^ (w >> 31));
  }
  return any >> 23 == 0;
}

/// @tparam centred  layer normalisation (weight, bias, mean taken off, the result wraps), else root mean square
/// @cores  all; with fewer rows than cores a row is shared: each core finds its mean and deviation again
template <row_class C, bool centred>
struct norm_rows {
  static void run(int core, int cores, kernel_arguments const& a) {
    using x_t = element_type<C.x>;
    using y_t = element_type<C.y>;
    constexpr int y_operand = centred ? 5 : 4;
    index const length = a.length[C.axis], x_on = a.with[0].stride[C.axis], y_on = a.with[y_operand].stride[C.axis];
    index const w_on = a.with[1].stride[C.axis], b_on = centred ? a.with[2].stride[C.axis] : 0;
    int const shift = a.values[6];
    requantiser<C.result.of> const result(a.values);
    i32 const* looked_at = nullptr;
    bool narrow = false;
    auto row = [&](index const* at, index from, index to) DEEPLOY_INLINE_LAMBDA {
      u8 const* x = data<u8>(a, 0) + at[0];
      row_sums const sums = sums_of<x_t, centred>(x, x_on, length);
      i32 mean = 0;
      u32 squares = sums.squares;
      if constexpr (centred) {
        mean = static_cast<i32>(sums.sum) / length;
        // sum of (x - mean)^2, from the two sums
        squares -= static_cast<u32>(mean) * (2 * sums.sum - static_cast<u32>(mean) * static_cast<u32>(length));
      }
      rows::divider const by(rows::square_root(squares / static_cast<u32>(length) + 1));
      i32 const* const weights = data<i32>(a, 1) + at[1] + from * w_on;
      u8 const* w = reinterpret_cast<u8 const*>(weights);
      u8 const* b = nullptr;
      if constexpr (centred) b = reinterpret_cast<u8 const*>(data<i32>(a, 2) + at[2] + from * b_on);
      u8* const y = reinterpret_cast<u8*>(data<y_t>(a, y_operand) + at[centred ? 3 : 2] + from * y_on);
      x += from * x_on;
      if (weights != looked_at) {  // mostly the same for all rows
        narrow = weights_are_narrow(weights, w_on, to - from);
        looked_at = weights;
      }
      auto stored = [&](i32 value)
                        DEEPLOY_INLINE_LAMBDA { return requantise_element<C.result>(result, result.scale, value); };
      if (narrow) {
        store_row<y_t>(y, y_on, to - from, [&]() DEEPLOY_INLINE_LAMBDA {
          i32 const d = rows::next<x_t>(x, x_on) - mean;
          i32 const quotient = by.quotient_by_little(d * rows::next<i32>(w, 4 * w_on));
          if constexpr (!centred) return stored(xpulp::clip8(quotient >> shift));
          u32 const moved = static_cast<u32>(quotient) + static_cast<u32>(centred ? rows::next<i32>(b, 4 * b_on) : 0);
          return stored(static_cast<i8>(static_cast<i32>(moved) >> shift));
        });
        return;
      }
      u8* at_y = y;
      for (index i = from; i < to; ++i) {
        i64 const d = rows::next<x_t>(x, x_on) - mean;
        i64 const quotient = d * rows::next<i32>(w, 4 * w_on) / static_cast<i64>(by.by);
        i64 const value = (quotient + (centred ? rows::next<i32>(b, 4 * b_on) : 0)) >> shift;
        i32 const kept = centred        ? static_cast<i8>(value)
                         : value < -128 ? -128
                         : value > 127  ? 127
                                        : static_cast<i32>(value);
        rows::put<y_t>(at_y, stored(kept), static_cast<i32>(y_on * sizeof(y_t)));
      }
    };
    if constexpr (centred)
      for_rows<walks(0, 1, 2, 5), C.only>(core, cores, a, C.axis, true, row);
    else
      for_rows<walks(0, 1, 4), C.only>(core, cores, a, C.axis, true, row);
  }
};
}  // namespace deeploy::cluster
