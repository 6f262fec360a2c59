// SPDX-License-Identifier: Apache-2.0
// reach: how far the streamers of a job can address around its operands. All of it must lie in L1, whether or not it
// matters.
#pragma once
#include <npu/job.hpp>

namespace deeploy::npu {
/// Bytes relative to an operand's address: [begin, end).
struct reach {
  i64 begin = 0, end = 0;
};

/// Around job_addresses::input: whole windows of whole 6 x 6 tiles, padding's place included, 32 bytes each access.
constexpr reach input_reach(job_descriptor const& d) {
  i64 const begin = -(i64{d.pad_top} * d.input_row_stride + i64{d.pad_left} * d.input_pixel_stride);
  i64 const rows = i64{tiles_of(d.rows, tile_pixels)} * tile_pixels + d.filter() - 1;
  i64 const columns = i64{tiles_of(d.columns, tile_pixels)} * tile_pixels + d.filter() - 1;
  return {begin, begin + (rows - 1) * d.input_row_stride + (columns - 1) * d.input_pixel_stride +
                     i64{d.input_tiles() - 1} * input_tile(d.kind) + word_bytes};
}

namespace detail {
/// The end of what is addressed when every tile of channels takes whole words from its first channel on. The last
/// tile's words reach furthest: a word is longer than what the tile before goes beyond its end.
constexpr i64 end_of_channels(job_descriptor const& d, index element_bytes) {
  index const tile = output_tile(d.kind);
  i64 const last_begin = i64{d.output_tiles() - 1} * tile * element_bytes;
  i64 const last_bytes = i64{last_of(d.out_channels, tile)} * element_bytes;
  return last_begin + (last_bytes + word_bytes - 1) / word_bytes * word_bytes;
}
}  // namespace detail

/// Around job_addresses::output.
constexpr reach output_reach(job_descriptor const& d) {
  i64 const rows = i64{tiles_of(d.rows, tile_pixels)} * tile_pixels,
            columns = i64{tiles_of(d.columns, tile_pixels)} * tile_pixels;
  return {0, (rows - 1) * d.output_row_stride + (columns - 1) * d.output_pixel_stride +
                 detail::end_of_channels(d, d.output_32 ? 4 : 1)};
}
constexpr reach scale_reach(job_descriptor const& d) {
  return {0, d.requantise ? detail::end_of_channels(d, d.scale_32 ? 4 : 1) : 0};
}
constexpr reach shift_reach(job_descriptor const& d) {
  return {0, d.requantise && d.channel_shift ? detail::end_of_channels(d, 1) : 0};
}
constexpr reach bias_reach(job_descriptor const& d) {
  return {0, d.requantise && d.bias ? detail::end_of_channels(d, 4) : 0};
}

/// Memory that jobs may address: [begin, end).
struct address_range {
  u32 begin = 0x1000'0000, end = 0x1004'0000;
};

/// Whether every address that the job's streamers can emit to L1 lies in `l1`. Weights in weight memory are exact
/// anyway.
constexpr bool stays_inside(job_descriptor const& d, job_addresses const& a, address_range l1, bytes weight_bytes) {
  auto const inside = [&](u32 address, reach r) {
    return i64{address} + r.begin >= l1.begin && i64{address} + r.end <= l1.end;
  };
  if (!inside(a.input, input_reach(d)) || !inside(a.output, output_reach(d))) return false;
  if (!d.weights_in_weight_memory && !inside(a.weights, {0, weight_bytes})) return false;
  if (!d.requantise) return true;
  return inside(a.scale, scale_reach(d)) && (!d.channel_shift || inside(a.shift, shift_reach(d))) &&
         (!d.bias || inside(a.bias, bias_reach(d)));
}
}  // namespace deeploy::npu
