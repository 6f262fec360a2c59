// SPDX-License-Identifier: Apache-2.0
// Depthwise 3 x 3 convolutions of bytes with a stride of 1, channels innermost: four channels at a time become planes, then strips of these.
#pragma once
#include <cluster/conv2d_common.hpp>
#include <cluster/conv2d_planes.hpp>
#include <cluster/conv2d_strip.hpp>

namespace deeploy::cluster {
template <kernel_class C, conv_class V>
struct conv_depthwise : conv_common<C, V> {
  using common = conv_common<C, V>;
  static constexpr signs S = signs_of<typename common::X, typename common::W>;
  static constexpr result_store to = V.direct ? store_of<V.result> : result_store::words;
  static constexpr int channels = channel_planes::channels;
  static constexpr index wide = plane_strips::wide;
  static constexpr index words_rows = 8;  ///< rows of accumulators that are requantised at a time

  /// A part of the result: rows [row, row_end) by columns [column, column_end).
  struct part {
    index row, row_end, column, column_end;
  };

  /// Accumulators of a channel's strips, requantised afterwards.
  [[gnu::noinline]] static void strips_in_words(kernel_arguments const& a, plane_strips const& of, bytes pitch, index rows,
                                                index columns) {
    plane_strips p;
    copy_object(p, of);
    alignas(4) i32 sums[words_rows * wide];
    u8 const *const x = p.x, *const weights = p.weights;
    u8* const y = p.y;
    column_record const& record = *p.record;
    bytes const y_column = p.y_column, y_row = p.y_back + (wide - 1) * y_column;
    p.y_column = p.y_back = 4;
    for (index column = 0; column < columns; column += wide)
      for (index row = 0; row < rows; row += words_rows) {
        index const high = rows - row < words_rows ? rows - row : words_rows;
        p.set_rows(high, pitch, 0);
        p.x = x + row * pitch + column, p.weights = weights;
        p.y = reinterpret_cast<u8*>(sums);
        p.strips = p.channels = 1;
        run<S, result_store::words>(p);
        for (index j = 0; j < wide && column + j < columns; ++j)
          requantise_column<V.result>(a.values, record.scale, record.start, sums + j, wide, high,
                                      y + row * y_row + (column + j) * y_column, y_row);
      }
  }

  /// Strips of p.channels channels.
  static void strips(kernel_arguments const& a, plane_strips& p, bytes pitch, index rows, index columns) {
    i32 const count = p.channels;
    bool in_words = to == result_store::words || columns < wide;
    if constexpr (!common::always_narrow)
      for (int c = 0; c < count; ++c) in_words = in_words || p.record[V.channel_records ? c : 0].scale.bound < 0;
    if constexpr (to != result_store::words) {
      if (!in_words) {
        p.set_columns(columns);
        return run<S, to>(p);
      }
    }
    for (; p.channels > 0; --p.channels, p.x += p.x_channel, p.weights += p.weights_channel, ++p.y) {
      strips_in_words(a, p, pitch, rows, columns);
      if constexpr (V.channel_records) ++p.record;
    }
  }

  struct buffer {
    channel_planes planes;
    index rows;  ///< that there is room for
    padded_range down{0, 0, 0}, across{0, 0, 0};  ///< whose padding is cleared
  };

