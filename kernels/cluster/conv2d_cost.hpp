// SPDX-License-Identifier: Apache-2.0
// Cycles of convolutions on eight cores, from the instructions of the inner loops.
#pragma once
#include <cluster/conv2d_class.hpp>
#include <cluster/product_cost.hpp>

namespace deeploy::cluster {
/// One result in the loops for any type: finding each run of elements, the taps' channels or, of one channel, a line's taps; products, the result.
constexpr i64 general_cycles(i64 rows, i64 columns, i64 channels) {
  i64 const runs = channels == 1 ? rows : rows * columns;
  return runs * 48 + rows * columns * channels * 5 + 275;
}

/// Instructions that a call runs through: bytes.
constexpr i64 conv_code_bytes(conv_class const& c) {
  if (c.path == conv_path::general) return 1200;
  return (c.path != conv_path::depthwise ? 2000 : c.stride == 1 ? 2700 : 2000) + (c.prepares() ? 600 : 0);
}

/// How lines of windows lie in the input.
enum class window_lines : u8 {
  together,
  few_words,  ///< five to sixteen bytes: all windows of a row in one loop
  bytes,      ///< less than a word
  across,     ///< the channels of a pixel are no neighbours, but those of the next window are
  apart,      ///< neither
};
constexpr window_lines window_lines_of(layer_descriptor const& l) {
  using namespace conv_axis;
  if (l.space[in_channels].length > 1 && storage_step(l.with[0], in_channels) != 1)
    return storage_step(l.with[0], out_columns) == 1 ? window_lines::across : window_lines::apart;
  index const line = l.space[in_channels].length * l.space[kernel_columns].length;
  return line < 4 ? window_lines::bytes : line > 4 && line <= 16 ? window_lines::few_words : window_lines::together;
}

/// Of a window that is turned with three others, about: sixteen bytes in 36 cycles, or of few channels four in 16; and each tap.
constexpr i64 across_cycles(i64 channels, i64 taps) { return taps * (channels < 4 ? 16 * channels + 24 : 36 * parts_of(channels, 4) + 60) / 4; }

/// Of a hundred taps of all windows along an axis, those inside of the tensor.
constexpr i64 taps_inside_percent(layer_descriptor const& l, int axis, index step, index tap_step, index taps) {
  for (dimension const& d : l.with[0].dim) {
    if (d.axis != axis || !d.windowed()) continue;
    i64 inside = 0;
    for (index i = 0; i < l.space[axis].length; ++i)
      for (index t = 0; t < taps; ++t) {
        index const at = d.shift + step * i + tap_step * t;
        inside += at >= 0 && at < d.length;
      }
    return 100 * inside / (i64{l.space[axis].length} * taps);
  }
  return 100;
}
/// The same of both axes, for windows that go element by element; padding goes by words.
constexpr i64 elements_inside_percent(layer_descriptor const& l, window_lines from) {
  using namespace conv_axis;
  if (from == window_lines::across) return taps_inside_percent(l, out_columns, l.classes[5], l.classes[7], l.space[kernel_columns].length);
  if (from != window_lines::apart) return 100;
  return taps_inside_percent(l, out_rows, l.classes[4], l.classes[6], l.space[kernel_rows].length) *
         taps_inside_percent(l, out_columns, l.classes[5], l.classes[7], l.space[kernel_columns].length) / 100;
}

/// Depthwise of stride 2: a core's share of rows of two channels. Of one channel there is no pair.
/// @param each  cycles more per four results
constexpr i64 pair_cycles(index const* tile, i64 each) {
  using namespace conv_axis;
  i64 const pairs = parts_of(tile[groups], 2) * tile[batch], rows = parts_of(pairs * tile[out_rows], cost_cores);
  if (tile[groups] < 2) return rows * tile[out_columns] * general_cycles(3, 3, 1);
  i64 const parts = parts_of(rows, tile[out_rows]) + tile[groups] % 2 * 2;
  return rows * (20 + tile[out_columns] * (28 + each / 2)) + parts * 200;
}

/// Cycles of a tile on eight cores.
/// @param inside  of a hundred elements of windows, those that are no padding
constexpr i64 conv_cycles(conv_class const& c, bool accumulates, window_lines from, i64 inside, index const* tile) {
  using namespace conv_axis;
  i64 const pixels = static_cast<i64>(tile[out_rows]) * tile[out_columns],
            taps = static_cast<i64>(tile[kernel_rows]) * tile[kernel_columns];
  i64 const depth = taps * tile[in_channels], outer = static_cast<i64>(tile[batch]) * tile[groups];
  i64 const results = outer * pixels * tile[out_channels],
            channels = static_cast<i64>(tile[groups]) * tile[out_channels];
  if (c.path == conv_path::general)
    return product_call_cycles + parts_of(results * general_cycles(tile[kernel_rows], tile[kernel_columns], tile[in_channels]), cost_cores);
  if (c.path == conv_path::depthwise) {
    i64 const prepared = c.prepares() ? product_phase_cycles + parts_of(channels, cost_cores) * 350 : 0;
    i64 const clamped = c.result.clamps ? 4 : 0, words = c.direct ? 0 : 4 * product_exact_in_column_cycles;
    if (c.stride == 2) return product_call_cycles + prepared + pair_cycles(tile, clamped + words);
    // A core's share of rows of four channels comes in parts: each becomes planes, with rows around it.
    conv_scratch const s(c, accumulates, tile);
    i64 const quads = parts_of(tile[groups], 4) * tile[batch], rows = parts_of(quads * tile[out_rows], cost_cores);
    i64 const chunks = parts_of(tile[out_columns], s.band_columns);
    i64 const parts = (parts_of(rows, s.band_rows) + (quads % cost_cores == 0 ? 0 : 1)) * chunks;
    i64 const strips = parts_of(tile[out_columns], 4), plane_row = parts_of(tile[out_columns], 4) * 21 + 3;
    i64 const planes = least(tile[groups], 4), row = plane_row + planes * strips * (35 + clamped + words);
    return product_call_cycles + prepared + rows * row + parts * (730 + 2 * plane_row + planes * strips * 25 / chunks);
  }
  constexpr i64 units_cycles = 650;  // splitting pixels and channels into units, finding the first pixel
  i64 cycles = product_call_cycles + (c.stride > 1 ? 0 : units_cycles);
  if (c.prepares()) cycles += product_phase_cycles;
  if (c.has_records()) cycles += parts_of(channels * 60, cost_cores);
  if (c.pads_weights) cycles += parts_of(channels * (depth + 40), cost_cores);
  // Bringing windows into rows: two and a half cycles a word, or byte by byte and tap by tap; and each line, of which those
  // of a group lie in pieces.
  i64 const bytes_apart = tile[in_channels] * (3 * taps * inside / 100 + 8 * tile[kernel_rows] + 20);
  i64 const lines = tile[groups] > 1                  ? (tile[in_channels] < 4 ? bytes_apart + 50 : 80 * tile[kernel_rows] + 150)
                    : from == window_lines::together  ? 20 * tile[kernel_rows] + 80
                    : from == window_lines::few_words ? 10 * tile[kernel_rows] + 30
                    : from == window_lines::bytes     ? 40 * tile[kernel_rows] + 120
                    : from == window_lines::across    ? 20 * tile[kernel_rows] + 150
                                                      : 30 * tile[kernel_rows] + 520;
  // Of windows that are turned, those in fours that rows do not end in; the others of a four with padding go byte by byte.
  i64 const wide = tile[out_columns], odd = least(wide, wide % 4 == 0 ? 0 : wide % 2 == 0 ? 2 : 3);
  i64 const across = ((across_cycles(tile[in_channels], taps) + (100 - inside) * depth / 3) * (wide - odd) + (bytes_apart + 400) * odd) / wide;
  i64 const window = lines + (from == window_lines::apart ? bytes_apart : from == window_lines::across ? across : parts_of(depth * 5, 8));
  bool const in_place = taps == 1 && from != window_lines::apart && from != window_lines::across;
  if (in_place && c.has_panels() && c.stride == 1 && outer == 1 && panels_are_sooner(static_cast<index>(pixels), tile[out_channels], tile[in_channels]))
    return product_grid::best(static_cast<index>(pixels), tile[out_channels], tile[in_channels], team_cores).cycles;
  i64 const store = c.direct ? 0 : c.records ? product_exact_cycles : finish_cycles(c.result) + (accumulates ? 8 : 0);
  block_cost const block = cost_of(c.has_records(), c.mac_load && c.direct);
  if (!in_place) {
    // Units of four pixels, by parts of the channels: each unit has windows of its own.
    i64 best = 0;
    for (i64 parts = 1; parts <= cost_cores; parts *= 2) {
      i64 const share = least(parts_of(parts_of(tile[out_channels], 4), parts) * 4, tile[out_channels]), some = least(pixels, 4);
      i64 const now = parts_of(outer * parts_of(pixels, 4) * parts, cost_cores) * (some * window + rows_by_columns(block, some, share, parts_of(depth, 4), store));
      if (parts == 1 || now < best) best = now;
    }
    return cycles + best;
  }
  // Pixels that are read where they lie with gaps between their rows: row by row.
  if (c.stride > 1) {
    i64 const blocks = parts_of(tile[out_columns], 4);  // of a row
    return cycles + parts_of(outer * tile[out_rows] * blocks, cost_cores) * rows_by_columns(block, tile[out_columns], tile[out_channels], parts_of(depth, 4), store) / blocks;
  }
  return cycles + shared_products(block, outer, pixels, tile[out_channels], parts_of(depth, 4), store);
}
}  // namespace deeploy::cluster
