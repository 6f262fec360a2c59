// SPDX-License-Identifier: Apache-2.0
// What all convolutions of the cluster share: records of the channels, results of every kind, the loops for any type.
#pragma once
#include <cluster/conv2d_window.hpp>
#include <cluster/product_general.hpp>
#include <cluster/product_result.hpp>
#include <cluster/product_tile.hpp>

namespace deeploy::cluster {
/// Axes: batch rows columns groups out_channels in_channels kernel_rows kernel_columns. Operands: x weight bias mul add
/// y.
template <kernel_class C, conv_class V>
struct conv_common {
  using X = element_type<C.type[0]>;
  using W = element_type<C.type[1]>;
  static constexpr int groups = conv_axis::groups, out_channels = conv_axis::out_channels;

  static column_record record_at(kernel_arguments const& a, result_place const& p) {
    using namespace product_operand;
    column_record r;
    r.start = 0;
    if constexpr (C.present[bias]) r.start = static_cast<i32>(elements<C, bias>(a)[p.at[bias]]);
    requantiser<V.result> const q(a.values);
    i32 m = a.values[1], plus = a.values[2];
    if constexpr (V.result.scaled) m = elements<C, mul>(a)[p.at[mul]], plus = elements<C, add>(a)[p.at[add]];
    if constexpr (V.path == conv_path::depthwise && (C.present[bias] || V.result.scaled)) {
      // Strips have no start: (sum + bias) * mul + add = sum * mul + (bias * mul + add).
      i64 const all = static_cast<i64>(r.start) * m + plus;
      constexpr i32 most_start = 1 << 30;  // no sum of nine products wraps beside it
      bool const fits = V.direct && all == static_cast<i32>(all) && r.start <= most_start && r.start >= -most_start;
      r.scale = {m, plus, -1};
      if (fits) r.scale = q.prepared(m, static_cast<i32>(all), conv_scratch::largest_strip_sum);
      if (r.scale.bound >= 0)
        r.start = 0;
      else
        r.scale.add = plus;
    } else if constexpr (V.result.scaled) {
      r.scale = q.prepared(m, plus);
    } else {
      r.scale = q.scale;
    }
    return r;
  }

  /// Are the weights of a channel one run of elements, in the order of a window?
  static bool weights_in_rows(kernel_arguments const& a) {
    using namespace conv_axis;
    index const* const ws = a.with[1].stride;
    index const line = a.length[kernel_columns] * a.length[in_channels];
    return (ws[in_channels] == 1 || a.length[in_channels] == 1) &&
           (ws[kernel_columns] == a.length[in_channels] || a.length[kernel_columns] == 1) &&
           (ws[kernel_rows] == line || a.length[kernel_rows] == 1);
  }

  /// Fills the records of the channels, and rows of weights with zeros behind them.
  static void prepare(int core, int cores, kernel_arguments const& a) {
    conv_scratch const s(V, C.accumulates, a.length);
    if constexpr (V.has_records()) fill_records(core, cores, a, s);
    if constexpr (V.path == conv_path::planes) conv_image<V>::copy(core, cores, a, s);
    if constexpr (V.turns)
      if (weights_in_rows(a) && s.depth >= 4) conv_image<V>::turn(core, cores, a, s);
    if constexpr (V.pads_weights) {
      if (!weights_in_rows(a)) return;
      kernel_operand const& w = a.with[1];
      index const members = a.length[out_channels], count = a.length[groups] * members,
                  end = split_at(count, core + 1, cores);
      for (index n = split_at(count, core, cores); n < end; ++n) {
        index const g = a.length[groups] == 1 ? 0 : n / members, k = n - g * members;
        u8* to = static_cast<u8*>(a.scratch) + s.weights + n * packed_depth(s.depth);
        to = copy_bytes(
            to, static_cast<u8 const*>(w.at) + (w.origin + g * w.stride[groups] + k * w.stride[out_channels]), s.depth);
        clear_bytes(to, packed_depth(s.depth) - s.depth);
      }
    }
  }

  static void fill_records(int core, int cores, kernel_arguments const& a, conv_scratch const& s) {
    auto* const records = reinterpret_cast<column_record*>(static_cast<u8*>(a.scratch) + s.records);
    index const members = a.length[out_channels], count = a.length[groups] * members,
                end = split_at(count, core + 1, cores);
    i32 found = 0;
    for (index n = split_at(count, core, cores); n < end; ++n) {
      result_place p = first_result(a);
      index const g = members == 1 ? n : members == count ? 0 : n / members;
      p.move(a, groups, g);
      p.move(a, out_channels, n - g * members);
      records[n] = record_at(a, p);
      found |= records[n].scale.bound;
    }
    reinterpret_cast<i32*>(static_cast<u8*>(a.scratch) + s.flags)[core] = found;
  }

