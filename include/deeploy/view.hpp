// SPDX-License-Identifier: Apache-2.0
// view<Tensor, {...}>: a strided window into a tensor. How transpose, reshape, slice, concat and cache append cost nothing.
#pragma once
#include <deeploy/tensor.hpp>

namespace deeploy {
/// The extents of a window, outermost first; how many there are is its rank.
struct extent_list {
  u8 rank = 0;
  extent of[max_rank] = {};
  constexpr extent_list() = default;
  template <class... E>
    requires(sizeof...(E) >= 1 && sizeof...(E) <= max_rank)
  constexpr extent_list(E... extents) : rank(sizeof...(E)), of{extent(extents)...} {}
  constexpr extent const& operator[](int i) const { return of[i]; }
};

/// A strided window: which element the first one is and how far apart neighbours are, in elements of the storage.
///
/// A logical axis is usually one dimension. With `parts` it is several: {.of = {8, 16, 4}, .stride = {4, 32, 1},
/// .parts = {1, 2}} has two logical axes, 8 and 16 x 4 = 64, the second spread over two strides (attention heads that
/// lie apart, read as one axis).
struct window {
  index offset = 0;
  extent_list of = {};
  index stride[max_rank] = {};
  u8 parts[max_rank] = {};  ///< dimensions per logical axis; zero means one
  u8 slide_slot = 0;        ///< run-time slot that moves the window: it begins at offset + slide_step * (actual - 1)
  index slide_step = 0;

  constexpr int rank() const { return of.rank; }
  constexpr int parts_of(int axis) const { return parts[axis] == 0 ? 1 : parts[axis]; }
  /// First dimension of a logical axis.
  constexpr int first_of(int axis) const {
    int dimension = 0;
    for (int i = 0; i < axis; ++i) dimension += parts_of(i);
    return dimension;
  }
  constexpr int logical_rank() const {
    int axes = 0;
    for (int dimension = 0; dimension < rank(); ++axes) dimension += parts_of(axes);
    return axes;
  }
  constexpr extent logical_extent(int axis) const {
    extent e = of[first_of(axis)];
    for (int i = 1; i < parts_of(axis); ++i) e.value *= of[first_of(axis) + i].value;
    return e;
  }
};

namespace detail {
constexpr window whole(tensor_descriptor const& t) {
  window w;
  w.of.rank = t.rank;
  for (int i = 0; i < t.rank; ++i) {
    w.of.of[i] = t.of[i];
    w.stride[i] = t.stride[i];
  }
  return w;
}
}  // namespace detail

/// A window into tensor T; stands wherever a tensor may stand as a layer's operand.
template <Tensor T, window w>
struct view {};

/// The tensor behind an operand that is a tensor or a view, and the window.
template <class V>
struct viewed {
  using type = V;
  static constexpr window where = detail::whole(V::descriptor);
};
template <Tensor T, window w>
struct viewed<view<T, w>> {
  using type = T;
  static constexpr window where = w;
};

/// Satisfied by a tensor, a constant, or a view of one.
template <class V>
concept Operand = Tensor<typename viewed<V>::type>;
}  // namespace deeploy
