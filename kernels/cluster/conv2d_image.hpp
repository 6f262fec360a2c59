// SPDX-License-Identifier: Apache-2.0
// The input of a convolution in scratch memory, with its padding as zeros: planes as they are, or turned so that the channels of a
// pixel are neighbours. Windows then have no special cases.
#pragma once
#include <cluster/byte_runs.hpp>
#include <cluster/conv2d_class.hpp>
#include <cluster/product_pack.hpp>
#include <cluster/tap_range.hpp>
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// Where a convolution reads its input: as the layer has it, or from an image.
template <conv_class V>
struct conv_input {
  kernel_arguments const& a;
  conv_scratch const& s;

  /// Bytes per step along an axis.
  [[gnu::always_inline]] constexpr bytes step(int axis) const {
    using namespace conv_axis;
    if constexpr (!V.has_images()) return a.with[0].stride[axis];
    switch (axis) {
      case batch: return a.length[groups] * s.image;
      case groups: return s.image;
      case out_rows: return V.steps.rows * s.image_row;
      case out_columns: return V.steps.columns * s.pixel;
      case kernel_rows: return V.steps.tap_rows * s.image_row;
      case kernel_columns: return V.steps.tap_columns * s.pixel;
      default: return 1;
    }
  }
  /// Tap (0, 0) of the first result.
  [[gnu::always_inline]] u8 const* at() const {
    if constexpr (V.has_images()) return static_cast<u8 const*>(a.scratch) + s.images;
    return static_cast<u8 const*>(a.with[0].at) + a.with[0].origin;
  }
  [[gnu::always_inline]] constexpr index first(int axis) const { return V.has_images() ? 0 : a.first[axis]; }
  [[gnu::always_inline]] constexpr index limit(int axis) const {
    if constexpr (!V.has_images()) return a.limit[axis];
    return axis == conv_axis::out_rows ? s.image_rows : s.image_columns;
  }
};

/// Makes the images of a tile, one per batch and group.
template <conv_class V>
struct conv_image {
  kernel_arguments const& a;
  conv_scratch const& s;
  index const top = V.picks ? 0 : a.first[conv_axis::out_rows], left = V.picks ? 0 : a.first[conv_axis::out_columns];
  padded_range const down{top, s.image_rows, V.picks ? s.image_rows : a.limit[conv_axis::out_rows]},
      across{left, s.image_columns, V.picks ? s.image_columns : a.limit[conv_axis::out_columns]};
  bytes const x_row = V.picks ? a.with[0].stride[conv_axis::out_rows] : a.with[0].stride[conv_axis::kernel_rows] / V.steps.tap_rows,
              x_column = V.picks ? a.with[0].stride[conv_axis::out_columns] : a.with[0].stride[conv_axis::kernel_columns] / V.steps.tap_columns;
  index const images = a.length[conv_axis::batch] * a.length[conv_axis::groups];

  u8* image(index which) const { return static_cast<u8*>(a.scratch) + s.images + which * s.image; }
  /// What an image's first element that is no padding comes from.
  u8 const* source(index which) const {
    using namespace conv_axis;
    index const n = images == a.length[groups] ? 0 : which / a.length[groups], g = which - n * a.length[groups];
    kernel_operand const& x = a.with[0];
    return static_cast<u8 const*>(x.at) + (x.origin + n * x.stride[batch] + g * x.stride[groups] +
                                           (down.from - top) * x_row + (across.from - left) * x_column);
  }

  /// Rows [row, row_end) of an image that are padding.
  void clear_padding(u8* at, index row, index row_end) const {
    index const behind = down.before + down.count;
    for (; row < row_end; ++row)
      if (row < down.before || row >= behind) clear_bytes(at + row * s.image_row, s.image_row);
  }

