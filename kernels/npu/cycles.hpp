// SPDX-License-Identifier: Apache-2.0
// job_cycles: how long a job keeps the unit busy, by the model fitted to the chip's register-transfer simulations.
#pragma once
#include <npu/job.hpp>

namespace deeploy::npu {
/// Busy cycles of a job, stalls apart.
///
/// @param weight_memory_cycles  per 32-byte word from weight memory: 1 by the published peaks, 2 in simulations with
/// SRAM.
///                              Words from L1 take one cycle.
constexpr i64 job_cycles(job_descriptor const& d, int weight_memory_cycles) {
  bool const dense = d.kind != form::depthwise_3x3;
  i64 const window = d.kind == form::pointwise ? 36 : 64;  // always fetched whole
  i64 const load = window + 6;
  i64 const k = d.weights_in_weight_memory ? weight_memory_cycles : 1;
  i64 const pixels = i64{tiles_of(d.rows, tile_pixels)} * tiles_of(d.columns, tile_pixels);
  i64 const steps = dense ? d.input_tiles() : 1;
  i64 const between = d.prefetch ? 1 : load;
  index const tile = output_tile(d.kind), tiles = d.output_tiles();
  auto const up = [](i64 n, i64 by) {
    return (n + by - 1) / by;
  };
  // One input sub-tile; with prefetch it takes at least as long as the next window's load.
  auto const step = [&](i64 ko, bool last) {
    i64 const words = d.kind == form::pointwise ? ko : dense ? d.weight_bits * ko : d.weight_bits;
    i64 const products = (dense ? 6 : ko + 4) + k * words + 5;
    return d.prefetch && !last && products < window + 8 ? window + 8 : products;
  };
  auto const results = [&](i64 ko) {
    i64 const words = d.output_32 ? up(ko, 8) : 1;
    i64 c = tile_pixels * tile_pixels * words + 3;
    if (d.stream_in) c *= 2;  // not in the fitted model: taken as the stream out
    if (d.requantise) c += (d.channel_shift ? 8 : 0) + (d.scale_32 ? ko : up(ko, 4)) + 9 + (d.bias ? up(ko, 8) + 8 : 0);
    return c;
  };
  auto const group = [&](i64 ko) {
    return pixels * (steps * (step(ko, false) + 2 + between) + results(ko));
  };
  i64 const last = detail::last_of(d.out_channels, tile);
  return load + i64{tiles - 1} * group(tile) + group(last) - between - (step(last, false) - step(last, true));
}
}  // namespace deeploy::npu
