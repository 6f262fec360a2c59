// SPDX-License-Identifier: Apache-2.0
// A part of an input of bytes, channels innermost, as one plane per channel: four channels at a time.
#pragma once
#include <cluster/conv2d_window.hpp>
#include <cluster/product_pack.hpp>

namespace deeploy::cluster {
/// Where planes lie. What is no padding begins `begin` bytes into a row, and all padding on the left before that.
struct channel_planes {
  u8* at;
  bytes pitch;  ///< of rows
  bytes plane;  ///< of channels
  bytes begin = 0;
  static constexpr int channels = 4;
  static constexpr index margin = 4;  ///< most padding on the left
  static constexpr bytes pitch_of(index columns) { return margin + ((columns + 3) & ~3); }

  /// Clears the padding on the left and on the right of all rows, of which there are `rows` in a plane.
  void clear_sides(index rows, padded_range const& columns) const {
    clear_column(at, rows);
    for (bytes i = (begin + columns.count) & ~3; i < pitch; i += 4) clear_column(at + i, rows);
  }
  void clear_rows(u8* row, index rows) const {
    if (rows != 0)
      for (int c = 0; c < channels; ++c) clear_bytes(row + c * plane, rows * pitch);
  }
  /// Clears the padding above and below.
  void clear_ends(padded_range const& rows) const {
    clear_rows(at, rows.before);
    clear_rows(at + (rows.before + rows.count) * pitch, rows.behind);
  }

  /// Brings over what is no padding.
  ///
  /// @param x       where the input's pixel (0, 0) lies, at the first of the channels
  /// @param valid   channels of x; where there are fewer than four the planes of the others take what lies behind them
  /// @param joined  that is the next pixel, except behind the last one of the last row
  void fill(u8 const* x, bytes x_row, bytes x_column, padded_range const& rows, padded_range const& columns, int valid,
            bool joined) const {
    u8* to = at + rows.before * pitch + begin;
    x += rows.from * x_row + columns.from * x_column;
    if (rows.count == 0 || columns.count == 0) return;
    index const whole = columns.count & ~3;
    index const by_words = whole == 0 ? 0 : valid == channels ? rows.count : joined ? rows.count - 1 : 0;
    columns_to_rows move{.step = x_column, .apart = plane, .to_next = pitch - whole, .from_next = x_row - whole * x_column};
    if (by_words > 0) {
      move(to, x, whole >> 2, by_words);
      // The last columns are no four: some are brought over again.
      if (index const left = columns.count - 4; left + 4 != whole) {
        columns_to_rows last = move;
        last.to_next = pitch - 4, last.from_next = x_row - 4 * x_column;
        last(to + left, x + left * x_column, 1, by_words);
      }
      to += by_words * pitch, x += by_words * x_row;
    }
    index const groups = joined ? (columns.count - 1) >> 2 : 0;
    for (index r = rows.count - by_words; r > 0; --r, to += pitch, x += x_row) {
      if (groups > 0) move(to, x, groups);
      for (index i = 4 * groups; i < columns.count; ++i)
        for (int c = 0; c < valid; ++c) to[i + c * plane] = x[i * x_column + c];
    }
  }

 private:
  /// Clears a word in every row of all planes, which lie one behind the other.
  void clear_column(u8* to, index rows) const {
#if defined(__riscv)
    __asm__ volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[n], 8\n"
        ".rept 4\n.insn r 0x2b, 6, 0, %[pitch], %[to], x0\n.endr\n.option pop\n"
        : [to] "+r"(to)
        : [n] "r"(rows), [pitch] "r"(pitch)
        : "memory");
#else
    for (index r = 0; r < channels * rows; ++r, to += pitch) xpulp::store_word(to, 0);
#endif
  }
};
}  // namespace deeploy::cluster
