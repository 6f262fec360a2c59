// SPDX-License-Identifier: Apache-2.0
// Brings a matrix of bytes into rows along the reduction, for inner loops that read both operands so.
#pragma once
#include <cluster/product_signs.hpp>
#include <cluster/unrolled.hpp>

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

/// Four rows from four columns of the source: elements [0, depth), four at a time from `start` on and around the end,
/// so that cores that pack in step do not meet in the banks of L1.
inline void pack_four(u8* packed, u8 const* at, bytes depth_step, index depth, index pitch, index start) {
  auto block = [&](index k, auto available) DEEPLOY_INLINE_LAMBDA {
    u32 w[4] = {};
    u8 const* source = at + k * depth_step;
    unrolled<0, 4>([&](auto i) DEEPLOY_INLINE_LAMBDA {
      if (available(k + i)) w[i] = xpulp::load_word(source);
      source += depth_step;
    });
    transpose(w);
    u8* target = packed + k;
    unrolled<0, 4>([&](auto i) DEEPLOY_INLINE_LAMBDA {
      xpulp::store_word(target, w[i]);
      target += pitch;
    });
  };
  index const whole = depth & ~3;
  if (start >= whole) start = 0;
  for (index k = start; k < whole; k += 4) block(k, [](index) { return true; });
  for (index k = 0; k < start; k += 4) block(k, [](index) { return true; });
  if (whole < depth) block(whole, [&](index k) { return k < depth; });
}

/// Packs rows [from, to) of a matrix whose element (row, k) is at[row * row_step + k * depth_step].
inline void pack_rows(int core, u8* packed, u8 const* at, bytes row_step, bytes depth_step, index depth, index from,
                      index to) {
  index const pitch = packed_depth(depth);
  index row = from;
  if (row_step == 1)
    for (; row + 4 <= to; row += 4) pack_four(packed + row * pitch, at + row, depth_step, depth, pitch, 8 * core);
  for (; row < to; ++row) {
    u8 const* source = at + row * row_step;
    u8* target = packed + row * pitch;
    for (index k = 0; k < depth; ++k, source += depth_step) *target++ = *source;
    for (index k = depth; k < pitch; ++k) *target++ = 0;
  }
}
}  // namespace deeploy::cluster
