// SPDX-License-Identifier: Apache-2.0
// job: what the 24 job registers of N-EUREKA say, decoded once.
#pragma once
#include <array>
#include <cstdint>

namespace simulator::neureka {
inline constexpr unsigned job_registers = 24;
using register_image = std::array<std::uint32_t, job_registers>;

/// Numbers of the job registers; register n lies at offset 0x20 + 4 n.
namespace job_register {
enum number : unsigned {
  weights_ptr,
  infeat_ptr,
  outfeat_ptr,
  scale_ptr,
  scale_shift_ptr,
  scale_bias_ptr,
  infeat_d0,
  infeat_d1,
  infeat_d2,
  outfeat_d0,
  outfeat_d1,
  outfeat_d2,
  weights_d0,
  weights_d1,
  weights_d2,
  remainder_ko_ki,
  remainder_ho_wo,
  remainder_hi_wi,
  number_ko_ki,
  number_ho_wo,
  padding,
  weight_offset,
  filter_mask,
  conf0
};
}  // namespace job_register
/// The register's name in the hardware's documents.
char const* name_of_register(unsigned number);

enum class mode : std::uint8_t {
  dense_3x3,
  depthwise_3x3,
  pointwise,
  none
};

/// Four sides of a window.
struct sides {
  unsigned top = 0, right = 0, bottom = 0, left = 0;
};

/// Output pixels that one tile computes at once, each way.
inline constexpr unsigned tile_pixels = 6;
/// Accumulators of one pixel.
inline constexpr unsigned accumulators = 32;
/// Bytes of one access to memory, and of one weight word.
inline constexpr unsigned word_bytes = 32;

/// A job as the registers describe it. Fields hold what the registers say, legal or not; rules.hpp judges them.
struct job {
  register_image registers{};

  mode kind = mode::none;
  unsigned weight_bits = 8;
  bool requantises = false;
  bool weights_in_weight_memory = false;
  bool prefetches = false;
  bool streams_in = false;
  bool relu = false;           ///< clip to 0..255 instead of -128..127
  bool channel_shift = false;  ///< shift from memory, one byte per output channel
  bool bias = false;
  bool signed_input = false;
  unsigned scale_bytes = 1;
  unsigned output_bytes = 1;
  unsigned shift = 0;

  std::int32_t weight_offset = 0;
  sides padding;
  std::int32_t padding_value = 0;
  sides mask;  ///< rows or columns of the filter that are off, from each side

  std::int64_t pixel_stride = 0, row_stride = 0;                // input, bytes
  std::int64_t output_pixel_stride = 0, output_row_stride = 0;  // bytes
  std::uint32_t weights = 0, input = 0, output = 0, scale = 0, shifts = 0, biases = 0;

  /// Tiles along output channels, input channels, rows and columns; the elements in the last tile of each.
  unsigned tiles_ko = 0, tiles_ki = 0, tiles_h = 0, tiles_w = 0;
  unsigned last_ko = 0, last_ki = 0, last_h = 0, last_w = 0;
  /// Rows and columns of the last tile's window that come from memory or top/left padding, as given (0: not said).
  unsigned last_input_h = 0, last_input_w = 0;

  bool dense() const { return kind != mode::depthwise_3x3; }
  unsigned taps() const { return kind == mode::pointwise ? 1 : 3; }
  /// Rows and columns of the input window of one tile.
  unsigned window() const { return tile_pixels + taps() - 1; }
  /// Channels in one input sub-tile.
  unsigned channel_tile() const { return kind == mode::pointwise ? 32 : 28; }
  /// Channels in one output tile.
  unsigned output_tile() const { return kind == mode::depthwise_3x3 ? 28 : 32; }
  /// Input sub-tiles that one output tile accumulates.
  unsigned steps_per_tile() const { return dense() ? tiles_ki : 1; }
  std::uint64_t tiles() const { return std::uint64_t{tiles_ko} * tiles_h * tiles_w; }
  unsigned ko(unsigned tile) const { return tile + 1 == tiles_ko ? last_ko : output_tile(); }
  unsigned ki(unsigned sub_tile) const { return sub_tile + 1 == tiles_ki ? last_ki : channel_tile(); }
  unsigned rows(unsigned tile) const { return tile + 1 == tiles_h ? last_h : tile_pixels; }
  unsigned columns(unsigned tile) const { return tile + 1 == tiles_w ? last_w : tile_pixels; }
  /// Weight words that one step reads.
  unsigned step_words(unsigned ko_count) const {
    return kind == mode::pointwise ? ko_count : kind == mode::dense_3x3 ? weight_bits * ko_count : weight_bits;
  }
  /// Memory accesses that the accumulators or results of one pixel take.
  unsigned output_words(unsigned ko_count) const { return output_bytes == 1 ? 1 : (ko_count + 7) / 8; }
  bool tap_enabled(unsigned r, unsigned s) const {
    return taps() == 1 || (r >= mask.top && r + mask.bottom < 3 && s >= mask.left && s + mask.right < 3);
  }
};

/// Which output tile: numbers along output channels, rows, columns.
struct tile_index {
  unsigned ko = 0, h = 0, w = 0;
  /// The hardware's order: output channels outermost, columns innermost. False after the last.
  bool next(job const& j) {
    if (++w < j.tiles_w) return true;
    w = 0;
    if (++h < j.tiles_h) return true;
    h = 0;
    return ++ko < j.tiles_ko;
  }
  bool last(job const& j) const { return ko + 1 == j.tiles_ko && h + 1 == j.tiles_h && w + 1 == j.tiles_w; }
};

job decode(register_image const& registers);

/// Multiply-accumulates that contribute to results: valid pixels and channels, taps that are on.
std::uint64_t multiply_accumulates(job const& j);
}  // namespace simulator::neureka
