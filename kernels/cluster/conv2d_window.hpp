// SPDX-License-Identifier: Apache-2.0
// The windows of a convolution: where a pixel's taps lie, which of them are padding, and how they become a row.
#pragma once
#include <cluster/conv2d_class.hpp>
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

/// Copies `lines` >= 1 runs of n >= 1 bytes: words, of which the last one takes some bytes again, as few lines are whole words.
[[gnu::always_inline]] inline void copy_lines(u8* to, bytes to_step, u8 const* from, bytes from_step, index lines, bytes n) {
  if (n < 4) {
    for (; lines > 0; --lines, to += to_step, from += from_step)
      for (bytes i = 0; i < n; ++i) to[i] = from[i];
    return;
  }
  index const words = (n + 3) >> 2;
  [[maybe_unused]] index const pairs = (words - 1) >> 1;
  bytes const last = n - 4;
#if defined(__riscv)
  // Pairs of words, then a word or two by index, and both pointers go to the next line.
#define DEEPLOY_PAIRS                                                                                                  \
  "mv %[source], %[from]\nmv %[target], %[to]\n.insn i 0x7b, 4, x0, %[pairs], 2 * 4\n"                              \
  ".insn i 0x0b, 2, %[x], %[source], 4\n.insn i 0x0b, 2, %[y], %[source], 4\n"                                       \
  ".insn s 0x2b, 2, %[x], 4(%[target])\n.insn s 0x2b, 2, %[y], 4(%[target])\n"
#define DEEPLOY_LOAD(d, at) ".insn r 0x03, 7, 0x10, %[" d "], %[from], %[" at "]\n"
#define DEEPLOY_STORE(d, at) ".insn r 0x23, 6, 0, %[" at "], %[to], %[" d "]\n"
#define DEEPLOY_ONE DEEPLOY_LOAD("x", "last") "add %[from], %[from], %[from_step]\n" DEEPLOY_STORE("x", "last")
#define DEEPLOY_TWO \
  DEEPLOY_LOAD("x", "before") DEEPLOY_LOAD("y", "last") DEEPLOY_STORE("x", "before") DEEPLOY_STORE("y", "last") "add %[from], %[from], %[from_step]\n"
#define DEEPLOY_LINES(instructions, LINE)                                                                              \
  __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[lines], 2 * (" instructions ")\n" LINE \
                   "add %[to], %[to], %[to_step]\n.option pop\n"                                                     \
                   : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y), [source] "=&r"(source), [target] "=&r"(target) \
                   : [lines] "r"(lines), [pairs] "r"(pairs), [before] "r"(last - 4), [last] "r"(last),                 \
                     [from_step] "r"(from_step), [to_step] "r"(to_step)                                                \
                   : "memory")
  u32 x, y;
  u8 const* source;
  u8* target;
  if (words & 1) {
    if (pairs > 0) DEEPLOY_LINES("11", DEEPLOY_PAIRS DEEPLOY_ONE);
    else DEEPLOY_LINES("4", DEEPLOY_ONE);
  } else if (pairs > 0) {
    DEEPLOY_LINES("13", DEEPLOY_PAIRS DEEPLOY_TWO);
  } else {
    // No more than eight bytes: the first word begins with them.
    bytes const before = 0;
    __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[lines], 2 * 6\n" DEEPLOY_TWO
                     "add %[to], %[to], %[to_step]\n.option pop\n"
                     : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y)
                     : [lines] "r"(lines), [before] "r"(before), [last] "r"(last), [from_step] "r"(from_step), [to_step] "r"(to_step)
                     : "memory");
  }
#undef DEEPLOY_LINES
#undef DEEPLOY_LOAD
#undef DEEPLOY_ONE
#undef DEEPLOY_PAIRS
#undef DEEPLOY_STORE
#undef DEEPLOY_TWO
#else
  for (; lines > 0; --lines, to += to_step, from += from_step) {
    for (index i = 0; i < 4 * (words - 1); i += 4) xpulp::store_word(to + i, xpulp::load_word(from + i));
    xpulp::store_word(to + last, xpulp::load_word(from + last));
  }
#endif
}