  /// One channel an image: rows of planes, and rows of taps in whole words with zeros behind them.
  static void copy(int core, int cores, kernel_arguments const& a, conv_scratch const& s) {
    using namespace conv_axis;
    conv_image const m{a, s};
    index const lines = m.images * s.image_rows, end = split_at(lines, core + 1, cores);
    for (index line = split_at(lines, core, cores); line < end;) {
      index const which = m.images == 1 ? 0 : line / s.image_rows, row = line - which * s.image_rows,
                  row_end = end - line < s.image_rows - row ? row + end - line : s.image_rows;
      m.copy_rows(m.image(which), m.source(which), row, row_end);
      line += row_end - row;
    }
    kernel_operand const& w = a.with[1];
    index const members = a.length[out_channels], high = a.length[kernel_rows], wide = a.length[kernel_columns],
                taps = a.length[groups] * members * high, last = split_at(taps, core + 1, cores);
    for (index t = split_at(taps, core, cores); t < last; ++t) {
      index const channel = high == 1 ? t : t / high, g = members == 1 ? channel : channel / members;
      u8 const* from = static_cast<u8 const*>(w.at) + (w.origin + g * w.stride[groups] + (channel - g * members) * w.stride[out_channels] +
                                                       (t - channel * high) * w.stride[kernel_rows]);
      u8* to = static_cast<u8*>(a.scratch) + s.weights + 4 * t * s.tap_words;
      xpulp::store_word(to + 4 * s.tap_words - 4, 0);
      rows::order_memory();
      for (index k = wide; k > 0; --k, from += w.stride[kernel_columns]) *to++ = *from;
    }
  }
  void copy_rows(u8* at, u8 const* from, index row, index row_end) const {
    clear_padding(at, row, row_end);
    index const begin = row < down.before ? down.before : row, behind = down.before + down.count, end = row_end < behind ? row_end : behind;
    from += (begin - down.before) * x_row;
    for (index r = begin; r < end; ++r, from += x_row) {
      u8* to = at + r * s.image_row;
      rows::order_memory();
      put_zeros(to, across.before);
      if (x_column == 1) {
        put_bytes(to, from, across.count);
      } else {
        u8 const* each = from;
        for (index i = across.count; i > 0; --i) rows::put<u8>(to, rows::next<u8>(each, x_column), 1);
      }
      put_zeros(to, across.behind);
      rows::order_memory();
    }
  }

  /// Fours of channels that cores share. What is left of them comes with the last one, as it is brought over with some of that one.
  static constexpr index quads_of(index channels) { return channels < 4 ? 1 : channels >> 2; }

  /// Several channels an image: four pixels of four channels at a time, or of the two or three there are.
  static void turn(int core, int cores, kernel_arguments const& a, conv_scratch const& s) {
    using namespace conv_axis;
    conv_image const m{a, s};
    index const channels = a.length[in_channels], quads = quads_of(channels);
    // What is read there meets zeros among the weights.
    if constexpr (V.reads_behind)
      if (core == 0) xpulp::store_word(m.image(m.images), 0);
    index lines = m.down.count, pixels = m.across.count;
    bytes x_line = m.x_row, line = s.image_row;
    // Rows that join are one; with few channels it comes in parts.
    index const all = lines * pixels;
    if (pixels == s.image_columns && m.x_row == pixels * m.x_column) {
      pixels = quads >= cores ? all : (rounds(all, cores) + 3) & ~3;
      lines = pixels == all ? 1 : (all + pixels - 1) / pixels;
      x_line = pixels * m.x_column, line = pixels * s.pixel;
    }
    index const total = m.images * lines * quads, end = split_at(total, core + 1, cores);
    for (index u = split_at(total, core, cores); u < end;) {
      index const run = u / quads, quad = u - run * quads, quad_end = end - u < quads - quad ? quad + end - u : quads;
      index const which = m.images == 1 ? 0 : run / lines, l = run - which * lines;
      u8* const to = m.image(which) + m.down.before * s.image_row + l * line;
      index const left = all - l * pixels;
      if (quad == 0 && m.across.before != 0) clear_bytes(to, m.across.before * s.pixel);
      if (quad_end == quads && m.across.behind != 0) clear_bytes(to + (m.across.before + pixels) * s.pixel, m.across.behind * s.pixel);
      m.turn_pixels(to + m.across.before * s.pixel, m.source(which) + l * x_line, left < pixels ? left : pixels, quad, quad_end);
      u += quad_end - quad;
    }
    index const borders = m.images * s.image_rows, last = split_at(borders, core + 1, cores);
    if (m.down.count == s.image_rows) return;
    for (index b = split_at(borders, core, cores); b < last; ++b) {
      index const which = m.images == 1 ? 0 : b / s.image_rows, row = b - which * s.image_rows;
      m.clear_padding(m.image(which), row, row + 1);
    }
  }

