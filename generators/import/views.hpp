// SPDX-License-Identifier: Apache-2.0
// Strided views as arithmetic: how reshape, transpose and slice become addressing, and how a layout becomes strides.
#pragma once
#include <generators/import/graph.hpp>

namespace deeploy::import {
/// One axis of a view: how many, and how far apart in the numbering of the buffer's elements.
struct view_axis {
  std::int64_t length = 1;
  std::int64_t stride = 0;
  bool operator==(view_axis const&) const = default;
};

/// A strided window on a buffer. Elements are numbered 0 .. n-1 in the buffer's logical order (row-major over the shape that
/// it was made with); where an element lies in memory is the business of the buffer's layout.
struct view {
  int buffer = -1;
  std::int64_t offset = 0;
  std::vector<view_axis> axes;
  dims shape() const {
    dims d;
    for (auto const& a : axes) d.push_back(a.length);
    return d;
  }
  bool operator==(view const&) const = default;
};

std::vector<view_axis> row_major(dims const& shape);
view permuted(view const& v, std::vector<int> const& order);
/// The same elements under another shape, if strides can say it.
std::optional<view> reshaped(view const& v, dims const& shape);
/// Every `step`-th element of an axis from `start`; step may be negative only when `count` is at most one.
view sliced(view const& v, int axis, std::int64_t start, std::int64_t count, std::int64_t step);
/// numpy broadcasting to `shape`; the lengths must agree.
view broadcast_to(view const& v, dims const& shape);
/// The shape that two broadcast to; nothing when they do not.
std::optional<dims> broadcast_shape(dims const& a, dims const& b);
/// Does the view touch each of `elements` elements exactly once?
bool is_bijection(view const& v, std::int64_t elements);

/// A factor of a layout: element numbers (i * number_stride) % .. lie i * memory_stride elements apart. Factors of a buffer
/// multiply to its element count, largest number_stride first.
struct factor {
  std::int64_t length = 1;
  std::int64_t number_stride = 1;
  std::int64_t memory_stride = 1;
};
using layout = std::vector<factor>;

/// Strides in memory of a view: each axis is one or more dimensions (`parts`).
struct memory_window {
  std::int64_t offset = 0;
  std::vector<view_axis> dimensions;
  std::vector<int> parts;  ///< per axis of the view
};

/// A view seen through a layout; nothing when an axis straddles factors in a way that strides cannot say.
std::optional<memory_window> seen_through(view const& v, layout const& l);

/// The layout of a buffer whose elements, taken in the order of view v (a bijection), lie at `strides`.
layout layout_from(view const& v, std::vector<std::int64_t> const& strides);
}  // namespace deeploy::import
