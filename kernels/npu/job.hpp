// SPDX-License-Identifier: Apache-2.0
// job: the 24 register words of one N-EUREKA job, built from what the job is to compute.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy::npu {
/// How the unit walks weights: 28 input channels x 9 taps, 28 channels each by itself, or 32 input channels a word.
enum class form : u8 {
  dense_3x3,
  depthwise_3x3,
  pointwise
};

inline constexpr int job_words = 24;
inline constexpr index tile_pixels = 6;  ///< output pixels of one tile, each way
inline constexpr bytes word_bytes = 32;  ///< one access of a streamer, one weight word

constexpr index filter_size(form kind) { return kind == form::pointwise ? 1 : 3; }
constexpr index input_tile(form kind) { return kind == form::pointwise ? 32 : 28; }
constexpr index output_tile(form kind) { return kind == form::depthwise_3x3 ? 28 : 32; }
constexpr index tiles_of(index extent, index tile) { return (extent + tile - 1) / tile; }

/// One job, addresses apart: all of it may be known at compile time.
struct job_descriptor {
  form kind = form::pointwise;
  index in_channels = 32, out_channels = 32;  ///< depthwise: equal
  index rows = 1, columns = 1;                ///< output pixels
  /// Rows and columns of padding that this job sees, 0 to 2: those of the image's real borders only.
  index pad_top = 0, pad_right = 0, pad_bottom = 0, pad_left = 0;
  u8 pad_value = 0;
  bytes input_pixel_stride = 32, input_row_stride = 32;
  bytes output_pixel_stride = 32, output_row_stride = 32;
  int weight_bits = 8;       ///< 2 to 8
  i32 weight_offset = -128;  ///< weight = code + offset
  bool signed_input = true;
  bool weights_in_weight_memory = true;
  bool prefetch = true;
  bool stream_in = false;  ///< add to the 32-bit accumulators that lie at the output
  bool output_32 = false;
  // Requantisation: clip((accumulator * scale + bias) >> shift), see requant.hpp for when that is the operator's.
  bool requantise = false;
  bool scale_32 = true;
  bool bias = true;
  bool channel_shift = false;  ///< shifts from memory, one byte a channel
  int shift = 0;
  bool unsigned_output = false;  ///< clip to 0..255 instead of -128..127

  constexpr bool operator==(job_descriptor const&) const = default;
  constexpr index filter() const { return filter_size(kind); }
  /// Rows and columns of real input that the job reads.
  constexpr index input_rows() const { return rows + filter() - 1 - pad_top - pad_bottom; }
  constexpr index input_columns() const { return columns + filter() - 1 - pad_left - pad_right; }
  constexpr index output_tiles() const { return tiles_of(out_channels, output_tile(kind)); }
  constexpr index input_tiles() const { return tiles_of(in_channels, input_tile(kind)); }
};

/// Where the operands of one run of a job lie. L1 addresses are global ones.
struct job_addresses {
  u32 input = 0;  ///< of the first real pixel, padding not counted
  u32 output = 0;
  u32 weights = 0;  ///< in L1, or an offset into weight memory, a multiple of 32
  u32 scale = 0, shift = 0, bias = 0;
};

/// The register image; word n goes to offset 0x20 + 4 n.
struct job {
  u32 word[job_words] = {};
  constexpr bool operator==(job const&) const = default;
};

/// Why a job cannot be built; null when it can.
constexpr char const* problem_of(job_descriptor const& d) {
  if (d.in_channels < 1 || d.out_channels < 1 || d.rows < 1 || d.columns < 1) return "an extent is less than 1";
  if (d.kind == form::depthwise_3x3 && d.in_channels != d.out_channels)
    return "depthwise needs as many outputs as inputs";
  if (d.output_tiles() > 0xffff || d.input_tiles() > 0xffff) return "more than 65535 tiles of channels";
  if (tiles_of(d.rows, tile_pixels) > 0xffff || tiles_of(d.columns, tile_pixels) > 0xffff)
    return "more than 65535 tiles of pixels";
  index const pads[] = {d.pad_top, d.pad_right, d.pad_bottom, d.pad_left};
  for (index pad : pads)
    if (pad < 0 || pad > 2) return "padding is not 0 to 2";
  if (d.kind == form::pointwise && (d.pad_top | d.pad_right | d.pad_bottom | d.pad_left) != 0)
    return "padding in 1x1 form";
  if (d.input_rows() < 1 || d.input_columns() < 1) return "no row or column of real input";
  // The tile before the last would read memory where padding is meant.
  if (d.pad_bottom == 2 && d.rows > tile_pixels && d.rows % tile_pixels == 1)
    return "two rows of padding below a last tile of one";
  if (d.pad_right == 2 && d.columns > tile_pixels && d.columns % tile_pixels == 1)
    return "two columns of padding beyond a last tile of one";
  if (d.signed_input && d.pad_value != 0) return "a padding value other than 0 with signed input";
  if (d.weight_bits < 2 || d.weight_bits > 8) return "weights of other than 2 to 8 bits";
  if (d.weight_offset < -256 || d.weight_offset > 255) return "a weight offset outside -256 to 255";
  if (d.shift < 0 || d.shift > 31) return "a shift outside 0 to 31";
  if (d.stream_in && !d.output_32) return "stream-in with 8-bit output";
  return nullptr;
}

