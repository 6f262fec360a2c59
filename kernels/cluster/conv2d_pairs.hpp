// SPDX-License-Identifier: Apache-2.0
// Depthwise 3 x 3 convolutions of bytes with a stride of 2, channels innermost: two channels at a time, where they lie.
#pragma once
#include <cluster/conv2d_common.hpp>
#include <cluster/conv2d_pair_rows.hpp>

namespace deeploy::cluster {
template <kernel_class C, conv_class V>
struct conv_pairs : conv_common<C, V> {
  using common = conv_common<C, V>;
  static constexpr signs S = signs_of<typename common::X, typename common::W>;
  static constexpr result_store to = V.direct ? store_of<V.result> : result_store::words;
  static constexpr index stride = 2, taps = 3, channels = 2;

  /// Accumulators of a pair's rows, requantised afterwards: some rows, or a part of one.
  [[gnu::noinline]] static void rows_in_words(kernel_arguments const& a, pair_rows const& p) {
    constexpr i32 most = 32;  // windows at a time
    alignas(4) i32 sums[channels * most];
    bytes const column = a.with[0].stride[conv_axis::kernel_columns], y_row = a.with[product_operand::y].stride[conv_axis::out_rows];
    i32 const windows = p.count + p.right, rows = windows <= most ? most / windows : 1;
    pair_rows q;
    copy_object(q, p);
    q.segment[1].rows = 0;
    q.y_row = 0;
    for (pair_segment const* g = p.segment; g->rows != 0; ++g) {
      copy_object(q.segment[0], *g);
      u8 const* x = g->x + p.done;
      u8* y = g->y + p.done;
      for (i32 row = 0; row < g->rows; row += rows, x += rows * stride * a.with[0].stride[conv_axis::kernel_rows]) {
        i32 const high = g->rows - row < rows ? g->rows - row : rows;
        // A part behind another one begins with the last s as its p.
        for (i32 done = 0; done < windows; done += most) {
          i32 const some = windows - done < most ? windows - done : most;
          q.segment[0].x = x + (done == 0 ? 0 : (stride * done - p.left) * column);
          q.segment[0].y = reinterpret_cast<u8*>(sums);
          q.segment[0].rows = high;
          q.left = done == 0 ? p.left : 0;
          q.right = done + some == windows ? p.right : 0;
          q.count = some - q.right;
          q.pairs = 1, q.done = 0, q.weights = p.weights, q.record = p.record;
          run<S, result_store::words, false>(q);
          for (i32 i = 0; i < high; ++i)
            for (int c = 0; c < channels; ++c) {
              column_record const& record = p.record[V.channel_records ? c : 0];
              requantise_column<V.result>(a.values, record.scale, record.start, sums + i * some * channels + c, channels, some,
                                          y + i * y_row + c, p.y_step);
            }
          y += some * p.y_step;
        }
        y += high * y_row - windows * p.y_step;
      }
    }
  }

  static void run_pairs(kernel_arguments const& a, pair_rows& p) {
    bool narrow = to != result_store::words;
    if constexpr (!common::always_narrow)
      for (i32 i = 0; i < channels * p.pairs; ++i) narrow = narrow && p.record[V.channel_records ? i : 0].scale.bound >= 0;
    if constexpr (to != result_store::words)
      if (narrow) return run<S, to, !V.channel_records>(p);
    if constexpr (!common::always_narrow)
      for (; p.pairs > 0; --p.pairs, p.done += channels, p.weights += channels * p.weights_channel) {
        rows_in_words(a, p);
        if constexpr (V.channel_records) p.record += channels;
      }
  }

  /// The rows with all taps inside come first: they leave the weights to the next ones.
  struct all_segments {
    pair_segment* next;
    bool fresh = true;
  };
  static void add_segment(kernel_arguments const& a, all_segments& s, index row, index row_end, u8 const* x, u8* y) {
    using namespace conv_axis;
    if (row >= row_end) return;
    index const top = a.first[out_rows] + stride * row, limit = a.limit[out_rows];
    bytes const x_row = a.with[0].stride[kernel_rows];
    auto const existing = [&](index at) DEEPLOY_INLINE_LAMBDA { return at < 0 ? 0 : at < limit ? at : limit - 1; };
    auto const inside = [&](index at) DEEPLOY_INLINE_LAMBDA { return at >= 0 && at < limit; };
    index const upper = existing(top), middle = existing(top + 1), lower = existing(top + 2);
    pair_segment& g = *s.next++;
    g.rows = row_end - row;
    g.fresh = s.fresh;
    g.x = x + upper * x_row;
    g.y = y + row * a.with[product_operand::y].stride[out_rows];
    g.a_step = (middle - upper) * x_row;
    g.b_step = (lower - middle) * x_row;
    g.column = a.with[0].stride[kernel_columns] - (lower - upper) * x_row;
    g.mask_ab = (inside(top) ? 0xFFFFu : 0u) | (inside(top + 1) ? 0xFFFF0000u : 0u);
    g.mask_c = inside(top + 2) ? ~0u : 0u;
    s.fresh = (g.mask_ab & g.mask_c) != ~0u;
    s.next->rows = 0;
  }

