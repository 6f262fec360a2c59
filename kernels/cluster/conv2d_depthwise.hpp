// SPDX-License-Identifier: Apache-2.0
// Depthwise 3 x 3 convolutions of bytes, channels innermost: two channels at a time, down strips of columns.
#pragma once
#include <cluster/conv2d_common.hpp>
#include <cluster/conv2d_strip.hpp>

namespace deeploy::cluster {
template <kernel_class C, conv_class V>
struct conv_depthwise : conv_common<C, V> {
  using common = conv_common<C, V>;
  static constexpr signs S = signs_of<typename common::X, typename common::W>;
  static constexpr result_store to =
      V.direct && V.result.clip != clip_range::any ? store_of<V.result> : result_store::words;
  static constexpr bool apart = V.channel_records || to == result_store::words;
  static constexpr int words_rows = 8;  ///< rows of accumulators that are requantised at a time

  static constexpr int stride = static_cast<int>(C.classes[4]);
  static constexpr int outputs = stride == 1 ? 4 : 2,
                       width = stride == 1 ? 6 : 5;  ///< columns of results and of inputs

  /// Columns [column, column + outputs) of rows [row, row_end), of which the input columns [low, high) are no padding.
  /// `x` and `y` are of the input pixel (0, 0) and the result (0, 0), first of the two channels; `y` of words is where
  /// the accumulators of `row` go.
  template <result_store how>
  [[gnu::noinline]] static void strip(kernel_arguments const& a, channel_strip& p, u8 const* x, u8* y, int low,
                                      int high, index column, index row, index row_end) {
    using namespace conv_axis;
    index const *const xs = a.with[0].stride, *const ys = a.with[product_operand::y].stride;
    bytes const x_column = xs[kernel_columns], x_row = xs[kernel_rows];
    index const limit = a.limit[out_rows];
    int const columns = high - low;
    x += (a.first[out_columns] + stride * column + low) * x_column;
    bytes const y_row = how == result_store::words ? 8 * outputs : ys[out_rows];
    y += how == result_store::words ? -row * y_row : column * ys[out_columns];
    u16 const zero = 0;
    u16 pairs[2 * width];
    // A row of pairs, or zeros where it is padding.
    struct row_of_pairs {
      u8 const* at;
      bytes step;
      u32 next() {
        u32 const pair = xpulp::load_half(at);
        at += step;
        return pair;
      }
    };
    auto row_at = [&](index input) -> row_of_pairs {
      if (input < 0 || input >= limit) return {reinterpret_cast<u8 const*>(&zero), 0};
      return {x + input * x_row, x_column};
    };
    // Mostly once: rows whose new input rows all are inside, then one that is not.
    while (row < row_end) {
      p.y = y + row * y_row;
      index input = a.first[out_rows] + stride * row;
      // What the first row needs before its own new rows: two rows, or one behind a row of zeros that it shifts out.
      row_of_pairs older = row_at(stride == 1 ? input : -1), newer = row_at(stride == 1 ? input + 1 : input);
      p.state[0] = p.state[width - 1] = {};
      for (int i = low; i < high; ++i) {
        u32 const both = xpulp::packh(newer.next(), older.next());
        p.state[i].of[0] = xpulp::shuffle2b(0, both, channel_pair::take_two_0);
        p.state[i].of[1] = xpulp::shuffle2b(0, both, channel_pair::take_two_1);
      }
      input += 3 - stride;
      index inside = input < 0 || input > limit ? 0 : (limit - input) / stride;
      if (inside > row_end - row) inside = row_end - row;
      bytes const to_next = stride == 1 ? 0 : x_row;
      p.part[0] = {x + input * x_row, x_column - to_next, stride * x_row - (columns - 1) * x_column - to_next, x_row,
                   inside};
      p.part[1].rows = 0;
      row += inside;
      input += stride * inside;
      if (row < row_end) {
        if (input < 0 || input >= limit) {
          p.part[1] = {reinterpret_cast<u8 const*>(&zero), 0, 0, 0, 1};
        } else {
          u16* to_pairs = pairs;
          for (int r = 0; r < stride; ++r) {
            row_of_pairs from = row_at(input + r);
            for (int i = 0; i < columns; ++i) *to_pairs++ = static_cast<u16>(from.next());
          }
          bytes const pitch = stride == 1 ? 0 : 2 * columns;
          p.part[1] = {reinterpret_cast<u8 const*>(pairs), 2 - pitch, 0, pitch, 1};
        }
        ++row;
      }
      constexpr bool one_channel = apart || how == result_store::words;
      if (low == 0 && high == width) run<S, how, stride, 0, width, one_channel>(p);
      else if (high == width) run<S, how, stride, 1, width, one_channel>(p);
      else if (low == 0) run<S, how, stride, 0, width - 1, one_channel>(p);
      else run<S, how, stride, 1, width - 1, one_channel>(p);
    }
  }

  static void one_by_one(kernel_arguments const& a, index n, index g, index count, index row, index row_end,
                         index column, index column_end) {
    for (; row < row_end; ++row)
      for (index w = column; w < column_end; ++w)
        for (index i = 0; i < count; ++i)
          common::finish(a, n, row, w, g + i, 0, common::sum_in_general(a, n, row, w, g + i, 0));
  }