  /// Channels [4 * quad, 4 * quad_end) of neighbours, and with the last ones what is no four: there some come again.
  [[gnu::noinline]] void turn_pixels(u8* to, u8 const* from, index pixels, index quad, index quad_end) const {
    index const channels = a.length[conv_axis::in_channels], whole = channels >> 2, packed = packed_depth(channels);
    bytes const x_channel = a.with[0].stride[conv_axis::in_channels];
    bool const rest = quad_end >= whole && packed != channels;
    if (s.pixel > packed && rest)
      for (index i = 0; i < pixels; ++i) xpulp::store_word(to + i * s.pixel + packed - 4, 0);
    rows::order_memory();
    if (x_column != 1 || pixels < 4) {
      index const last = rest ? channels : 4 * quad_end;
      for (index i = 0; i < pixels; ++i) {
        u8 const* each = from + i * x_column + 4 * quad * x_channel;
        u8* target = to + i * s.pixel + 4 * quad;
        index c = 4 * quad;
        for (; c + 4 <= last; c += 4) {
          u32 const x = static_cast<u32>(rows::next<u8>(each, x_channel)), y = static_cast<u32>(rows::next<u8>(each, x_channel)),
                    z = static_cast<u32>(rows::next<u8>(each, x_channel)), w = static_cast<u32>(rows::next<u8>(each, x_channel));
          rows::put_word(target, xpulp::insertb<3>(xpulp::insertb<2>(xpulp::insertb<1>(x, y), z), w));
        }
        for (; c < last; ++c) rows::put<u8>(target, rows::next<u8>(each, x_channel), 1);
      }
      rows::order_memory();
      return;
    }
    for (index fours = pixels >> 2, at = 0;;) {
      u8* const here = to + at * s.pixel;
      if (whole == 0) {
        few(here, from + at, fours, channels, x_channel);
      } else {
        index const some = quad_end - quad;
        columns_to_rows move{.step = x_channel, .apart = s.pixel, .to_next = 4 * (s.pixel - some), .from_next = 4 - 4 * some * x_channel};
        move(here + 4 * quad, from + at + 4 * quad * x_channel, some, fours);
        if (rest) {
          move.to_next = 4 * (s.pixel - 1), move.from_next = 4 - 4 * x_channel;
          move(here + channels - 4, from + at + (channels - 4) * x_channel, 1, fours);
        }
      }
      if (at + 4 * fours == pixels) return;
      at = pixels - 4, fours = 1;
    }
  }
  /// Up to three channels: pixels that follow each other without gaps, or not.
  void few(u8* to, u8 const* from, index fours, index channels, bytes x_channel) const {
    for (; fours > 0; --fours, from += 4) {
      u32 const x = xpulp::load_word(from), y = channels > 1 ? xpulp::load_word(from + x_channel) : 0,
                z = channels > 2 ? xpulp::load_word(from + 2 * x_channel) : 0;
      if (s.pixel != channels) {
        // A pixel of its own has room for a word.
        for (int i = 0; i < 32; i += 8, to += s.pixel) xpulp::store_word(to, (x >> i & 0xFF) | (y >> i & 0xFF) << 8 | (z >> i & 0xFF) << 16);
      } else if (channels == 1) {
        rows::put_word(to, x);
      } else if (channels == 2) {
        rows::put_word(to, xpulp::shuffle2b(x, y, 0x05010400));
        rows::put_word(to, xpulp::shuffle2b(x, y, 0x07030602));
      } else {
        rows::put_word(to, xpulp::insertb<2>(xpulp::shuffle2b(x, y, 0x01000400), z));
        rows::put_word(to, xpulp::insertb<1>(xpulp::shuffle2b(x, y, 0x06020005), z >> 8));
        rows::put_word(to, xpulp::shuffle2b(xpulp::shuffle2b(x, y, 0x00070300), z, 0x07020106));
      }
    }
    rows::order_memory();
  }
};
}  // namespace deeploy::cluster
