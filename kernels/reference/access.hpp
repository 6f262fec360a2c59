// SPDX-License-Identifier: Apache-2.0
// What reference kernels share: typed operands, the walk over a core's share of a tile, the requantised store.
#pragma once
#include <deeploy/kernel.hpp>
#include <deeploy/requantisation.hpp>

namespace deeploy::reference {
/// Subscripts of one element of a tile, one per axis of the layer.
struct subscripts {
  index of[max_axes] = {};
};

/// The operands of a call with their element types. `Memory` turns kernel_operand into a typed pointer, so that a test can
/// call the same loops inside the compiler.
template <kernel_class C, class Memory>
struct tile {
  kernel_arguments const& arguments;
  Memory memory;

  template <int o>
  using type = element_type<C.type[o]>;

  template <int o>
  constexpr auto* data() const {
    return memory.template get<type<o>, o>(arguments);
  }
  template <int o>
  constexpr index offset(subscripts const& i) const {
    kernel_operand const& with = arguments.with[o];
    index at = with.origin;
    for (int a = 0; a < max_axes; ++a) at += with.stride[a] * i.of[a];
    return at;
  }
  template <int o>
  constexpr i32 load(subscripts const& i) const {
    return static_cast<i32>(data<o>()[offset<o>(i)]);
  }
  template <int o>
  constexpr void store(subscripts const& i, i32 value) const {
    data<o>()[offset<o>(i)] = static_cast<type<o>>(value);
  }
  constexpr i32 value(int at) const { return arguments.values[at]; }
  /// Is the element that operand 0 has at axis position i (and window position j) inside of the tensor, not padding?
  constexpr bool inside(int axis, index i, int window_axis = -1, index j = 0) const {
    index at = arguments.first[axis] + arguments.step[axis] * i;
    if (window_axis >= 0) at += arguments.step[window_axis] * j;
    return at >= 0 && at < arguments.limit[axis];
  }

  /// Requantises with the class at `at` (present, rounding, scaled) and the six values at `values_at`; the scale operands
  /// are mul_operand and mul_operand + 1.
  template <int at, int values_at, int mul_operand>
  constexpr i32 requantised(i32 accumulator, subscripts const& i) const {
    if constexpr (C.classes[at] == 0) {
      return accumulator;
    } else {
      i32 const* v = arguments.values + values_at;
      requantisation const q{.round = static_cast<rounding>(C.classes[at + 1]), .shift = static_cast<u8>(v[0]),
                             .mul = v[1], .add = v[2], .zero = v[3], .low = v[4], .high = v[5]};
      if constexpr (C.classes[at + 2] != 0)
        return apply(q, accumulator, load<mul_operand>(i), load<mul_operand + 1>(i));
      else
        return apply(q, accumulator);
    }
  }
  /// The same for an operand that has no scale operands.
  template <int at, int values_at>
  constexpr i32 requantised(i32 x) const {
    return requantised<at, values_at, 0>(x, {});
  }
};

/// Memory on the target: the tile buffers.
struct tile_memory {
  template <class T, int o>
  constexpr T* get(kernel_arguments const& a) const {
    return static_cast<T*>(a.with[o].at);
  }
};

/// Calls f for every element of the box `lengths` (axes of length 1 count once) that is this core's share, in order.
template <class F>
constexpr void for_share(int core, int cores, index const (&lengths)[max_axes], F f) {
  i64 total = 1;
  for (index length : lengths) total *= length;
  i64 const begin = total * core / cores, end = total * (core + 1) / cores;
  if (begin >= end) return;
  subscripts i;
  i64 rest = begin;
  for (int a = max_axes - 1; a >= 0; --a) {
    i.of[a] = static_cast<index>(rest % lengths[a]);
    rest /= lengths[a];
  }
  for (i64 n = begin; n < end; ++n) {
    f(i);
    for (int a = max_axes - 1; a >= 0 && ++i.of[a] == lengths[a]; --a) i.of[a] = 0;
  }
}

/// floor(sqrt(n)), by bisection.
constexpr i64 square_root(i64 n) {
  i64 low = 0, high = i64{1} << 31;
  while (low + 1 < high) {
    i64 const middle = low + (high - low) / 2;
    if (middle * middle <= n)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/// The lengths of a tile with some axes taken out (length 1): a kernel walks those itself.
struct outer_lengths {
  index of[max_axes];
  constexpr outer_lengths(kernel_arguments const& a, u32 inner_axes) {
    for (int i = 0; i < max_axes; ++i) of[i] = inner_axes >> i & 1 ? 1 : a.length[i];
  }
};
}  // namespace deeploy::reference
