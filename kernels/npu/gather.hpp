// SPDX-License-Identifier: Apache-2.0
// Windows laid out by the cores as rows of bytes, one pixel after the other: what the 1x1 form then multiplies.
#pragma once
#include <deeploy/kernel.hpp>
#include <npu/mapping.hpp>
#include <cluster/byte_runs.hpp>
#include <cluster/copy_lines.hpp>
#include <cluster/tap_range.hpp>

namespace deeploy::npu {
/// What laying out needs to know of a tile; words, so that it may be among the constants of a lowered tile.
struct gather_shape {
  i32 pixels, across;               ///< of the tile; of one of its rows
  i32 channels, window_rows, size;  ///< of a window: channels a tap, rows, taps a row
  i32 pitch;                        ///< bytes from pixel to pixel
  i32 first_row, row_step, tap_row_step, row_limit;
  i32 first_column, column_step, tap_column_step, column_limit;
  i32 origin, row_stride, column_stride, tap_row_stride, tap_column_stride, channel_stride;  ///< of the input

  constexpr gather_shape() : gather_shape(kernel_arguments{}) {}
  constexpr explicit gather_shape(kernel_arguments const& a)
      : pixels(a.length[1] * a.length[2]), across(a.length[2]), channels(a.length[5]), window_rows(a.length[6]), size(a.length[7]),
        pitch(gathered_pitch(channels * size * window_rows)), first_row(a.first[1]), row_step(a.step[1]), tap_row_step(a.step[6]), row_limit(a.limit[1]),
        first_column(a.first[2]), column_step(a.step[2]), tap_column_step(a.step[7]), column_limit(a.limit[2]), origin(a.with[at::x].origin),
        row_stride(a.with[at::x].stride[1]), column_stride(a.with[at::x].stride[2]), tap_row_stride(a.with[at::x].stride[6]),
        tap_column_stride(a.with[at::x].stride[7]), channel_stride(channels == 1 ? 1 : a.with[at::x].stride[5]) {}
};

/// What turning a tile's input needs to know: of 3x3 windows all real pixels of the part, of single pixels those that are read.
struct turn_shape {
  i32 rows, columns, channels;
  i32 origin, row_stride, column_stride, channel_stride;  ///< of the input

  constexpr turn_shape() : turn_shape(kernel_arguments{}, 0, 1) {}
  constexpr turn_shape(kernel_arguments const& a, int channel_axis, index filter)
      : rows(turned_length(a, 1, filter)), columns(turned_length(a, 2, filter)), channels(a.length[channel_axis]), origin(0), row_stride(a.with[at::x].stride[1]), column_stride(a.with[at::x].stride[2]),
        channel_stride(a.with[at::x].stride[channel_axis]) {
    kernel_operand const& x = a.with[at::x];
    // A step of one pixel: from the windows' taps, which a tile of one row has too.
    if (filter != 1) row_stride = x.stride[6], column_stride = x.stride[7];
    origin = x.origin - (a.first[1] < 0 ? a.first[1] * row_stride : 0) - (a.first[2] < 0 ? a.first[2] * column_stride : 0);
  }
};

/// This core's share of the input laid out anew: pixel after pixel, its channels side by side.
inline void turn(int core, int cores, turn_shape const& g, void const* input, u8* to) {
  // Rows of one channel: reads run along the input's rows.
  index const units = g.rows * g.channels;
  namespace rows = cluster::rows;
  rows::order_memory();
  index u = units * core / cores, row = u / g.channels, c = u - row * g.channels;
  for (index const end = units * (core + 1) / cores; u < end; ++u) {
    u8 const* from = static_cast<u8 const*>(input) + g.origin + row * g.row_stride + c * g.channel_stride;
    u8* at = to + row * g.columns * g.channels + c;
    index left = g.columns;
    for (; left >= 4; left -= 4) {
      i32 const b0 = rows::next<u8>(from, g.column_stride), b1 = rows::next<u8>(from, g.column_stride), b2 = rows::next<u8>(from, g.column_stride), b3 = rows::next<u8>(from, g.column_stride);
      rows::put<u8>(at, b0, g.channels), rows::put<u8>(at, b1, g.channels), rows::put<u8>(at, b2, g.channels), rows::put<u8>(at, b3, g.channels);
    }
    for (; left > 0; --left) rows::put<u8>(at, rows::next<u8>(from, g.column_stride), g.channels);
    if (++c == g.channels) c = 0, ++row;
  }
}

/// This core's share of the tile's windows.
///
/// @param input  the input's part, as the kernel finds it
/// @param to     pixels * pitch bytes
inline void gather(int core, int cores, gather_shape const& g, void const* input, u8* to) {
  cluster::rows::order_memory();
  index const run = g.channels * g.size, reach = g.tap_column_step * (g.size - 1);
  bool const in_one = g.channel_stride == 1 && (g.size == 1 || g.tap_column_stride == g.channels);
  index p = g.pixels * core / cores, i = p / g.across, j = p - i * g.across;
  u8* out = to + p * g.pitch;
  for (index left = g.pixels * (core + 1) / cores - p; left > 0; ++i, j = 0) {
    cluster::tap_range const r = cluster::taps_inside(g.first_row + g.row_step * i, g.tap_row_step, g.row_limit, g.window_rows);
    index n = g.across - j, column = g.first_column + g.column_step * j;
    if (n > left) n = left;
    left -= n;
    u8 const* window = static_cast<u8 const*>(input) + g.origin + i * g.row_stride + j * g.column_stride + r.from * g.tap_row_stride;
    index const lines = r.to - r.from;
    for (; n > 0; --n, out += g.pitch, window += g.column_stride, column += g.column_step) {
      cluster::tap_range s{0, g.size};
      if (column < 0 || column + reach >= g.column_limit) s = cluster::taps_inside(column, g.tap_column_step, g.column_limit, g.size);
      index const taps = s.to - s.from;
      if (taps < g.size || lines < g.window_rows) {
        u8* zeros = out;
        cluster::fill_pairs(zeros, 0, g.pitch >> 3);
        if (taps <= 0 || lines <= 0) continue;
      }
      u8* at = out + r.from * run + s.from * g.channels;
      u8 const* from = window + s.from * g.tap_column_stride;
      if (in_one) {
        cluster::copy_lines(at, run, from, g.tap_row_stride, lines, taps * g.channels);
        continue;
      }
      for (index k = lines; k > 0; --k, at += run, from += g.tap_row_stride) {
        if (g.channel_stride == 1)
          cluster::copy_lines(at, g.channels, from, g.tap_column_stride, taps, g.channels);
        else
          cluster::copy_grid(at, g.channels, 1, from, g.tap_column_stride, g.channel_stride, g.channels, taps);
      }
    }
  }
  cluster::rows::order_memory();
}
}  // namespace deeploy::npu
