// SPDX-License-Identifier: Apache-2.0
// What a convolution is compiled for on the cluster, and how it divides its scratch memory.
#pragma once
#include <cluster/product_cost.hpp>
#include <deeploy/op/conv2d.hpp>

namespace deeploy::cluster {
namespace conv_axis {
inline constexpr int batch = 0, out_rows = 1, out_columns = 2, groups = 3, out_channels = 4, in_channels = 5,
                     kernel_rows = 6, kernel_columns = 7;
}

enum class conv_path : u8 {
  general,    ///< any types and zero points
  dense,      ///< windows become rows of a matrix product, group by group
  depthwise,  ///< one input and one output channel per group
};

struct conv_class {
  requant_class result = {};
  conv_path path = conv_path::general;
  bool channel_records = false;  ///< bias or scale differ between channels
  bool pads_weights = false;     ///< rows of weights are no whole words: they are copied with zeros behind them
  bool records = false;          ///< results are bytes that a bias and a scale per channel, or for all, suffice for
  bool direct = false;           ///< the inner loops store the results themselves
  bool side_by_side = false;     ///< the channels of the result
  bool mac_load = false;
  u8 stride = 1;  ///< of the rows; 1 unless it is depthwise or pointwise
  constexpr bool operator==(conv_class const&) const = default;
  constexpr bool has_records() const { return records && channel_records; }
  constexpr bool prepares() const { return has_records() || pads_weights; }
};

/// Does a bias or scale vary with the channel only (groups and channels in them count as one)?
constexpr varies channel_variation(operand const& o) {
  if (o.of == nullptr) return varies::by_batch;
  varies found = varies::by_batch;
  for (int a = 0; a < max_axes; ++a)
    if (changes_along(o, a)) {
      if (a != conv_axis::groups && a != conv_axis::out_channels) return varies::otherwise;
      found = varies::by_column;
    }
  return found;
}

constexpr conv_class conv_class_of(layer_descriptor const& l, bool accumulates, bool mac_load) {
  conv_class c;
  c.mac_load = mac_load;
  c.side_by_side = storage_step(l.with[5], conv_axis::out_channels) == 1;
  bool const bytes =
      one_byte(l.with[0].of->type) && one_byte(l.with[1].of->type) && l.values[6] == 0 && l.values[7] == 0;
  i64 const depth = static_cast<i64>(l.space[conv_axis::in_channels].length) * l.space[conv_axis::kernel_rows].length *
                    l.space[conv_axis::kernel_columns].length;
  c.result = requant_class_of(l, 1, 0, bytes ? largest_sum(l, depth) : 1u << 31);
  if (bytes) c.path = conv_path::dense;
  varies v = channel_variation(l.with[2]);
  v = either(v, either(channel_variation(l.with[3]), channel_variation(l.with[4])));
  c.channel_records = v == varies::by_column;
  c.records = bytes && v != varies::otherwise && !accumulates && one_byte(l.with[5].of->type) && c.result.present;
  c.direct = c.records && c.result.narrow && (c.result.round == rounding::half_up || c.result.round == rounding::down);
  // Strips of planes: 3 x 3. Others go group by group.
  index const stride = l.classes[4];
  bool const window = l.space[conv_axis::kernel_rows].length == 3 && l.space[conv_axis::kernel_columns].length == 3 &&
                      (stride == 1 || stride == 2) && l.classes[5] == stride && l.classes[6] == 1 && l.classes[7] == 1;
  if (c.records && window && l.space[conv_axis::groups].length > 1 &&
      l.space[conv_axis::in_channels].length == 1 && l.space[conv_axis::out_channels].length == 1 &&
      storage_step(l.with[0], conv_axis::groups) == 1 && storage_step(l.with[5], conv_axis::groups) == 1)
    c.path = conv_path::depthwise, c.stride = static_cast<u8>(stride);
  if (c.path == conv_path::dense && depth == l.space[conv_axis::in_channels].length && l.classes[5] > 1)
    c.stride = static_cast<u8>(l.classes[5]);
  c.pads_weights = c.path == conv_path::dense && depth % 4 != 0 && depth > 4 && !accumulates;
  return c;
}

/// Offsets in scratch memory for a tile of the given lengths.
struct conv_scratch {
  i64 flags = 0;  ///< one word per core: negative when it met a scale that 32 bits do not serve
  i64 records = 0;
  i64 weights = 0;
  i64 windows = 0;  ///< of each core: windows of four pixels, as rows
  i64 planes = 0;   ///< of each core, see channel_planes
  i64 end = 0;
  index depth = 0;
  bytes pitch = 0;  ///< of rows of windows, with a word so that they begin in different banks of L1; or of planes
  bytes plane_bytes = 0;  ///< of a core
  index band_rows = 0, band_columns = 0;  ///< of results, most that planes are made for at a time
  static constexpr i64 flag_bytes = 64;
  static constexpr int most_cores = 8, pixels = 4;
  static constexpr u32 largest_strip_sum = 9 * 255 * 255;
  static constexpr bytes most_plane_bytes = 2048;
  static constexpr index most_columns = 32;        ///< of an input's strip
  /// Input rows and columns of so many results; strips of fewer columns than four are read as four.
  static constexpr index rows_in(int stride, index rows) { return stride * (rows - 1) + 3; }
  static constexpr index columns_in(int stride, index columns) {
    return stride * (columns < 4 ? 4 : columns) + 2;
  }

