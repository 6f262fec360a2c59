// SPDX-License-Identifier: Apache-2.0
// View arithmetic. All of it is exact; what strides cannot say is refused, and the caller copies.
#include <algorithm>
#include <generators/import/views.hpp>

namespace deeploy::import {
std::vector<view_axis> row_major(dims const& shape) {
  std::vector<view_axis> axes(shape.size());
  std::int64_t next = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    axes[i] = {shape[i], next};
    next *= shape[i];
  }
  return axes;
}

view permuted(view const& v, std::vector<int> const& order) {
  view r{v.buffer, v.offset, {}};
  for (int i : order) r.axes.push_back(v.axes[i]);
  return r;
}

std::optional<view> reshaped(view const& v, dims const& shape) {
  view r{v.buffer, v.offset, {}};
  if (elements_of(shape) == 0) {
    for (std::int64_t n : shape) r.axes.push_back({n, 0});
    return r;
  }
  std::vector<view_axis> from;  // without axes of length one
  for (auto const& a : v.axes)
    if (a.length != 1) from.push_back(a);
  std::size_t i = 0;
  r.axes.resize(shape.size());
  // Groups of axes on both sides that multiply to the same length; each must be walked by one stride.
  for (std::size_t j = 0; j < shape.size();) {
    if (shape[j] == 1) {
      r.axes[j++] = {1, 0};
      continue;
    }
    std::size_t const first_from = i, first_to = j;
    std::int64_t have = i < from.size() ? from[i++].length : 1, want = shape[j++];
    while (have != want) {
      if (have < want) {
        if (i == from.size()) return std::nullopt;
        have *= from[i++].length;
      } else {
        if (j == shape.size()) return std::nullopt;
        want *= shape[j++];
      }
    }
    for (std::size_t k = first_from; k + 1 < i; ++k)
      if (from[k].stride != from[k + 1].stride * from[k + 1].length) return std::nullopt;
    std::int64_t stride = i > 0 ? from[i - 1].stride : 0;
    for (std::size_t k = j; k-- > first_to;) {
      r.axes[k] = {shape[k], stride};
      stride *= shape[k];
    }
  }
  return r;
}

view sliced(view const& v, int axis, std::int64_t start, std::int64_t count, std::int64_t step) {
  view r = v;
  r.offset += start * v.axes[axis].stride;
  r.axes[axis] = {count, v.axes[axis].stride * step};
  return r;
}

view broadcast_to(view const& v, dims const& shape) {
  view r{v.buffer, v.offset, {}};
  std::size_t const missing = shape.size() - v.axes.size();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i < missing || (v.axes[i - missing].length == 1 && shape[i] != 1))
      r.axes.push_back({shape[i], 0});
    else
      r.axes.push_back(v.axes[i - missing]);
  }
  return r;
}

std::optional<dims> broadcast_shape(dims const& a, dims const& b) {
  dims r(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < r.size(); ++i) {
    std::int64_t const x = i < a.size() ? a[a.size() - 1 - i] : 1, y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    r[r.size() - 1 - i] = x == 1 ? y : x;
  }
  return r;
}

bool is_bijection(view const& v, std::int64_t elements) {
  if (v.offset != 0 || elements_of(v.shape()) != elements) return false;
  std::vector<view_axis> axes;
  for (auto const& a : v.axes)
    if (a.length != 1) axes.push_back(a);
  std::sort(axes.begin(), axes.end(), [](auto const& a, auto const& b) { return a.stride < b.stride; });
  std::int64_t next = 1;
  for (auto const& a : axes) {
    if (a.stride != next) return false;
    next *= a.length;
  }
  return true;
}

std::optional<memory_window> seen_through(view const& v, layout const& l) {
  memory_window w;
  std::vector<std::int64_t> reach(l.size(), 0);  // largest digit that the view touches, per factor
  for (std::size_t f = 0; f < l.size(); ++f) {
    std::int64_t const digit = v.offset / l[f].number_stride % l[f].length;
    w.offset += digit * l[f].memory_stride;
    reach[f] = digit;
  }
  for (view_axis const& axis : v.axes) {
    if (axis.length == 1 || axis.stride == 0 || l.empty()) {
      w.dimensions.push_back({axis.length, axis.length == 1 ? 0 : axis.stride});
      w.parts.push_back(1);
      continue;
    }
    if (axis.stride < 0) return std::nullopt;
    // The factor that the stride falls into; what does not fit into it goes on in the next larger one.
    std::size_t f = 0;
    while (f < l.size() && l[f].number_stride > axis.stride) ++f;
    if (f == l.size() || axis.stride % l[f].number_stride != 0) return std::nullopt;
    std::vector<view_axis> parts;  // innermost first
    std::int64_t left = axis.length, step = axis.stride / l[f].number_stride;
    for (;;) {
      bool const last = f == 0 || (left - 1) * step + v.offset / l[f].number_stride % l[f].length < l[f].length;
      if (last) {
        parts.push_back({left, step * l[f].memory_stride});
        reach[f] += (left - 1) * step;
        break;
      }
      if (l[f].length % step != 0) return std::nullopt;
      std::int64_t const inner = l[f].length / step;
      if (left % inner != 0) return std::nullopt;
      if (inner > 1) {
        parts.push_back({inner, step * l[f].memory_stride});
        reach[f] += (inner - 1) * step;
      }
      left /= inner;
      step = 1;
      --f;
    }
    // Parts that one stride can walk are one part.
    std::vector<view_axis> merged;
    for (view_axis const& p : parts) {
      if (!merged.empty() && p.stride == merged.back().stride * merged.back().length)
        merged.back().length *= p.length;
      else
        merged.push_back(p);
    }
    w.parts.push_back(static_cast<int>(merged.size()));
    w.dimensions.insert(w.dimensions.end(), merged.rbegin(), merged.rend());
  }
  for (std::size_t f = 0; f < l.size(); ++f)
    if (reach[f] >= l[f].length) return std::nullopt;  // digits would carry
  return w;
}

layout layout_from(view const& v, std::vector<std::int64_t> const& strides) {
  layout l;
  for (std::size_t i = 0; i < v.axes.size(); ++i)
    if (v.axes[i].length != 1) l.push_back({v.axes[i].length, v.axes[i].stride, strides[i]});
  std::sort(l.begin(), l.end(), [](factor const& a, factor const& b) { return a.number_stride > b.number_stride; });
  if (l.empty()) l.push_back({1, 1, 1});
  return l;
}
}  // namespace deeploy::import
