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

/// Writes the window of the pixel (row, column) as a row, padding as zeros, and zeros behind it up to a whole word. `x`
/// is where tap (0, 0) of the pixel would lie.
[[gnu::noinline]] inline void window_to_row(kernel_arguments const& a, u8 const* x, index row, index column, u8* to) {
  using namespace conv_axis;
  index const channels = a.length[in_channels], taps_high = a.length[kernel_rows], taps_wide = a.length[kernel_columns];
  index const* const step = a.with[0].stride;
  index const line = taps_wide * channels;
  bool const packed = step[in_channels] == 1 || channels == 1;
  bool const contiguous = packed && (step[kernel_columns] == channels || taps_wide == 1);
  index const top = a.first[out_rows] + a.step[out_rows] * row, left = a.first[out_columns] + a.step[out_columns] * column;
  if (contiguous && line >= 4 && left >= 0 && left + a.step[kernel_columns] * (taps_wide - 1) < a.limit[out_columns])
      [[likely]] {
    // Whole lines: whole words, of which the last one takes some bytes again.
    xpulp::store_word(to + packed_depth(taps_high * line) - 4, 0);
    index at = top;
    for (index r = taps_high; r > 0; --r, x += step[kernel_rows], at += a.step[kernel_rows]) {
      u8* const last = to + line - 4;
      if (at >= 0 && at < a.limit[out_rows]) {
        copy_bytes(to, x, (line - 1) & ~3);
        xpulp::store_word(last, xpulp::load_word(x + line - 4));
      } else {
        clear_bytes(to, (line - 1) & ~3);
        xpulp::store_word(last, 0);
      }
      to = last + 4;
    }
    return;
  }
  tap_range const high = taps_inside(top, a.step[kernel_rows], a.limit[out_rows], taps_high);
  tap_range const wide = taps_inside(left, a.step[kernel_columns], a.limit[out_columns], taps_wide);
  to = clear_bytes(to, high.from * line);
  x += high.from * step[kernel_rows];
  for (index r = high.from; r < high.to; ++r, x += step[kernel_rows]) {
    to = clear_bytes(to, wide.from * channels);
    u8 const* tap = x + wide.from * step[kernel_columns];
    if (contiguous) {
      to = copy_bytes(to, tap, (wide.to - wide.from) * channels);
    } else {
      for (index s = wide.from; s < wide.to; ++s, tap += step[kernel_columns]) {
        if (channels == 1)
          *to++ = *tap;
        else if (packed)
          to = copy_bytes(to, tap, channels);
        else
          for (index c = 0; c < channels; ++c) *to++ = tap[c * step[in_channels]];
      }
    }
    to = clear_bytes(to, (taps_wide - wide.to) * channels);
  }
  to = clear_bytes(to, (taps_high - high.to) * line);
  clear_bytes(to, packed_depth(taps_high * line) - taps_high * line);
}
}  // namespace deeploy::cluster
