// SPDX-License-Identifier: Apache-2.0
// Dense, grouped and pointwise convolutions of bytes: windows become rows of a matrix product.
#pragma once
#include <cluster/conv2d_common.hpp>
#include <cluster/product_cost.hpp>
#include <cluster/product_panels.hpp>

namespace deeploy::cluster {
/// @buffers  scratch: records of the channels, the windows of four pixels per core, accumulators
template <kernel_class C, conv_class V>
struct conv_dense : conv_common<C, V> {
  using common = conv_common<C, V>;
  static constexpr signs S = signs_of<typename common::X, typename common::W>;
  using input = conv_input<V>;

  /// A run of pixels of one batch, group and range of channels.
  struct work {
    index batch, group;
    index pixel, pixel_end;  ///< row by row
    index channel, channel_end;
    int core;
  };

  /// May pixels be read where they lie? Then a window is one run of elements without padding.
  static constexpr bool reads_in_place(kernel_arguments const& a, input const& x) {
    using namespace conv_axis;
    if (a.length[kernel_rows] != 1) return false;
    if (a.length[kernel_columns] != 1 && x.step(kernel_columns) != a.length[in_channels]) return false;
    if constexpr (V.turns) return true;
    if (x.step(in_channels) != 1) return false;
    index const last_row = a.first[out_rows] + a.step[out_rows] * (a.length[out_rows] - 1);
    index const last = a.first[out_columns] + a.step[out_columns] * (a.length[out_columns] - 1) +
                       a.step[kernel_columns] * (a.length[kernel_columns] - 1);
    return a.first[out_rows] >= 0 && last_row < a.limit[out_rows] && a.first[out_columns] >= 0 &&
           last < a.limit[out_columns];
  }

  static u8 const* pixel_at(input const& x, work const& w, index row, index column) {
    using namespace conv_axis;
    return x.at() + (w.batch * x.step(batch) + w.group * x.step(groups) + row * x.step(out_rows) + column * x.step(out_columns));
  }

  /// What products of a unit's pixels have in common: all but the windows and the results' place.
  static product_operands operands_of(kernel_arguments const& a, work const& w, typename common::all_records const& records,
                                      bytes windows_apart, index depth, u8 const* padded_weights, bool windows_are_padded) {
    using namespace conv_axis;
    kernel_operand const &weight = a.with[1], &y = a.with[product_operand::y];
    product_operands v;
    v.a_stride = windows_apart;
    v.b = static_cast<u8 const*>(weight.at) +
          (weight.origin + w.group * weight.stride[groups] + w.channel * weight.stride[out_channels]);
    v.b_stride = weight.stride[out_channels];
    v.depth = depth;
    if constexpr (V.pads_weights) {
      v.b_stride = packed_depth(depth);
      v.b = padded_weights + (w.group * a.length[out_channels] + w.channel) * v.b_stride;
      if (windows_are_padded) v.depth = v.b_stride;
    }
    v.core = w.core;
    if constexpr (V.records) {
      v.records = records.at + (V.channel_records ? w.group * a.length[out_channels] + w.channel : 0);
      v.y_row = y.stride[out_columns];
      v.y_column = y.stride[out_channels];
      v.y = static_cast<u8*>(y.at) + (y.origin + w.batch * y.stride[batch] + w.group * y.stride[groups] + w.channel * v.y_column);
      if constexpr (V.direct) v.shift = a.values[0], v.low = a.values[4], v.high = a.values[5];
    }
    return v;
  }

  /// `count` pixels from (row, column) on, whose windows stand at v.a. @param v  of operands_of()
  [[gnu::always_inline]] static void products(kernel_arguments const& a, work const& w, product_operands& v, bool narrow,
                                              index row, index column, index count) {
    using namespace conv_axis;
    index const channels = w.channel_end - w.channel;
    if constexpr (V.records) {
      u8* const y = v.y;
      v.y += row * a.with[product_operand::y].stride[out_rows] + column * v.y_row;
      if (V.direct && (common::always_narrow || narrow)) {
        if constexpr (V.direct)
          product_tile<S, store_of<V.result>, V.channel_records, V.side_by_side, V.mac_load>::run_all(v, count, channels);
      } else {
        if constexpr (!common::always_narrow)
          requantised_products<S, V.result, V.channel_records>(v, count, channels, a.values);
      }
      v.y = y;
    } else {
      column_record const zero[4] = {};
      v.records = zero;
      if constexpr (V.by_channel) {
        each_block<S, false>(v, count, channels, [&](index m, index n, index high, index wide, i32* sums) {
          index const pixel = column + m;
          if constexpr (C.accumulates) {
            index const members = a.length[out_channels], step = a.length[groups] * members;
            i32* kept = static_cast<i32*>(a.scratch) + (((w.batch * a.length[out_rows] + row) * a.length[out_columns] + pixel) * step +
                                                        w.group * members + w.channel + n);
            add_kept(a, kept, step, sums, high, wide);
          }
          if (!C.accumulates || a.ends) finish_block(a, w, row, pixel, w.channel + n, sums, high, wide);
        });
      } else {
        each_product<S>(v, count, channels, [&](index i, index j, i32 sum) {
          index const pixel = row * a.length[out_columns] + column + i;
          common::finish(a, w.batch, pixel / a.length[out_columns], pixel % a.length[out_columns], w.group, w.channel + j,
                         sum);
        });
      }
    }
  }