  /// Rows [row, row_end) of `pairs` pairs of channels from g on.
  static void run_rows(kernel_arguments const& a, pair_rows& p, column_record const* records, index n, index g, index pairs, index row,
                       index row_end) {
    using namespace conv_axis;
    kernel_operand const &x = a.with[0], &y = a.with[product_operand::y], &w = a.with[1];
    index const high = a.length[out_rows], top = a.first[out_rows], bottom = top + stride * (high - 1) + taps - a.limit[out_rows];
    // Rows with all taps inside.
    index const inner = top < 0 ? 1 : 0, inner_end = bottom > 0 && high > inner ? high - 1 : high;
    u8 const* const x_at = static_cast<u8 const*>(x.at) +
                           (x.origin + n * x.stride[batch] + g - top * x.stride[kernel_rows] + p.left * x.stride[kernel_columns]);
    u8* const y_at = static_cast<u8*>(y.at) + (y.origin + n * y.stride[batch] + g);
    p.weights = static_cast<u8 const*>(w.at) + (w.origin + g * w.stride[groups]);
    p.record = records + (V.channel_records ? g : 0);
    p.pairs = pairs;
    p.done = 0;
    all_segments segments{p.segment};
    add_segment(a, segments, row > inner ? row : inner, row_end < inner_end ? row_end : inner_end, x_at, y_at);
    add_segment(a, segments, row, row_end < inner ? row_end : inner, x_at, y_at);
    add_segment(a, segments, row > inner_end ? row : inner_end, row_end, x_at, y_at);
    run_pairs(a, p);
  }

  static void compute(int core, int cores, kernel_arguments const& a) {
    using namespace conv_axis;
    conv_scratch const s(V, C.accumulates, a.length);
    kernel_operand const &x = a.with[0], &y = a.with[product_operand::y], &w = a.with[1];
    index const high = a.length[out_rows], windows = a.length[out_columns], all = a.length[groups];
    index const left = a.first[out_columns], right = left + stride * (windows - 1) + taps - a.limit[out_columns];
    index const top = a.first[out_rows], bottom = top + stride * (high - 1) + taps - a.limit[out_rows];
    pair_rows p;
    p.left = left < 0;
    p.right = right > 0;
    p.count = windows - p.right;
    if (a.length[kernel_rows] != taps || a.length[kernel_columns] != taps || x.stride[groups] != 1 || y.stride[groups] != 1 ||
        w.stride[kernel_columns] != 1 || all < channels || left < -1 || right > 1 || top < -1 || bottom > 1 || p.count < 1)
      return common::compute_in_general(core, cores, a);
    column_record same[4];
    column_record const* const records = common::records_of(a, s, cores, same).at;
    p.x_row = stride * x.stride[kernel_rows] - (2 * windows + 1 - p.left - p.right) * x.stride[kernel_columns];
    p.y_step = y.stride[out_columns];
    p.y_row = y.stride[out_rows] - windows * p.y_step;
    p.weights_row = w.stride[kernel_rows];
    p.weights_channel = w.stride[groups];
    p.record_channel = V.channel_records ? sizeof(column_record) : 0;
    p.shift = a.values[0], p.low = a.values[4], p.high = a.values[5];
    // A share is a run of rows of one pair of channels after the other, as even as it gets. Of an odd number of channels the last
    // three are two pairs with a channel in common: whoever does a row of the one does that of the other.
    index const pairs = (all + 1) >> 1, alone = all % channels == 0 ? pairs : pairs - 2;
    index const total = pairs * a.length[batch] * high, end = split_at(total, core + 1, cores);
    index u = split_at(total, core, cores), which = u / high, row = u - which * high;
    while (u < end) {
      index const n = a.length[batch] == 1 ? 0 : which / pairs, pair = which - n * pairs;
      if (pair >= alone) {
        index const from = u - (n * pairs + alone) * high, left_over = 2 * high - from, some = end - u < left_over ? end - u : left_over;
        index const first = (from + 1) >> 1, last = (from + some + 1) >> 1;
        if (first < last) {
          run_rows(a, p, records, n, all - 3, 1, first, last);
          run_rows(a, p, records, n, all - 2, 1, first, last);
        }
        u += some;
        which = (n + 1) * pairs;
      } else {
        index const row_end = end - u < high - row ? row + end - u : high;
        index together = 1;
        u += row_end - row;
        if (row == 0)
          for (; end - u >= high && pair + together < alone; u += high) ++together;
        run_rows(a, p, records, n, pair * channels, together, row, row_end);
        which += together;
      }
      row = 0;
    }
  }
};
}  // namespace deeploy::cluster
