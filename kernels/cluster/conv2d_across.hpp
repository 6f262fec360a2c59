// SPDX-License-Identifier: Apache-2.0
// Windows of a convolution whose channels lie apart and whose pixels do not, as networks in planes have them: four pixels are
// loaded at once and turned into rows.
#pragma once
#include <cluster/product_pack.hpp>
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// Range of taps [from, to) of one axis that lie inside of the tensor.
struct tap_range {
  index from, to;
};
/// @param at  first[axis] + step[axis] * i of the pixel
constexpr tap_range taps_inside(index at, index step, index limit, index taps) {
  tap_range r{0, taps};
  while (r.from < taps && at + step * r.from < 0) ++r.from;
  while (r.to > r.from && at + step * (r.to - 1) >= limit) --r.to;
  return r;
}

/// Brings such windows into rows; and what all windows of a tile have in common.
struct windows_across {
  index channels, taps_high, taps_wide;
  index row_step, column_step, row_limit, column_limit;  ///< of taps, in rows and columns of the tensor
  index last_top, last_left;                             ///< of windows without padding
  bytes line, row_end;                                   ///< of a window; where its row's last word begins
  bytes x_row, x_column, x_channel;

  /// At least four windows of neighbours whose channels are apart and whose pixels are not: tap by tap, four channels of four
  /// pixels at a time.
  [[gnu::noinline]] void turn(u8* to, bytes pitch, u8 const* x, index top, index left, index count) const {
    prepare(to, pitch, top, left, count);
    if (channels < 4) return few(to, pitch, x, top, left, count);
    columns_to_rows const four{.step = x_channel, .apart = pitch};
    for (index r = 0, row = top; r < taps_high; ++r, row += row_step, x += x_row) {
      u8 const* from = x;
      for (index s = 0, column = left; s < taps_wide; ++s, column += column_step, from += x_column, to += channels) {
        if (row < 0 || row >= row_limit) continue;
        // Windows whose tap is no padding.
        index i = column < 0 ? -column : 0;
        index const end = column_limit - column < count ? column_limit - column : count;
        if (end - i < 4) {
          for (; i < end; ++i) elements(to + i * pitch, from + i);
          continue;
        }
        for (;;) {
          u8* const target = to + i * pitch;
          four(target, from + i, channels >> 2);
          if (channels & 3) four(target + channels - 4, from + i + (channels - 4) * x_channel, 1);
          if (i + 4 >= end) break;
          i = i + 8 <= end ? i + 4 : end - 4;
        }
      }
    }
  }
 private:
  /// The same of fewer than four channels: a word is four pixels, and taps of a window follow each other.
  [[gnu::noinline]] void few(u8* to, bytes pitch, u8 const* x, index top, index left, index count) const {
    index const apart = channels;
    for (index r = 0, row = top; r < taps_high; ++r, row += row_step, x += x_row, to += line) {
      if (row < 0 || row >= row_limit) continue;
      for (index i = 0;;) {
        tap_range const four = taps_inside(left + i, column_step, column_limit - 3, taps_wide);
        u8* t0 = to + i * pitch + four.from * apart;
        u8 *t1 = t0 + pitch, *t2 = t1 + pitch, *t3 = t2 + pitch;
        for (index s = four.from; s < four.to; ++s) {
          u8 const* from = x + i + s * x_column;
          for (index c = apart; c > 0; --c, from += x_channel) {
            u32 const pixels = xpulp::load_word(from);
            rows::put<u8>(t0, static_cast<i32>(pixels), 1);
            rows::put<u8>(t1, static_cast<i32>(pixels >> 8), 1);
            rows::put<u8>(t2, static_cast<i32>(pixels >> 16), 1);
            rows::put<u8>(t3, static_cast<i32>(pixels >> 24), 1);
          }
        }
        for (index s = 0; s < taps_wide; ++s) {
          if (s == four.from) s = four.to;
          if (s >= taps_wide) break;
          index const column = left + i + s * column_step;
          for (index w = 0; w < 4; ++w)
            if (column + w >= 0 && column + w < column_limit) elements(to + (i + w) * pitch + s * apart, x + i + w + s * x_column);
        }
        if (i + 4 >= count) break;
        i = i + 8 <= count ? i + 4 : count - 4;
      }
    }
  }
  /// Zeros, where padding or what is behind a window will not be written.
  void prepare(u8* to, bytes pitch, index top, index left, index count) const {
    bool const inside = top >= 0 && top <= last_top && left >= 0 && left + count - 1 <= last_left;
    for (index i = 0; i < count; ++i)
      if (inside)
        xpulp::store_word(to + i * pitch + row_end, 0);
      else
        clear_bytes(to + i * pitch, row_end + 4);
  }

  /// The channels of a tap, one by one.
  [[gnu::always_inline]] void elements(u8* to, u8 const* x) const {
    for (index c = 0; c < channels; ++c, x += x_channel) to[c] = *x;
  }
};
}  // namespace deeploy::cluster
