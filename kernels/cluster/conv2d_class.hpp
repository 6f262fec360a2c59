// SPDX-License-Identifier: Apache-2.0
// What a convolution is compiled for on the cluster, and how it divides its scratch memory.
#pragma once
#include <cluster/product_class.hpp>
#include <deeploy/op/conv2d.hpp>

namespace deeploy::cluster {
namespace conv_axis {
inline constexpr int batch = 0, out_rows = 1, out_columns = 2, groups = 3, out_channels = 4, in_channels = 5,
                     kernel_rows = 6, kernel_columns = 7;
}

enum class conv_path : u8 {
  general,    ///< any types and zero points
  dense,      ///< windows become rows of a matrix product, group by group
  depthwise,  ///< one input and one output channel per group, channels innermost
  planes,     ///< one input channel and few output channels per group: rows of taps against rows of a plane
};

/// Rows and columns of the input from one result to the next, and from tap to tap; ones where it does not matter.
struct conv_steps {
  index rows = 1, columns = 1, tap_rows = 1, tap_columns = 1;
  constexpr bool operator==(conv_steps const&) const = default;
};

struct conv_class {
  conv_steps steps = {};  ///< where the input is brought over first
  requant_class result = {};
  conv_path path = conv_path::general;
  bool channel_records = false;  ///< bias or scale differ between channels
  bool pads_weights = false;     ///< rows of weights are no whole words: they are copied with zeros behind them
  bool by_channel = false;       ///< nothing but the channel makes a difference to them
  bool records = false;          ///< results are bytes that a bias and a scale per channel, or for all, suffice for
  bool direct = false;           ///< the inner loops store the results themselves
  bool side_by_side = false;     ///< the channels of the result
  bool mac_load = false;
  bool turns = false;  ///< an input's channels are apart: its pixels are made of them before
  bool picks = false;  ///< only those that results have, where strides leave some out
  bool reads_behind = false;  ///< windows of one line, whole words where they lie: the last one ends behind the images
  u8 stride = 1;  ///< of the rows; 1 unless it is depthwise or pointwise
  constexpr bool operator==(conv_class const&) const = default;
  constexpr bool has_records() const { return records && channel_records; }
  /// May tiles whose pixels are read in place be panels? See product_class.
  constexpr bool has_panels() const { return mac_load && path == conv_path::dense && direct && result.stores_whole_range() && !channel_records && !pads_weights && !turns && side_by_side; }
  /// Is the input brought over first, with its padding?
  constexpr bool has_images() const { return turns || path == conv_path::planes; }
  constexpr bool prepares() const { return has_records() || pads_weights || has_images(); }
};

/// Does a bias or scale vary with the channel only (groups and channels in them count as one)?
constexpr varies channel_variation(operand const& o) {
  if (o.of == nullptr) return varies::nowhere;
  varies found = varies::nowhere;
  for (int a = 0; a < max_axes; ++a)
    if (changes_along(o, a)) {
      if (a != conv_axis::groups && a != conv_axis::out_channels) return varies::otherwise;
      found = varies::by_column;
    }
  return found;
}

/// Rows or columns of padding that the windows along an axis reach into, on the side where they are more.
constexpr index most_padding(layer_descriptor const& l, int axis, index stride, index taps) {
  for (dimension const& d : l.with[0].dim)
    if (d.axis == axis && d.windowed()) {
      index const before = -d.shift, behind = d.shift + stride * (l.space[axis].length - 1) + taps - d.length;
      return before > behind ? before : behind;
    }
  return 0;
}

/// Output channels of a plane from on which blocks of the matrix product are sooner done.
inline constexpr index least_dense_channels = 4;

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
  c.by_channel = v != varies::otherwise;
  c.records = bytes && v != varies::otherwise && !accumulates && one_byte(l.with[5].of->type) && c.result.present;
  c.direct = c.records && c.result.narrow && (c.result.round == rounding::half_up || c.result.round == rounding::down);
  // Strips of planes, or pairs of channels: 3 x 3. Others go group by group.
  index const stride = l.classes[4];
  bool const in_pairs = stride == 2 && most_padding(l, conv_axis::out_rows, 2, 3) <= 1 && most_padding(l, conv_axis::out_columns, 2, 3) <= 1;
  bool const window = l.space[conv_axis::kernel_rows].length == 3 && l.space[conv_axis::kernel_columns].length == 3 &&
                      (stride == 1 || in_pairs) && l.classes[5] == stride && l.classes[6] == 1 && l.classes[7] == 1;
  if (c.records && window && l.space[conv_axis::groups].length > 1 &&
      l.space[conv_axis::in_channels].length == 1 && l.space[conv_axis::out_channels].length == 1 &&
      storage_step(l.with[0], conv_axis::groups) == 1 && storage_step(l.with[5], conv_axis::groups) == 1)
    c.path = conv_path::depthwise, c.stride = static_cast<u8>(stride);
  if (c.path == conv_path::dense && depth == l.space[conv_axis::in_channels].length && l.classes[5] > 1)
    c.stride = static_cast<u8>(l.classes[5]);
  index const inputs = l.space[conv_axis::in_channels].length;
  if (c.path == conv_path::dense && inputs == 1 && l.space[conv_axis::out_channels].length < least_dense_channels) c.path = conv_path::planes, c.stride = 1;
  c.turns = c.path == conv_path::dense && inputs > 1 && storage_step(l.with[0], conv_axis::in_channels) != 1;
  c.picks = c.turns && depth == inputs && (stride > 1 || l.classes[5] > 1) && most_padding(l, conv_axis::out_rows, stride, 1) <= 0 &&
            most_padding(l, conv_axis::out_columns, l.classes[5], 1) <= 0;
  if (c.picks) c.stride = 1;
  else if (c.has_images()) c.steps = {stride, l.classes[5], l.classes[6], l.classes[7]};
  c.pads_weights = c.path == conv_path::dense && depth % 4 != 0 && depth > 4 && !accumulates;
  c.reads_behind = c.turns && c.pads_weights && l.space[conv_axis::kernel_rows].length == 1 && depth != inputs;
  return c;
}