  /// Adds what earlier tiles left to the sums of a block, or leaves them to the next one.
  static void add_kept(kernel_arguments const& a, i32* kept, index step, i32* sums, index high, index wide) {
    for (; high > 0; --high, kept += step, sums += sums_wide)
      for (index j = 0; j < wide; ++j) {
        i32 sum = sums[j];
        if (!a.begins) sum = static_cast<i32>(static_cast<u32>(sum) + static_cast<u32>(kept[j]));
        (a.ends ? sums : kept)[j] = sum;
      }
  }

  /// Stores a block whose biases and scales differ between channels only: `high` pixels from (row, column) on by `wide` channels.
  [[gnu::noinline]] static void finish_block(kernel_arguments const& a, work const& w, index row, index column, index channel, i32 const* sums,
                                             index high, index wide) {
    using namespace conv_axis;
    using Y = element_type<C.type[product_operand::y]>;
    result_place p = first_result(a);
    index const at[] = {w.batch, row, column, w.group, channel};
    for (int axis = 0; axis < 5; ++axis) p.move(a, axis, at[axis]);
    index const step = a.with[product_operand::y].stride[out_columns];
    for (index j = 0; j < wide; ++j, p.move(a, out_channels, 1)) {
      Y* y = elements<C, product_operand::y>(a) + p.at[product_operand::y];
      if constexpr (V.result.present && sizeof(Y) == 1) {
        column_record const r = common::record_at(a, p);
        requantise_column<V.result>(a.values, r.scale, r.start, sums + j, sums_wide, high, reinterpret_cast<u8*>(y), step);
      } else if constexpr (V.result.present) {
        result_place each = p;
        for (index i = 0; i < high; ++i, each.move(a, out_columns, 1)) store_result<C, V.result>(a, each, sums[i * sums_wide + j], 1);
      } else {
        u32 start = 0;
        if constexpr (C.present[product_operand::bias])
          start = static_cast<u32>(static_cast<i32>(elements<C, product_operand::bias>(a)[p.at[product_operand::bias]]));
        for (index i = 0; i < high; ++i, y += step) *y = static_cast<Y>(static_cast<i32>(static_cast<u32>(sums[i * sums_wide + j]) + start));
      }
    }
  }

  /// Pixels that are read where they lie.
  [[gnu::noinline]] static void run_in_place(kernel_arguments const& a, conv_scratch const& s, work const& w,
                                             typename common::all_records const& records, bool y_rows_join) {
    using namespace conv_axis;
    index const wide = a.length[out_columns];
    input const x{a, s};
    product_operands v = operands_of(a, w, records, x.step(out_columns), s.depth, static_cast<u8 const*>(a.scratch) + s.weights, V.turns);
    // Rows that join are one; else they are walked.
    index row = 0, column = w.pixel, left = w.pixel_end - w.pixel, run = left;
    if (!y_rows_join || (x.step(out_rows) != wide * x.step(out_columns) && a.length[out_rows] != 1)) {
      row = w.pixel / wide, column -= row * wide;
      run = left < wide - column ? left : wide - column;
    }
    for (;;) {
      v.a = pixel_at(x, w, row, column);
      products(a, w, v, records.narrow, row, column, run);
      left -= run;
      if (left <= 0) return;
      ++row, column = 0;
      run = left < wide ? left : wide;
    }
  }

  /// Pixels whose windows are brought into rows, some of them at a time.
  [[gnu::noinline]] static void run_windows(kernel_arguments const& a, conv_scratch const& s, work const& w,
                                            typename common::all_records const& records, bool y_rows_join, u8* windows) {
    using namespace conv_axis;
    index const wide = a.length[out_columns];
    index const* const ys = a.with[product_operand::y].stride;
    input const x{a, s};
    window_rows const to_row(a, x);
    product_operands v = operands_of(a, w, records, s.pitch, s.depth, static_cast<u8 const*>(a.scratch) + s.weights, true);
    v.a = windows;
    // Whole blocks differ in the results' place only.
    using tile = product_tile<S, store_of<V.result>, V.channel_records, V.side_by_side, V.mac_load>;
    product_block block;
    bool whole = false;
    if constexpr (V.direct && tile::packed) {
      index const channels = w.channel_end - w.channel;
      whole = (common::always_narrow || records.narrow) && (channels & 3) == 0;
      if (whole) tile::set_columns(block, v, 0, channels >> 2);
    }
    index row = w.pixel / wide, column = w.pixel - row * wide;
    for (index left = w.pixel_end - w.pixel; left > 0;) {
      index const first_row = row, first_column = column;
      index count = left < s.pixels ? left : s.pixels;
      if (!y_rows_join && wide - column < count) count = wide - column;
      left -= count;
      u8* to = windows;
      for (index more = count; more > 0;) {
        index const run = more < wide - column ? more : wide - column;
        to_row(to, s.pitch, pixel_at(x, w, row, column), x.step(out_columns), x.first(out_rows) + a.step[out_rows] * row,
               x.first(out_columns) + a.step[out_columns] * column, a.step[out_columns], run);
        to += run * s.pitch, more -= run, column += run;
        if (column == wide) column = 0, ++row;
      }
      if constexpr (V.direct && tile::packed)
        if (whole && (count & 3) == 0) {
          block.a = windows;
          block.y = v.y + first_row * ys[out_rows] + first_column * v.y_row;
          block.row_blocks = count >> 2;
          tile::run_packed_rows(block, v.depth);
          continue;
        }
      products(a, w, v, records.narrow, first_row, first_column, count);
    }
  }

