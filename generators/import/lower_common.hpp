// SPDX-License-Identifier: Apache-2.0
// What several lowerings share: windows of convolutions and pools, checks of attributes.
#pragma once
#include <generators/import/lower.hpp>

namespace deeploy::import {
/// All axes but the last two.
inline dims leading(view const& v) {
  dims d;
  for (std::size_t i = 0; i + 2 < v.axes.size(); ++i) d.push_back(v.axes[i].length);
  return d;
}

/// Kernel, stride, dilation, padding and result of a sliding window, rows first; one-dimensional ones have one row.
struct sliding_window {
  std::int64_t kernel[2] = {1, 1}, stride[2] = {1, 1}, dilation[2] = {1, 1}, before[2] = {}, after[2] = {};
  dims out;  ///< rows, columns
};

/// Reads kernel_shape (must agree with `taps` where those are given), strides, dilations, pads and auto_pad.
std::optional<sliding_window> window_of(lowering& l, node const& n, view const& x, std::vector<view_axis> const& taps);
/// Are these attributes, where the node has them, integers of 32 bits? Reports those that are not.
bool fits(lowering& l, node const& n, std::initializer_list<char const*> names);
/// Writes stride, pad, dilation as parameters.
void write_window(lowered_layer& made, sliding_window const& w);
}  // namespace deeploy::import
