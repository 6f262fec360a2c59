// SPDX-License-Identifier: Apache-2.0
// Linear layers as jobs: rows as pixels of the 1x1 form, or one row folded into a single pixel of the 3x3 form.
#pragma once
#include <npu/job.hpp>

namespace deeploy::npu {
/// Rows of a matrix laid out as an image.
struct pixels {
  index rows = 1, columns = 1;
};

/// The factorisation rows * columns = tokens that takes the fewest 6 x 6 tiles.
constexpr pixels pixels_of(index tokens) {
  pixels best{tokens, 1};
  index fewest = tiles_of(tokens, tile_pixels);
  for (index columns = 2; columns * columns <= tokens; ++columns) {
    if (tokens % columns != 0) continue;
    index const tiles = tiles_of(columns, tile_pixels) * tiles_of(tokens / columns, tile_pixels);
    if (tiles < fewest) {
      fewest = tiles;
      best = {tokens / columns, columns};
    }
  }
  return best;
}

/// y[t][o] = sum over i of x[t][i] * weight[o][i] in 1x1 form, rows of x and y dense.
constexpr job_descriptor linear_job(index tokens, index inputs, index outputs, bytes output_bytes) {
  pixels const p = pixels_of(tokens);
  return {.kind = form::pointwise,
          .in_channels = inputs,
          .out_channels = outputs,
          .rows = p.rows,
          .columns = p.columns,
          .input_pixel_stride = inputs,
          .input_row_stride = inputs * p.columns,
          .output_pixel_stride = outputs * output_bytes,
          .output_row_stride = outputs * output_bytes * p.columns,
          .output_32 = output_bytes == 4};
}

/// One row in 3x3 form: the input is a 3 x 3 image of inputs / 9 channels, the result one pixel. 252 inputs a step
/// instead of
/// 32. `inputs` is a multiple of 9; what is left over is a second job that streams in.
constexpr job_descriptor folded_linear_job(index inputs, index outputs, bytes output_bytes) {
  index const channels = inputs / 9;
  return {.kind = form::dense_3x3,
          .in_channels = channels,
          .out_channels = outputs,
          .rows = 1,
          .columns = 1,
          .input_pixel_stride = channels,
          .input_row_stride = 3 * channels,
          .output_pixel_stride = outputs * output_bytes,
          .output_row_stride = outputs * output_bytes,
          .output_32 = output_bytes == 4};
}
/// The input of a folded row that meets weight (c, y, x).
constexpr index folded_input(index inputs, index c, index y, index x) { return (3 * y + x) * (inputs / 9) + c; }
}  // namespace deeploy::npu