  [[gnu::always_inline]] constexpr conv_scratch(conv_class const& c, bool accumulates, index const* length) {
    using namespace conv_axis;
    i64 at = 0;
    // The accumulators come first: they stay where they are when the last tile is shorter.
    if (accumulates)
      at = static_cast<i64>(4) * length[batch] * length[out_rows] * length[out_columns] * length[groups] *
           length[out_channels];
    if (c.has_records()) {
      flags = at;
      records = at + flag_bytes;
      at = records + static_cast<i64>(length[groups]) * length[out_channels] * 16;
    }
    depth = length[in_channels] * length[kernel_rows] * length[kernel_columns];
    pitch = packed_depth(depth) + 4;
    weights = at;
    if (c.pads_weights) at += static_cast<i64>(length[groups]) * length[out_channels] * packed_depth(depth);
    windows = at;
    if (c.path == conv_path::dense) at += static_cast<i64>(most_cores) * pixels * pitch;
    planes = at;
    if (c.path == conv_path::depthwise) {
      index const most = most_columns / c.stride;
      band_columns = length[out_columns] < most ? length[out_columns] : most;
      pitch = 4 + ((columns_in(c.stride, band_columns) + 3) & ~3);
      band_rows = (most_plane_bytes / (4 * pitch) - 3) / c.stride + 1;
      if (band_rows > length[out_rows]) band_rows = length[out_rows];
      plane_bytes = 4 * rows_in(c.stride, band_rows) * pitch + 8;  // the next core's begin in other banks
      at += static_cast<i64>(most_cores) * plane_bytes;
    }
    end = at;
  }
};

/// One result in the loops for any type: finding each tap, products, the result.
constexpr i64 general_cycles(i64 taps, i64 channels) { return taps * (70 + channels * 9) + 275; }

/// Instructions that a call runs through: bytes.
constexpr i64 conv_code_bytes(conv_class const& c) {
  if (c.path == conv_path::general) return 1200;
  return (c.path == conv_path::depthwise ? 2700 : 2000) + (c.prepares() ? 600 : 0);
}

/// How lines of windows lie in the input.
enum class window_lines : u8 {
  together,
  bytes,  ///< less than a word
  apart,  ///< the channels of a pixel are no neighbours
};
constexpr window_lines window_lines_of(layer_descriptor const& l) {
  using namespace conv_axis;
  if (l.space[in_channels].length > 1 && storage_step(l.with[0], in_channels) != 1) return window_lines::apart;
  return l.space[in_channels].length * l.space[kernel_columns].length < 4 ? window_lines::bytes : window_lines::together;
}

/// Cycles of a tile on eight cores.
constexpr i64 conv_cycles(conv_class const& c, bool accumulates, window_lines from, index const* tile) {
  using namespace conv_axis;
  i64 const pixels = static_cast<i64>(tile[out_rows]) * tile[out_columns],
            taps = static_cast<i64>(tile[kernel_rows]) * tile[kernel_columns];
  i64 const depth = taps * tile[in_channels], outer = static_cast<i64>(tile[batch]) * tile[groups];
  i64 const results = outer * pixels * tile[out_channels],
            channels = static_cast<i64>(tile[groups]) * tile[out_channels];
  if (c.path == conv_path::general)
    return product_call_cycles + parts_of(results * general_cycles(taps, tile[in_channels]), cost_cores);
  if (c.path == conv_path::depthwise) {
    // A core's share of rows of four channels comes in parts: each becomes planes, with rows around it.
    conv_scratch const s(c, accumulates, tile);
    i64 const quads = parts_of(tile[groups], 4) * tile[batch], rows = parts_of(quads * tile[out_rows], cost_cores);
    i64 const chunks = parts_of(tile[out_columns], s.band_columns);
    i64 const parts = (parts_of(rows, s.band_rows) + (quads % cost_cores == 0 ? 0 : 1)) * chunks;
    i64 const strips = parts_of(tile[out_columns], 4), plane_row = parts_of(tile[out_columns] * c.stride, 4) * 21 + 3;
    i64 const clamped = c.result.clamps ? 4 : 0, words = c.direct ? 0 : 4 * product_exact_in_column_cycles;
    i64 const row = c.stride * plane_row + 4 * strips * ((c.stride == 1 ? 35 : 44) + clamped + words);
    return product_call_cycles + rows * row + parts * (730 + (3 - c.stride) * plane_row + 4 * strips * 25 / chunks) +
           (c.prepares() ? product_phase_cycles + parts_of(channels, cost_cores) * 350 : 0);
  }
  constexpr i64 units_cycles = 650;  // splitting pixels and channels into units, finding the first pixel
  i64 cycles = product_call_cycles + (c.stride > 1 ? 0 : units_cycles);
  if (c.prepares()) cycles += product_phase_cycles;
  if (c.has_records()) cycles += parts_of(channels * 60, cost_cores);
  if (c.pads_weights) cycles += parts_of(channels * (depth + 40), cost_cores);
  // Bringing windows into rows: two and a half cycles a word, or byte by byte and tap by tap; and each line, of which those
  // of a group lie in pieces.
  i64 const lines = tile[groups] > 1                 ? 150 * tile[kernel_rows] + 150
                    : from == window_lines::together ? 70 * tile[kernel_rows] + 150
                                                     : 30 * tile[kernel_rows] + 520;
  i64 const window = lines + (from == window_lines::apart ? 8 * depth + 11 * taps : parts_of(depth * 5, 8));
  if (taps > 1) cycles += parts_of(outer * parts_of(pixels, 4), cost_cores) * 4 * window;
  i64 const store = c.direct ? 0 : c.records ? product_exact_cycles : product_finish_cycles + (accumulates ? 8 : 0);
  // Pixels that are read where they lie with gaps between their rows: row by row.
  if (c.stride > 1) {
    i64 const blocks = parts_of(tile[out_columns], 4);  // of a row
    return cycles + parts_of(outer * tile[out_rows] * blocks, cost_cores) *
                        rows_by_columns(cost_of(c.has_records(), c.mac_load), tile[out_columns], tile[out_channels],
                                        parts_of(depth, 4), store) / blocks;
  }
  return cycles + shared_products(cost_of(c.has_records(), c.mac_load), outer, pixels, tile[out_channels],
                                  parts_of(depth, 4), store);
}
}  // namespace deeploy::cluster