  /// Is one scale for all proved to take 32 bits when the layer is compiled?
  static constexpr bool always_narrow =
      V.direct && !V.result.scaled && !(V.path == conv_path::depthwise && C.present[product_operand::bias]);

  /// Records of the channels, and whether 32 bits serve all of them.
  struct all_records {
    column_record const* at;
    bool narrow;
  };
  /// @param same  becomes four of the same where channels are alike
  static all_records records_of(kernel_arguments const& a, conv_scratch const& s, int cores, column_record (&same)[4]) {
    if constexpr (!V.records) {
      return {nullptr, false};
    } else if constexpr (V.channel_records) {
      i32 found = V.direct ? 0 : -1;
      if constexpr (V.direct && !always_narrow)
        for (int i = 0; i < cores; ++i)
          found |= reinterpret_cast<i32 const*>(static_cast<u8 const*>(a.scratch) + s.flags)[i];
      return {reinterpret_cast<column_record const*>(static_cast<u8 const*>(a.scratch) + s.records), found >= 0};
    } else {
      column_record const r = record_at(a, first_result(a));
      for (column_record& one : same) one = r;
      return {same, V.direct && r.scale.bound >= 0};
    }
  }

  /// The accumulator of a result is complete, or stays for the next tile. Subscripts within the tile.
  static void finish(kernel_arguments const& a, index n, index h, index w, index g, index k, i32 sum) {
    using namespace conv_axis;
    index const* const length = a.length;
    i32* const kept =
        static_cast<i32*>(a.scratch) +
        ((((n * length[out_rows] + h) * length[out_columns] + w) * length[groups] + g) * length[out_channels] + k);
    if (!is_complete<C>(a, *kept, sum)) return;
    result_place p = first_result(a);
    index const at[] = {n, h, w, g, k};
    for (int axis = 0; axis < 5; ++axis) p.move(a, axis, at[axis]);
    store_result<C, V.result>(a, p, sum, 1);
  }

  /// One result of any types and zero points.
  static i32 sum_in_general(kernel_arguments const& a, index n, index h, index w, index g, index k) {
    using namespace conv_axis;
    index const *const xs = a.with[0].stride, *const ws = a.with[1].stride;
    index const at[] = {n, h, w, g, k};
    index x_at = a.with[0].origin, w_at = a.with[1].origin;
    for (int axis = 0; axis < 5; ++axis) {
      x_at += xs[axis] * at[axis];
      w_at += ws[axis] * at[axis];
    }
    tap_range const high = taps_inside(a.first[out_rows] + a.step[out_rows] * h, a.step[kernel_rows], a.limit[out_rows],
                                       a.length[kernel_rows]);
    tap_range const wide = taps_inside(a.first[out_columns] + a.step[out_columns] * w, a.step[kernel_columns],
                                       a.limit[out_columns], a.length[kernel_columns]);
    i32 const x_zero = a.values[6], w_zero = a.values[7];
    i32 sum = 0;
    constexpr bytes x_size = sizeof(X), w_size = sizeof(W);
    u8 const* const from = static_cast<u8 const*>(a.with[0].at) + x_at * x_size;
    u8 const* const weights = static_cast<u8 const*>(a.with[1].at) + w_at * w_size;
    // Along the channels, or the taps of a line where there is one.
    bool const one = a.length[in_channels] == 1;
    int const along = one ? kernel_columns : in_channels;
    index const run = one ? wide.to - wide.from : a.length[in_channels], column_end = one && run > 0 ? wide.from + 1 : wide.to;
    for (index r = high.from; r < high.to; ++r)
      for (index s = wide.from; s < column_end; ++s)
        sum = dot_in_general<X, W>(sum, from + (r * xs[kernel_rows] + s * xs[kernel_columns]) * x_size, xs[along] * x_size, x_zero,
                                   weights + (r * ws[kernel_rows] + s * ws[kernel_columns]) * w_size, ws[along] * w_size, w_zero, run);
    return sum;
  }

  static void compute_in_general(int core, int cores, kernel_arguments const& a) {
    using namespace conv_axis;
    index const* const length = a.length;
    // A share is a run of pixels and groups; the channels of a group are walked innermost.
    i64 const units = static_cast<i64>(length[batch]) * length[out_rows] * length[out_columns] * length[groups];
    index const end = static_cast<index>(units * (core + 1) / cores);
    for (index u = static_cast<index>(units * core / cores); u < end; ++u) {
      index rest = u;
      index const g = rest % length[groups];
      rest /= length[groups];
      index const w = rest % length[out_columns];
      rest /= length[out_columns];
      index const h = rest % length[out_rows], n = rest / length[out_rows];
      for (index k = 0; k < length[out_channels]; ++k) finish(a, n, h, w, g, k, sum_in_general(a, n, h, w, g, k));
    }
  }
};
}  // namespace deeploy::cluster
