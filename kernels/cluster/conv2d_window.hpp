// SPDX-License-Identifier: Apache-2.0
// The windows of a convolution: where a pixel's taps lie, which of them are padding, and how they become a row.
#pragma once
#include <cluster/conv2d_class.hpp>

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
      for (index s = 0; s < taps; ++s)
        for (index c = 0; c < channels; ++c) to[s * channels + c] = x[s * x_column + c * x_channel];
    }
  }
};
}  // namespace deeploy::cluster
