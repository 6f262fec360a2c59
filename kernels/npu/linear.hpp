// SPDX-License-Identifier: Apache-2.0
// One row of a linear layer folded into a single pixel of the 3x3 form: 252 inputs a step instead of 32.
#pragma once
#include <npu/job.hpp>

namespace deeploy::npu {
/// A row of inputs read as an image of 3 x 3 pixels. Pixels of a row lie side by side; the rows overlap by what 9 * channels
/// is more than there are inputs, so that the unit reads the row and nothing else.
struct folded_row {
  index channels = 0;    ///< of a pixel; bytes from one pixel to the next
  index row_stride = 0;  ///< bytes from one row of pixels to the next

  /// @param inputs  at least 64: few inputs overlap by more than a pixel
  constexpr explicit folded_row(index inputs) {
    channels = tiles_of(inputs, 9);
    channels += (inputs - channels) % 2;  // two rows' steps make up what one row of pixels leaves over
    row_stride = (inputs - 3 * channels) / 2;
  }
  constexpr index input(index c, index y, index x) const { return y * row_stride + x * channels + c; }
  /// Of inputs that two rows of pixels hold, only the upper one's has the weight.
  constexpr bool has_weight(index c, index y, index x) const { return y == 0 || x * channels + c >= 3 * channels - row_stride; }
  /// The weight that stands at (c, y, x).
  /// @param weight_of  called as weight_of(input)
  template <class Weight>
  constexpr i32 weight(index c, index y, index x, Weight&& weight_of) const {
    return has_weight(c, y, x) ? weight_of(input(c, y, x)) : 0;
  }
};
inline constexpr index least_folded_inputs = 64;

/// A row of which the unit takes whole steps of 252 inputs, folded, and the cores the others: as a part of the biases.
struct split_row {
  static constexpr index step = 252;
  index folded = 0;  ///< the unit's inputs
  index rest = 0;    ///< the cores'
  index pitch = 0;   ///< bytes of the cores' weights from one output to the next: whole words, with zeros

  constexpr explicit split_row(index inputs) : folded(inputs / step * step), rest(inputs - folded), pitch((rest + 3) & ~3) {}
};

/// Makes a job of 1x1 form on one row one of 3x3 form.
constexpr job_descriptor folded(job_descriptor d) {
  folded_row const row(d.in_channels);
  d.kind = form::dense_3x3;
  d.in_channels = row.channels;
  d.input_pixel_stride = row.channels;
  d.input_row_stride = row.row_stride;
  return d;
}
}  // namespace deeploy::npu