/// Offsets in scratch memory for a tile of the given lengths.
struct conv_scratch {
  i64 flags = 0;  ///< one word per core: negative when it met a scale that 32 bits do not serve
  i64 records = 0;
  i64 weights = 0;
  i64 windows = 0;  ///< of each core: windows of so many pixels, as rows
  i64 planes = 0;   ///< of each core, see channel_planes; depthwise of stride 1
  i64 end = 0;
  // Of classes that have images only: storing zeros here would cost every other call some instructions.
  i64 images;  ///< the input of each batch and group with its padding, see conv_image
  index image_rows, image_columns;
  bytes pixel, image_row, image;  ///< from pixel to pixel, row to row, image to image
  index tap_words;                ///< of a row of taps
  index depth = 0;
  bytes pitch = 0;  ///< of rows of windows, with a word so that they begin in different banks of L1; or of planes
  bytes window_bytes = 0, plane_bytes = 0;  ///< of a core
  index band_rows = 0, band_columns = 0;  ///< of results, most that planes are made for at a time
  static constexpr i64 flag_bytes = 64;
  static constexpr int most_cores = team_cores;
  /// Pixels whose windows are in rows at a time: four, as blocks take, or more of small ones, which cost one call together.
  index pixels = 4;
  static constexpr index most_pixels = 16;
  static constexpr bytes small_windows_bytes = 1024;
  static constexpr u32 largest_strip_sum = 9 * 255 * 255;
  static constexpr bytes most_plane_bytes = 2048;
  static constexpr index most_columns = 32;        ///< of an input's strip
  /// Input rows and columns of so many results; strips of fewer columns than four are read as four.
  static constexpr index rows_in(index rows) { return rows + 2; }
  static constexpr index columns_in(index columns) { return (columns < 4 ? 4 : columns) + 2; }

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
    while (pixels < most_pixels && (pixels + 4) * pitch <= small_windows_bytes) pixels += 4;
    // Never less for a longer reduction: the last tile of one may be shorter, with more pixels at a time.
    bytes const small = most_pixels * pitch < small_windows_bytes ? most_pixels * pitch : small_windows_bytes;
    window_bytes = 4 * pitch > small ? 4 * pitch : small;
    bool const in_place = c.turns && length[kernel_rows] == 1 && (length[kernel_columns] == 1 || c.steps.tap_columns == 1);
    if (c.path == conv_path::dense && !in_place) at += static_cast<i64>(most_cores) * window_bytes;
    if (c.has_images()) {
      index reach = c.steps.tap_columns * (length[kernel_columns] - 1) + 1, columns = length[out_columns];
      pixel = length[in_channels];
      if (c.path == conv_path::planes) {
        tap_words = (length[kernel_columns] + 3) >> 2;
        at += static_cast<i64>(length[groups]) * length[out_channels] * length[kernel_rows] * tap_words * 4;
        // Whole words of taps of four results are read.
        if (c.steps.tap_columns == 1) reach = 4 * tap_words;
        columns = (columns + 3) & ~3;
      } else if (length[kernel_rows] == 1 && length[kernel_columns] == 1) {
        pixel = packed_depth(pixel) + 4;
      }
      image_rows = c.steps.rows * (length[out_rows] - 1) + c.steps.tap_rows * (length[kernel_rows] - 1) + 1;
      image_columns = c.steps.columns * (columns - 1) + reach;
      image_row = image_columns * pixel;
      if (c.path == conv_path::planes) image_row = (image_row + 3) & ~3;
      image = image_rows * image_row;
      images = at;
      at += (static_cast<i64>(length[batch]) * length[groups] * image + 7) & ~i64{3};  // with a word behind the last window
    }
    planes = at;
    if (c.path == conv_path::depthwise && c.stride == 1) {
      band_columns = length[out_columns] < most_columns ? length[out_columns] : most_columns;
      pitch = 4 + ((columns_in(band_columns) + 3) & ~3);
      band_rows = most_plane_bytes / (4 * pitch) - 2;
      if (band_rows > length[out_rows]) band_rows = length[out_rows];
      plane_bytes = 4 * rows_in(band_rows) * pitch + 8;  // the next core's begin in other banks
      at += static_cast<i64>(most_cores) * plane_bytes;
    }
    end = at;
  }
};
}  // namespace deeploy::cluster
