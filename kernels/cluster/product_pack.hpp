// SPDX-License-Identifier: Apache-2.0
// Brings a matrix of bytes into rows along the reduction, for inner loops that read both operands so.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// Rows of packed matrices begin at multiples of four bytes; the elements up to there are zero.
constexpr index packed_depth(index depth) { return (depth + 3) & ~3; }

/// Four words as the rows of a 4 x 4 matrix of bytes; becomes the columns.
inline void transpose(u32 (&w)[4]) {
  u32 const low_01 = xpulp::shuffle2b(w[0], w[1], 0x05010400), high_01 = xpulp::shuffle2b(w[0], w[1], 0x07030602);
  u32 const low_23 = xpulp::shuffle2b(w[2], w[3], 0x05010400), high_23 = xpulp::shuffle2b(w[2], w[3], 0x07030602);
  w[0] = xpulp::packh(low_23, low_01);
  w[1] = xpulp::shuffle2b(low_01, low_23, 0x07060302);
  w[2] = xpulp::packh(high_23, high_01);
  w[3] = xpulp::shuffle2b(high_01, high_23, 0x07060302);
}

/// Packs rows [from, to) of a matrix whose element (row, k) is at[row * row_step + k * depth_step].
inline void pack_rows(u8* packed, u8 const* at, bytes row_step, bytes depth_step, index depth, index from, index to) {
  index const pitch = packed_depth(depth);
  index row = from;
  if (row_step == 1)
    for (; row + 4 <= to; row += 4) {
      u8 const* source = at + row;
      u8* target = packed + row * pitch;
      for (index k = 0; k < depth; k += 4, target += 4) {
        u32 w[4];
        for (int i = 0; i < 4; ++i) {
          w[i] = k + i < depth ? xpulp::load_word(source) : 0;
          source += depth_step;
        }
        transpose(w);
        u8* to_row = target;
        for (int i = 0; i < 4; ++i, to_row += pitch) xpulp::store_word(to_row, w[i]);
      }
    }
  for (; row < to; ++row) {
    u8 const* source = at + row * row_step;
    u8* target = packed + row * pitch;
    for (index k = 0; k < depth; ++k, source += depth_step) *target++ = *source;
    for (index k = depth; k < pitch; ++k) *target++ = 0;
  }
}
}  // namespace deeploy::cluster
