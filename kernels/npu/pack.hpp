// SPDX-License-Identifier: Apache-2.0
// pack: weights into the bit-planes that the unit reads.
#pragma once
#include <npu/job.hpp>

namespace deeploy::npu {
/// Bytes of the packed weights of a job.
constexpr bytes packed_bytes(form kind, index out_channels, index in_channels, int bits) {
  index const groups = tiles_of(in_channels, input_tile(kind));
  switch (kind) {
    case form::dense_3x3:
      return word_bytes * out_channels * groups * bits;
    case form::depthwise_3x3:
      return word_bytes * groups * bits;
    default:
      return word_bytes * out_channels * groups;
  }
}

/// Packs weights of `bits` bits. Unused channels and bits are 0.
///
///     3x3        bit b of code[o][c][y][x] -> word (o*groups + c/28)*bits + b, bit 28*(3y+x) + c%28
///     depthwise  bit b of code[c][0][y][x] -> word (c/28)*bits + b, bit 28*(3y+x) + c%28
///     1x1        bit b of code[o][c]       -> word o*groups + c/32, bit 32*(c%32/4) + 4*b + c%4
///
/// @param weight  called as weight(output, input, y, x), gives the weight; depthwise: input is 0, output the channel
/// @param offset  the job's weight offset: code = weight - offset must lie in [0, 2^bits)
/// @param to      packed_bytes() bytes
/// @returns whether all codes fit; what does not fit is packed cut off
template <class Weight>
constexpr bool pack(form kind, index out_channels, index in_channels, int bits, i32 offset, Weight&& weight, u8* to) {
  index const tile = input_tile(kind), groups = tiles_of(in_channels, tile), size = filter_size(kind);
  index const inputs = kind == form::depthwise_3x3 ? 1 : in_channels;
  for (bytes i = 0; i < packed_bytes(kind, out_channels, in_channels, bits); ++i) to[i] = 0;
  bool fits = true;
  for (index o = 0; o < out_channels; ++o)
    for (index i = 0; i < inputs; ++i) {
      index const c = kind == form::depthwise_3x3 ? o : i, group = c / tile, lane = c % tile;
      index const row = kind == form::depthwise_3x3 ? group : o * groups + group;
      for (index y = 0; y < size; ++y)
        for (index x = 0; x < size; ++x) {
          i32 const code = static_cast<i32>(weight(o, i, y, x)) - offset;
          fits = fits && code >= 0 && code < (1 << bits);
          for (int b = 0; b < bits; ++b) {
            index const word = kind == form::pointwise ? row : row * bits + b;
            index const bit = kind == form::pointwise ? 32 * (lane / 4) + 4 * b + lane % 4 : 28 * (3 * y + x) + lane;
            to[word * word_bytes + bit / 8] =
                static_cast<u8>(to[word * word_bytes + bit / 8] | (code >> b & 1) << bit % 8);
          }
        }
    }
  return fits;
}
}  // namespace deeploy::npu