  /// A strip by way of its accumulators.
  [[gnu::noinline]] static void strip_in_words(kernel_arguments const& a, channel_strip& p,
                                               column_record const* const (&record)[2], u8 const* x, u8* y, int low,
                                               int high, index column, index row, index row_end) {
    index const *const ys = a.with[product_operand::y].stride, y_row = ys[conv_axis::out_rows],
                       y_column = ys[conv_axis::out_columns];
    alignas(4) i32 sums[words_rows * 2 * outputs];
    y += column * y_column;
    for (; row < row_end; row += words_rows) {
      index const rows = row_end - row < words_rows ? row_end - row : words_rows;
      strip<result_store::words>(a, p, x, reinterpret_cast<u8*>(sums), low, high, column, row, row + rows);
      for (int k = 0; k < 2; ++k)
        for (int j = 0; j < outputs; ++j)
          requantise_column<V.result>(a.values, record[k]->scale, record[k]->start, sums + k * outputs + j, 2 * outputs,
                                      rows, y + row * y_row + j * y_column + k, y_row);
    }
  }

  [[gnu::always_inline]] static void whole_strip(kernel_arguments const& a, channel_strip& p,
                                                 column_record const* const (&record)[2], bool in_words, u8 const* x,
                                                 u8* y, int low, int high, index column, index row, index row_end) {
    if constexpr (!(common::always_narrow && to != result_store::words))
      if (in_words) return strip_in_words(a, p, record, x, y, low, high, column, row, row_end);
    if constexpr (to != result_store::words) strip<to>(a, p, x, y, low, high, column, row, row_end);
  }

  static void pair(kernel_arguments const& a, column_record const* records, index n, index g, index row,
                   index row_end) {
    using namespace conv_axis;
    channel_strip p;
    column_record const* const record[2] = {records + (V.channel_records ? g : 0),
                                            records + (V.channel_records ? g + 1 : 0)};
    bool const in_words = to == result_store::words ||
                          (!common::always_narrow && (record[0]->scale.bound < 0 || record[1]->scale.bound < 0));
    kernel_operand const &x = a.with[0], &w = a.with[1], &y = a.with[product_operand::y];
    for (int k = 0; k < 2; ++k) p.scale[k] = record[k]->scale;
    p.shift = a.values[0];
    p.take[0] = stride == 1 ? channel_pair::take_0 : channel_pair::take_two_0;
    p.take[1] = stride == 1 ? channel_pair::take_1 : channel_pair::take_two_1;
    p.y_column = y.stride[out_columns];
    p.y_back = y.stride[out_rows] - (outputs - 1) * p.y_column - (apart ? 1 : 0);
    p.y_other = 1 - (outputs - 1) * p.y_column;
    if (in_words) p.y_column = p.y_back = p.y_other = 4;
    for (int k = 0; k < 2; ++k) {
      u8 const* from = static_cast<u8 const*>(w.at) + (w.origin + (g + k) * w.stride[groups]);
      for (int s = 0; s < 3; ++s, from += w.stride[kernel_columns])
        p.weights[s][k] = from[0] | static_cast<u32>(from[w.stride[kernel_rows]]) << 8 |
                          static_cast<u32>(from[2 * w.stride[kernel_rows]]) << 16;
    }
    u8 const* const x_at =
        static_cast<u8 const*>(x.at) + (x.origin + n * x.stride[batch] + g - a.first[out_rows] * x.stride[kernel_rows] -
                                        a.first[out_columns] * x.stride[kernel_columns]);
    u8* const y_at = static_cast<u8*>(y.at) + (y.origin + n * y.stride[batch] + g);
    index const wide = a.length[out_columns];
    for (index next = 0; next < wide; next += outputs) {
      index const column = next + outputs <= wide ? next : wide - outputs;  // the last strip may do some columns again
      index const first = a.first[out_columns] + stride * column, right = first + width - a.limit[out_columns];
      if (first < -1 || right > 1)
        one_by_one(a, n, g, 2, row, row_end, column, column + outputs);
      else
        whole_strip(a, p, record, in_words, x_at, y_at, first < 0 ? 1 : 0, right > 0 ? width - 1 : width, column, row,
                    row_end);
    }
  }

  static void compute(int core, int cores, kernel_arguments const& a) {
    using namespace conv_axis;
    conv_scratch const s(V, C.accumulates, a.length);
    column_record same[4];
    column_record const* const records = common::records_of(a, s, cores, same).at;
    index const wide = a.length[out_columns], high = a.length[out_rows];
    bool const strips = a.length[kernel_rows] == 3 && a.length[kernel_columns] == 3 && wide >= outputs &&
                        a.length[groups] >= 2 && a.with[0].stride[groups] == 1 &&
                        a.with[product_operand::y].stride[groups] == 1;
    if (!strips) return common::compute_in_general(core, cores, a);
    // Units are pairs of channels and bands of rows: as few bands as keep the cores busy.
    index const odd = a.length[groups] & 1, pairs = a.length[groups] >> 1, outer = pairs * a.length[batch];
    index bands = 1, best = rounds(outer, cores) * (high + 3);
    for (index try_bands = 2; try_bands <= cores && try_bands <= high && rounds(outer, cores) * cores != outer;
         ++try_bands) {
      index const now = rounds(outer * try_bands, cores) * (high / try_bands + 4);
      if (now < best) {
        best = now;
        bands = try_bands;
      }
    }
    index const units = outer * bands, end = split_at(units, core + 1, cores);
    for (index u = split_at(units, core, cores); u < end; ++u) {
      index const which = bands == 1 ? u : u / bands, band = u - which * bands;
      index const n = a.length[batch] == 1 ? 0 : which / pairs, g = (which - n * pairs) * 2 + odd;
      index const row = bands == 1 ? 0 : high * band / bands, row_end = bands == 1 ? high : high * (band + 1) / bands;
      pair(a, records, n, g, row, row_end);
      // An odd channel goes with the one behind it, which is then done twice. The first core never has the longest
      // share.
      if (odd != 0 && g == 1) pair(a, records, n, 0, row, row_end);
    }
  }
};
}  // namespace deeploy::cluster