/// Brings windows into rows. What does not depend on the pixel is found once.
struct window_rows {
  index channels, taps_high, taps_wide;
  index row_step, column_step, row_limit, column_limit;  ///< of taps, in rows and columns of the tensor
  index last_top, last_left;                             ///< of windows without padding
  bytes line, row_end;                                   ///< of a window; where its row's last word begins
  bytes x_row, x_column, x_channel;
  bool packed, contiguous;  ///< the channels of a tap, and the taps of a line, are neighbours

  explicit window_rows(kernel_arguments const& a) {
    using namespace conv_axis;
    index const* const step = a.with[0].stride;
    channels = a.length[in_channels], taps_high = a.length[kernel_rows], taps_wide = a.length[kernel_columns];
    row_step = a.step[kernel_rows], column_step = a.step[kernel_columns];
    row_limit = a.limit[out_rows], column_limit = a.limit[out_columns];
    last_top = row_limit - 1 - row_step * (taps_high - 1);
    last_left = column_limit - 1 - column_step * (taps_wide - 1);
    line = taps_wide * channels;
    row_end = packed_depth(taps_high * line) - 4;
    x_row = step[kernel_rows], x_column = step[kernel_columns], x_channel = step[in_channels];
    packed = x_channel == 1 || channels == 1;
    contiguous = packed && (x_column == channels || taps_wide == 1);
  }

  /// Writes `count` windows of neighbours in a row, `pitch` bytes apart, with padding as zeros, and zeros behind them up to whole
  /// words. Tap (0, 0) of the first is (top, left) of the tensor, and would lie at x.
  [[gnu::noinline]] void operator()(u8* to, bytes pitch, u8 const* x, bytes x_step, index top, index left, index left_step,
                                    index count) const {
    if (x_step == 1 && left_step == 1 && !packed && count >= 4) return across(to, pitch, x, top, left, count);
    // Copies: the members would be loaded again for each window.
    index const lines = taps_high, last = last_left;
    bytes const n = line, x_apart = x_row, end = row_end;
    bool const inside = top >= 0 && top <= last_top && contiguous;
    do {
      index whole = 0;
      if (inside && left >= 0)
        for (index at = left; whole < count && at <= last; at += left_step) ++whole;
      count -= whole, left += whole * left_step;
      for (; whole > 0; --whole, to += pitch, x += x_step) {
        xpulp::store_word(to + end, 0);
        copy_lines(to, n, x, x_apart, lines, n);
      }
      if (count == 0) return;
      with_padding(to, x, top, left);
      to += pitch, x += x_step, left += left_step;
    } while (--count > 0);
  }

  /// At least four windows of neighbours whose channels are apart and whose pixels are not: tap by tap, four channels of four
  /// pixels at a time.
  [[gnu::noinline]] void across(u8* to, bytes pitch, u8 const* x, index top, index left, index count) const {
    prepare(to, pitch, top, left, count);
    if (channels < 4) return few_across(to, pitch, x, top, left, count);
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
  /// The same of fewer than four channels: a word is four pixels, and taps of a window follow each other.
  [[gnu::noinline]] void few_across(u8* to, bytes pitch, u8 const* x, index top, index left, index count) const {
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

  /// One window, whose taps may be apart, too.
  [[gnu::noinline]] void with_padding(u8* to, u8 const* x, index top, index left) const {
    clear_bytes(to, row_end + 4);
    tap_range const high = taps_inside(top, row_step, row_limit, taps_high), wide = taps_inside(left, column_step, column_limit, taps_wide);
    index const lines = high.to - high.from, taps = wide.to - wide.from;
    if (lines <= 0 || taps <= 0) return;
    x += high.from * x_row + wide.from * x_column;
    to += high.from * line + wide.from * channels;
    // Lines of taps, or where these are apart, one line after the other.
    if (contiguous) return copy_lines(to, line, x, x_row, lines, taps * channels);
    for (index r = 0; r < lines; ++r, x += x_row, to += line) {
      if (packed) {
        copy_lines(to, channels, x, x_column, taps, channels);
        continue;
      }
      for (index s = 0; s < taps; ++s) elements(to + s * channels, x + s * x_column);
    }
  }
};
}  // namespace deeploy::cluster
