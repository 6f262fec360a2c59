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

/// One result of a block that the inner loops cannot store: what was kept, its share of a channel's place, its requantisation.
constexpr i64 block_finish_cycles(requant_class const& r, bool accumulates) { return (accumulates ? 12 : 0) + (!r.present ? 30 : r.scaled ? 75 : 60); }

/// Instructions that a call runs through: bytes.
constexpr i64 conv_code_bytes(conv_class const& c) {
  if (c.path == conv_path::general) return 1200;
  if (c.path == conv_path::planes) return 2000;
  if (c.turns) return 3300;
  return (c.path != conv_path::depthwise ? 2000 : c.stride == 1 ? 2700 : 2000) + (c.prepares() ? 600 : 0);
}

/// How lines of windows lie in the input, or in what it is turned to.
enum class window_lines : u8 {
  together,
  few_words,  ///< five to sixteen bytes: all windows of a row in one loop
  bytes,      ///< less than a word
  taps,       ///< each tap by itself
};
constexpr window_lines window_lines_of(conv_class const& c, bool grouped, index const* tile) {
  using namespace conv_axis;
  index const line = tile[in_channels] * tile[kernel_columns];
  if (c.turns ? c.steps.tap_columns != 1 && tile[kernel_columns] != 1 : grouped) return window_lines::taps;
  return line < 4 ? window_lines::bytes : line > 4 && line <= 16 ? window_lines::few_words : window_lines::together;
}

/// Measured on kernels of planes: what turning costs besides its loops, as it fetches another two functions into the instruction cache;
/// and of the call of one that has no windows, what is less than of others.
inline constexpr i64 turn_cycles = 1200, fewer_tap_cycles = 1200;

/// Bringing the input over: lines of planes and the rows of taps, or pixels of which some are made at a time.
/// @param by_words  the pixels of a row are neighbours
constexpr i64 image_cycles(conv_class const& c, conv_scratch const& s, bool by_words, index const* tile) {
  using namespace conv_axis;
  i64 const images = i64{tile[batch]} * tile[groups], columns = s.image_columns;
  if (c.path == conv_path::planes) {
    i64 const taps = i64{tile[groups]} * tile[out_channels] * tile[kernel_rows];
    return parts_of(images * s.image_rows, cost_cores) * (80 + (by_words ? parts_of(columns * 5, 8) : columns * 5)) +
           parts_of(taps, cost_cores) * (50 + 5 * tile[kernel_columns]);
  }
  // A share is a run of fours of channels of one row after the other.
  i64 const quads = parts_of(tile[in_channels], 4), fours = parts_of(columns, 4), share = parts_of(images * s.image_rows * quads, cost_cores);
  i64 const each = !by_words ? 70 : tile[in_channels] < 4 ? 8 * tile[in_channels] + 4 : 20;
  return turn_cycles + share * fours * each + (parts_of(share, quads) + 1) * 250;
}

/// Of windows of a plane: a core's share of four results at a time.
constexpr i64 tap_cycles(conv_class const& c, conv_scratch const& s, i64 store, index const* tile) {
  using namespace conv_axis;
  i64 const fours = parts_of(tile[out_columns], 4), rows = i64{tile[batch]} * tile[groups] * tile[out_channels] * tile[out_rows];
  i64 const share = parts_of(rows * fours, cost_cores), runs = parts_of(share, fours) + 1;
  i64 const channels = parts_of(i64{tile[batch]} * tile[groups] * tile[out_channels], cost_cores);
  // Of four loads, those that cross a word.
  i64 const crossing = c.steps.columns % 4 == 0 ? 0 : c.steps.columns % 2 == 0 ? 2 : 3;
  i64 const steps = c.steps.tap_columns == 1 ? s.tap_words * (10 + crossing) : i64{tile[kernel_columns]} * 10;
  return share * (tile[kernel_rows] * (steps + 3) + 26 + 4 * store) + runs * 150 + channels * 180;
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
/// @param by_words  the pixels of a row of the input are neighbours
constexpr i64 conv_cycles(conv_class const& c, bool accumulates, bool by_words, index const* tile) {
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
    i64 const clamped = c.result.clip == clip_range::any ? 10 : c.result.clamps ? 5 : 0, words = c.direct ? 0 : 4 * product_exact_in_column_cycles;
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
  conv_scratch const scratch(c, accumulates, tile);
  if (c.has_images()) cycles += image_cycles(c, scratch, by_words, tile);
  if (c.path == conv_path::planes) {
    i64 const one = c.direct ? 6 : c.records ? product_exact_in_column_cycles + 4 : !accumulates && !c.result.present ? 1 : finish_cycles(c.result) + (accumulates ? 8 : 0);
    return cycles - fewer_tap_cycles + tap_cycles(c, scratch, one, tile);
  }
  // Bringing windows into rows: two and a half cycles a word; and each line, of which those of a group lie in pieces.
  window_lines const from = window_lines_of(c, tile[groups] > 1, tile);
  i64 const lines = from == window_lines::taps        ? 80 * tile[kernel_rows] + 150
                    : from == window_lines::together  ? 20 * tile[kernel_rows] + 80
                    : from == window_lines::few_words ? 10 * tile[kernel_rows] + 30
                                                      : 8 * tile[kernel_rows] + 40;
  i64 const window = lines + parts_of(depth * (c.turns && tile[in_channels] % 4 != 0 ? 7 : 5), 8);
  bool const in_place = taps == 1 || (c.turns && tile[kernel_rows] == 1 && c.steps.tap_columns == 1);
  if (in_place && c.has_panels() && c.stride == 1 && outer == 1 && panels_are_sooner(static_cast<index>(pixels), tile[out_channels], tile[in_channels]))
    return product_grid::best(static_cast<index>(pixels), tile[out_channels], tile[in_channels], team_cores).cycles;
  i64 const store = c.direct ? clamp_cycles(c.result) : c.records ? product_exact_cycles : c.by_channel ? block_finish_cycles(c.result, accumulates) : finish_cycles(c.result) + (accumulates ? 8 : 0);
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