  /// Channels [g, g + count) of a part of the result.
  static void run_part(kernel_arguments const& a, buffer& b, column_record const* records, index n, index g, index count,
                       part const& q) {
    using namespace conv_axis;
    kernel_operand const &x = a.with[0], &y = a.with[product_operand::y];
    index const columns = q.column_end - q.column, rows = q.row_end - q.row;
    padded_range const across(a.first[out_columns] + q.column, conv_scratch::columns_in(columns), a.limit[out_columns]);
    padded_range const down(a.first[out_rows] + q.row, conv_scratch::rows_in(rows), a.limit[out_rows]);
    if (!(across == b.across)) {
      // Every second word is read across two words, and nothing else should be.
      b.planes.begin = across.before;
      b.planes.clear_sides(b.rows, across);
      b.across = across;
      b.down = {0, 0, 0};
    }
    if (!(down == b.down)) {
      b.planes.clear_ends(down);
      b.down = down;
    }
    // Whole words of channels are read: the last ones come with some that are done already.
    index const all = a.length[groups], from = all >= channels && g + channels > all ? all - channels : g;
    u8 const* const x_at =
        static_cast<u8 const*>(x.at) + (x.origin + n * x.stride[batch] + from - a.first[out_rows] * x.stride[kernel_rows] -
                                        a.first[out_columns] * x.stride[kernel_columns]);
    bool const joined = all > 1 && all < channels && x.stride[kernel_columns] == all && x.stride[kernel_rows] == a.limit[out_columns] * all;
    b.planes.fill(x_at, x.stride[kernel_rows], x.stride[kernel_columns], down, across, all < channels ? static_cast<int>(all) : channels,
                  joined);
    bytes const pitch = b.planes.pitch;
    kernel_operand const& w = a.with[1];
    plane_strips p;
    p.x = b.planes.at + (g - from) * b.planes.plane;
    p.x_row = pitch - 2;
    p.x_channel = b.planes.plane;
    p.y = static_cast<u8*>(y.at) + (y.origin + n * y.stride[batch] + q.row * y.stride[out_rows] +
                                    q.column * y.stride[out_columns] + g);
    p.y_column = y.stride[out_columns];
    p.y_back = y.stride[out_rows] - (wide - 1) * p.y_column;
    p.set_rows(rows, pitch, y.stride[out_rows]);
    p.shift = a.values[0], p.low = a.values[4], p.high = a.values[5];
    p.record = records + (V.channel_records ? g : 0);
    p.record_channel = V.channel_records ? sizeof(column_record) : 0;
    p.weights = static_cast<u8 const*>(w.at) + (w.origin + g * w.stride[groups]);
    p.weights_row = w.stride[kernel_rows];
    p.weights_channel = w.stride[groups];
    p.channels = count;
    u8 in_rows[9 * channels];
    if (w.stride[kernel_columns] != 1) {
      for (index i = 0; i < 9 * count; ++i)
        in_rows[i] = p.weights[i / 9 * w.stride[groups] + i / 3 % 3 * w.stride[kernel_rows] + i % 3 * w.stride[kernel_columns]];
      p.weights = in_rows;
      p.weights_row = 3, p.weights_channel = 9;
    }
    strips(a, p, pitch, rows, columns);
  }

  static void compute(int core, int cores, kernel_arguments const& a) {
    using namespace conv_axis;
    conv_scratch const s(V, C.accumulates, a.length);
    column_record same[4];
    column_record const* const records = common::records_of(a, s, cores, same).at;
    index const high = a.length[out_rows], columns = a.length[out_columns];
    if (a.length[kernel_rows] != 3 || a.length[kernel_columns] != 3 || a.with[0].stride[groups] != 1 ||
        a.with[product_operand::y].stride[groups] != 1 || -a.first[out_columns] > channel_planes::margin)
      return common::compute_in_general(core, cores, a);
    buffer b;
    b.rows = conv_scratch::rows_in(s.band_rows);
    b.planes.at = static_cast<u8*>(a.scratch) + s.planes + core * s.plane_bytes;
    b.planes.pitch = s.pitch;
    b.planes.plane = b.rows * s.pitch;
    // A share is a run of rows of one four channels after the other, as even as it gets.
    index const quads = (a.length[groups] + channels - 1) / channels, total = quads * a.length[batch] * high,
                end = split_at(total, core + 1, cores);
    for (index u = split_at(total, core, cores); u < end;) {
      index const which = u / high, row = u - which * high, left = end - u < high - row ? end - u : high - row;
      // In as many bands as there is room for, alike.
      index const bands = left <= s.band_rows ? 1 : (left + s.band_rows - 1) / s.band_rows, some = left / bands;
      index const n = a.length[batch] == 1 ? 0 : which / quads, g = (which - n * quads) * channels;
      part q{row, row + some, 0, 0};
      for (; q.column < columns; q.column = q.column_end) {
        q.column_end = q.column + s.band_columns < columns ? q.column + s.band_columns : columns;
        // A strip at least, though some columns are done twice.
        if (columns >= wide && q.column > columns - wide) q.column = columns - wide;
        run_part(a, b, records, n, g, a.length[groups] - g < channels ? a.length[groups] - g : channels, q);
      }
      u += some;
    }
  }
};
}  // namespace deeploy::cluster