namespace detail {
/// Elements in the last tile.
constexpr u32 last_of(index extent, index tile) { return static_cast<u32>((extent - 1) % tile + 1); }
constexpr u32 halves(u32 high, u32 low) { return high << 16 | low; }
}  // namespace detail

/// Words 0 to 5: all that changes when operands move. The input pointer is that of the padded origin.
constexpr void set_addresses(job& j, job_descriptor const& d, job_addresses const& a) {
  j.word[0] = a.weights;
  j.word[1] = a.input - static_cast<u32>(d.pad_top * d.input_row_stride + d.pad_left * d.input_pixel_stride);
  j.word[2] = a.output;
  j.word[3] = a.scale;
  j.word[4] = a.shift;
  j.word[5] = a.bias;
}

/// The register image of a job for which problem_of() is null.
constexpr job make_job(job_descriptor const& d, job_addresses const& a = {}) {
  job j;
  set_addresses(j, d, a);
  u32 const halo = static_cast<u32>(d.filter() - 1);
  index const ki = d.input_tiles(), ko = d.output_tiles();
  j.word[6] = static_cast<u32>(d.input_pixel_stride);
  j.word[7] = static_cast<u32>(d.input_row_stride);
  j.word[9] = word_bytes;
  j.word[10] = static_cast<u32>(d.output_pixel_stride);
  j.word[11] = static_cast<u32>(d.output_row_stride);
  j.word[12] = word_bytes;
  j.word[13] = d.kind == form::depthwise_3x3
                   ? 0
                   : static_cast<u32>(word_bytes * ki * (d.kind == form::pointwise ? 1 : d.weight_bits));
  u32 const last_rows = detail::last_of(d.rows, tile_pixels), last_columns = detail::last_of(d.columns, tile_pixels);
  j.word[15] = detail::halves(detail::last_of(d.out_channels, output_tile(d.kind)),
                              detail::last_of(d.in_channels, input_tile(d.kind)));
  j.word[16] = detail::halves(last_rows, last_columns);
  j.word[17] = detail::halves(last_rows + halo - static_cast<u32>(d.pad_bottom),
                              last_columns + halo - static_cast<u32>(d.pad_right));
  j.word[18] = detail::halves(static_cast<u32>(ko), static_cast<u32>(ki));
  j.word[19] = detail::halves(static_cast<u32>(tiles_of(d.rows, tile_pixels)),
                              static_cast<u32>(tiles_of(d.columns, tile_pixels)));
  j.word[20] = static_cast<u32>(d.pad_top) << 28 | static_cast<u32>(d.pad_right) << 24 |
               static_cast<u32>(d.pad_bottom) << 20 | static_cast<u32>(d.pad_left) << 16 | d.pad_value;
  j.word[21] = static_cast<u32>(d.weight_offset);
  auto const flag = [](bool on, int bit) {
    return static_cast<u32>(on) << bit;
  };
  u32 const mode = d.kind == form::dense_3x3 ? 0 : d.kind == form::depthwise_3x3 ? 1 : 2;
  // Bit 11 (no rounding) and bit 15 (one weight offset for the layer) are set as the chip's tests and libraries do.
  j.word[23] = static_cast<u32>(d.weight_bits - 1) | flag(d.requantise, 4) | mode << 5 |
               flag(d.weights_in_weight_memory, 9) | flag(d.prefetch, 10) | flag(true, 11) | flag(d.scale_32, 13) |
               flag(d.stream_in, 14) | flag(true, 15) | static_cast<u32>(d.shift) << 16 | flag(d.output_32, 22) |
               flag(!d.unsigned_output, 23) | flag(d.channel_shift, 24) | flag(d.bias, 25) | flag(d.signed_input, 26);
  return j;
}
}  // namespace deeploy::npu