  static void run(kernel_arguments const& a, conv_scratch const& s, work const& w,
                  typename common::all_records const& records, u8* windows) {
    using namespace conv_axis;
    index const* const ys = a.with[product_operand::y].stride;
    bool const y_rows_join = ys[out_rows] == a.length[out_columns] * ys[out_columns] || a.length[out_rows] == 1;
    if (!reads_in_place(a, input{a, s})) return run_windows(a, s, w, records, y_rows_join, windows);
    run_in_place(a, s, w, records, y_rows_join);
  }

  using panels = product_panels<V.result, S>;
  static constexpr bool has_panels = V.has_panels() && !C.present[product_operand::bias] && !C.accumulates && panels::serves;

  /// Pixels that lie at equal distances are the rows of one product.
  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    using namespace conv_axis;
    index const *const length = a.length, *const xs = a.with[0].stride, *const ys = a.with[product_operand::y].stride;
    index const pixels = length[out_rows] * length[out_columns];
    conv_scratch const s(V, C.accumulates, length);
    if (length[batch] != 1 || length[groups] != 1 || length[kernel_columns] != 1 || !reads_in_place(a, input{a, s})) return false;
    if (length[out_rows] != 1 && (xs[out_rows] != length[out_columns] * xs[out_columns] || ys[out_rows] != length[out_columns] * ys[out_columns])) return false;
    if (a.with[1].stride[in_channels] != 1 || !panels_are_sooner(pixels, length[out_channels], length[in_channels])) return false;
    constexpr int operands[] = {0, 1, product_operand::y};
    for (int o : operands) t.point(o, a.with[o].origin);
    typename panels::constants c;
    panels::set(c, {pixels, length[out_channels], length[in_channels], xs[out_columns], a.with[1].stride[out_channels], ys[out_columns]}, a.values);
    panels::set_core_less(c, t);
    t.set(c);
    t.phase[0] = panels::phase_of(c);
    return true;
  }

  static void compute(int core, int cores, kernel_arguments const& a) {
    using namespace conv_axis;
    conv_scratch const s(V, C.accumulates, a.length);
    if (!common::weights_in_rows(a) || s.depth < 4) return common::compute_in_general(core, cores, a);
    column_record same[4];
    typename common::all_records const records = common::records_of(a, s, cores, same);
    u8* const windows = static_cast<u8*>(a.scratch) + s.windows + core * s.window_bytes;
    // Units of four pixels; with few of them the channels are split as well.
    index const pixels = a.length[out_rows] * a.length[out_columns], pixel_blocks = (pixels + 3) >> 2;
    index const outer = a.length[batch] * a.length[groups], channel_blocks = (a.length[out_channels] + 3) >> 2;
    index const bringing = V.turns && reads_in_place(a, input{a, s}) ? 0 : 1;
    index parts = 1, best = rounds(outer * pixel_blocks, cores) * channel_blocks;
    for (index shift = 1, halves = 2; halves <= cores && halves <= channel_blocks; ++shift, halves *= 2) {
      // The share of the busiest core in blocks of four by four; bringing windows into rows costs about one each.
      index const now = rounds(outer * pixel_blocks * halves, cores) * (((channel_blocks + halves - 1) >> shift) + bringing);
      if (now < best) {
        best = now;
        parts = halves;
      }
    }
    index const units = outer * parts * pixel_blocks, end = split_at(units, core + 1, cores);
    for (index u = split_at(units, core, cores); u < end;) {
      index const row = outer * parts == 1 ? 0 : u / pixel_blocks, block = u - row * pixel_blocks;
      index const part = parts == 1 ? 0 : row % parts, which = parts == 1 ? row : row / parts;
      index const last = end - u < pixel_blocks - block ? block + end - u : pixel_blocks;
      work w;
      w.batch = a.length[groups] == 1 ? which : which / a.length[groups];
      w.group = which - w.batch * a.length[groups];
      w.core = core;
      w.pixel = block * 4;
      w.pixel_end = last * 4 < pixels ? last * 4 : pixels;
      w.channel = channel_blocks * part / parts * 4;
      w.channel_end = part + 1 == parts ? a.length[out_channels] : channel_blocks * (part + 1) / parts * 4;
      run(a, s, w, records, windows);
      u += last - block;
    }
  }
};
}  // namespace deeploy::cluster
