// SPDX-License-Identifier: Apache-2.0
// The windows of a convolution: where a pixel's taps lie, which of them are padding, and how they become a row.
#pragma once
#include <cluster/byte_runs.hpp>
#include <cluster/conv2d_image.hpp>
#include <cluster/copy_lines.hpp>

namespace deeploy::cluster {
/// copy_lines() of `count` >= 1 windows, whose rows begin to_next and from_next bytes after each other. Lines of five to sixteen
/// bytes, as few input channels make them, are copied by one loop in another.
/// @param end  a word there becomes zero before, in each row
[[gnu::always_inline]] inline void copy_windows(u8* to, bytes to_next, u8 const* from, bytes from_next, index count, bytes end, bytes to_step,
                                                bytes from_step, index lines, bytes n) {
#if defined(__riscv)
  bytes const last = n - 4, to_window = to_next - lines * to_step, from_window = from_next - lines * from_step;
  u32 x, y, z, w;
#define DEEPLOY_LOADS(first, more) \
  ".insn r 0x03, 7, 0x10, %[w], %[from], %[last]\n" more ".insn r 0x0b, 7, 0x10, %[" first "], %[from], %[from_step]\n"
#define DEEPLOY_STORES(first, more) ".insn r 0x23, 6, 0, %[last], %[to], %[w]\n" more ".insn r 0x2b, 6, 0, %[to_step], %[to], %[" first "]\n"
#define DEEPLOY_WINDOWS(instructions, LINE)                                                                            \
  __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[count], 2 * (4 + " instructions ")\n" \
                   ".insn r 0x23, 6, 0, %[end], %[to], x0\n.insn i 0x7b, 4, x0, %[lines], 2 * (" instructions ")\n" LINE \
                   "add %[to], %[to], %[to_window]\nadd %[from], %[from], %[from_window]\n.option pop\n"            \
                   : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z), [w] "=&r"(w)        \
                   : [count] "r"(count), [lines] "r"(lines), [last] "r"(last), [end] "r"(end), [from_step] "r"(from_step), \
                     [to_step] "r"(to_step), [to_window] "r"(to_window), [from_window] "r"(from_window)               \
                   : "memory")
  if (n > 4 && n <= 16) {
    if (n > 12)
      DEEPLOY_WINDOWS("8", DEEPLOY_LOADS("x", "lw %[y], 4(%[from])\nlw %[z], 8(%[from])\n")
                               DEEPLOY_STORES("x", "sw %[y], 4(%[to])\nsw %[z], 8(%[to])\n"));
    else if (n > 8)
      DEEPLOY_WINDOWS("6", DEEPLOY_LOADS("x", "lw %[y], 4(%[from])\n") DEEPLOY_STORES("x", "sw %[y], 4(%[to])\n"));
    else
      DEEPLOY_WINDOWS("4", DEEPLOY_LOADS("x", "") DEEPLOY_STORES("x", ""));
    return;
  }
#undef DEEPLOY_LOADS
#undef DEEPLOY_STORES
#undef DEEPLOY_WINDOWS
#endif
  for (; count > 0; --count, to += to_next, from += from_next) {
    xpulp::store_word(to + end, 0);
    copy_lines(to, to_step, from, from_step, lines, n);
  }
}

/// Brings windows into rows. What does not depend on the pixel is found once.
struct window_rows {
  index channels, taps_high, taps_wide;
  index row_step, column_step, row_limit, column_limit;  ///< of taps, in rows and columns of the tensor
  index last_top, last_left;                             ///< of windows without padding
  bytes line, row_end;                                   ///< of a window; where its row's last word begins
  bytes x_row, x_column;  ///< the channels of a tap are neighbours
  bool contiguous;        ///< so are the taps of a line

  template <conv_class V>
  window_rows(kernel_arguments const& a, conv_input<V> const& x) {
    using namespace conv_axis;
    channels = a.length[in_channels], taps_high = a.length[kernel_rows], taps_wide = a.length[kernel_columns];
    row_step = a.step[kernel_rows], column_step = a.step[kernel_columns];
    row_limit = x.limit(out_rows), column_limit = x.limit(out_columns);
    last_top = row_limit - 1 - row_step * (taps_high - 1);
    last_left = column_limit - 1 - column_step * (taps_wide - 1);
    line = taps_wide * channels;
    row_end = packed_depth(taps_high * line) - 4;
    x_row = x.step(kernel_rows), x_column = x.step(kernel_columns);
    contiguous = x_column == channels || taps_wide == 1;
  }

  /// Writes `count` windows of neighbours in a row, `pitch` bytes apart, with padding as zeros, and zeros behind them up to whole
  /// words. Tap (0, 0) of the first is (top, left) of the tensor, and would lie at x.
  [[gnu::noinline]] void operator()(u8* to, bytes pitch, u8 const* x, bytes x_step, index top, index left, index left_step,
                                    index count) const {
    tap_range const high = taps_inside(top, row_step, row_limit, taps_high);
    index const lines = high.to - high.from;
    if (!contiguous || lines <= 0) {
      for (; count > 0; --count, to += pitch, x += x_step, left += left_step) {
        clear(to);
        if (lines > 0) by_taps(to + high.from * line, x + high.from * x_row, left, lines);
      }
      return;
    }
    // Lines of padding are zeros in all of the windows.
    if (lines < taps_high)
      for (index i = 0; i < count; ++i) clear(to + i * pitch);
    bytes const above = high.from * line, end = row_end - above;
    to += above, x += high.from * x_row;
    for (;;) {
      index whole = 0;
      if (left >= 0) {
        if (left + (count - 1) * left_step <= last_left)
          whole = count;
        else
          for (index at = left; at <= last_left; at += left_step) ++whole;
      }
      if (whole > 0) {
        copy_windows(to, pitch, x, x_step, whole, end, line, x_row, lines, line);
        count -= whole, left += whole * left_step, to += whole * pitch, x += whole * x_step;
      }
      if (count == 0) return;
      clear(to - above);
      tap_range const wide = taps_inside(left, column_step, column_limit, taps_wide);
      index const taps = wide.to - wide.from;
      if (taps > 0) copy_lines(to + wide.from * channels, line, x + wide.from * x_column, x_row, lines, taps * channels);
      to += pitch, x += x_step, left += left_step;
      if (--count == 0) return;
    }
  }

  /// Zeros in a row, up to a word behind it.
  [[gnu::always_inline]] void clear(u8* to) const {
    index const pairs = (row_end + 8) >> 3;
    rows::order_memory();
    fill_pairs(to, 0, pairs);
    rows::order_memory();
  }

  /// Lines of a window whose taps are apart.
  [[gnu::noinline]] void by_taps(u8* to, u8 const* x, index left, index lines) const {
    tap_range const wide = taps_inside(left, column_step, column_limit, taps_wide);
    index const taps = wide.to - wide.from;
    if (taps <= 0) return;
    x += wide.from * x_column;
    to += wide.from * channels;
    for (; lines > 0; --lines, x += x_row, to += line) copy_lines(to, channels, x, x_column, taps, channels);
  }
};
}  // namespace deeploy::cluster
