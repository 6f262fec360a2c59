// SPDX-License-Identifier: Apache-2.0
// Windows laid out by the cores as rows of bytes, one pixel after the other: what the 1x1 form then multiplies.
#pragma once
#include <deeploy/kernel.hpp>
#include <npu/mapping.hpp>

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
        tap_column_stride(a.with[at::x].stride[7]), channel_stride(a.with[at::x].stride[5]) {}
};

namespace detail {
using copied_word [[gnu::may_alias]] = u32;
/// Copies n bytes; by words where both lie at words.
inline u8* copy(u8* to, u8 const* from, index n) {
  u8* const end = to + n;
  if (((reinterpret_cast<__UINTPTR_TYPE__>(to) | reinterpret_cast<__UINTPTR_TYPE__>(from)) & 3) == 0) {
    auto* t = reinterpret_cast<copied_word*>(to);
    auto const* f = reinterpret_cast<copied_word const*>(from);
    for (; n >= 16; n -= 16, t += 4, f += 4) {
      copied_word const w[] = {f[0], f[1], f[2], f[3]};
      t[0] = w[0], t[1] = w[1], t[2] = w[2], t[3] = w[3];
    }
    for (; n >= 4; n -= 4) *t++ = *f++;
    to = reinterpret_cast<u8*>(t);
    from = reinterpret_cast<u8 const*>(f);
  }
  while (to != end) *to++ = *from++;
  return end;
}
}  // namespace detail

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
  for (index u = units * core / cores, end = units * (core + 1) / cores; u < end; ++u) {
    index const row = u / g.channels, c = u - row * g.channels;
    u8 const* from = static_cast<u8 const*>(input) + g.origin + row * g.row_stride + c * g.channel_stride;
    u8* at = to + row * g.columns * g.channels + c;
    index left = g.columns;
    for (; left >= 4; left -= 4) {
      u8 const b[] = {from[0], from[g.column_stride], from[2 * g.column_stride], from[3 * g.column_stride]};
      from += 4 * g.column_stride;
      for (u8 const value : b) *at = value, at += g.channels;
    }
    for (; left > 0; --left, from += g.column_stride, at += g.channels) *at = *from;
  }
}

/// This core's share of the tile's windows.
///
/// @param input  the input's part, as the kernel finds it
/// @param to     pixels * pitch bytes
inline void gather(int core, int cores, gather_shape const& g, void const* input, u8* to) {
  index const run = g.channels * g.size;
  bool const in_one = g.channel_stride == 1 && (g.size == 1 || g.tap_column_stride == g.channels);
  index p = g.pixels * core / cores, i = p / g.across, j = p % g.across;
  for (index const end = g.pixels * (core + 1) / cores; p < end; ++p, i += ++j == g.across, j = j == g.across ? 0 : j) {
    index const left = g.first_column + g.column_step * j, right = left + g.tap_column_step * (g.size - 1);
    bool const inside = left >= 0 && right < g.column_limit;
    u8* at_to = to + p * g.pitch;
    for (index r = 0; r < g.window_rows; ++r) {
      index const row = g.first_row + g.row_step * i + g.tap_row_step * r;
      u8 const* from = static_cast<u8 const*>(input) + g.origin + i * g.row_stride + j * g.column_stride + r * g.tap_row_stride;
      if (row < 0 || row >= g.row_limit) {
        for (u8* const row_end = at_to + run; at_to != row_end;) *at_to++ = 0;
      } else if (inside && in_one) {
        at_to = detail::copy(at_to, from, run);
      } else {
        for (index s = 0; s < g.size; ++s, from += g.tap_column_stride) {
          index const column = left + g.tap_column_step * s;
          u8 const* at = from;
          if (column < 0 || column >= g.column_limit)
            for (index c = 0; c < g.channels; ++c) *at_to++ = 0;
          else if (g.channel_stride == 1)
            at_to = detail::copy(at_to, at, g.channels);
          else
            for (index c = 0; c < g.channels; ++c, at += g.channel_stride) *at_to++ = *at;
        }
      }
    }
  }
}
}  // namespace deeploy::npu
