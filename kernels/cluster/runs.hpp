// SPDX-License-Identifier: Apache-2.0
// runs: the elements of a tile as few long runs. How elementwise and movement kernels walk any strides at full speed.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/team.hpp>
#include <deeploy/kernel.hpp>

namespace deeploy::cluster {
/// Most operands that a walk follows, and most axes of the layers that are walked.
inline constexpr int max_walked = 6, walked_axes = 6;

/// The operands of a walk, four bits each, the result last. An immediate: a table would be read from far memory.
struct walked_operands {
  u32 packed;
  int count;
  constexpr int operator[](int i) const { return static_cast<int>(packed >> (4 * i) & 15u); }
};
template <class... Number>
constexpr walked_operands walks(Number... numbers) {
  walked_operands w{0, 0};
  ((w.packed |= static_cast<u32>(numbers) << (4 * w.count++)), ...);
  return w;
}

/// A tile's axes, merged where all operands allow it, and where a core stands in them. Code that only tiles of several
/// runs need is shared by all kernels, so that the others stay small.
struct runs {
  index length;  ///< elements of a run
  index total;   ///< elements of all runs
  int axis;      ///< of the tile, that a run lies along
  int outer;     ///< axes outside of a run, innermost first
  index inside;  ///< elements of the current run that lie before the core's share
  index at[max_walked];
  index position[walked_axes];
  index outer_length[walked_axes];
  index outer_step[walked_axes][max_walked];

  /// Goes to row `inside / length` and in it to what remains, which is `inside` then.
  [[gnu::noinline]] void enter(kernel_arguments const& a, u32 packed, int count) {
    index row = inside / length;
    inside -= row * length;
    for (int i = 0; i < outer; ++i) {
      index const above = row / outer_length[i];
      position[i] = row - above * outer_length[i];
      for (int o = 0; o < count; ++o) at[o] += position[i] * outer_step[i][o];
      row = above;
    }
    move(a, packed, count, inside);
  }
  /// Goes to the beginning of the row.
  [[gnu::noinline]] void begin_row(kernel_arguments const& a, u32 packed, int count) {
    move(a, packed, count, -inside);
    inside = 0;
  }
  /// The innermost of the outer axes has come to its end: goes to the next run, which there is.
  [[gnu::noinline]] void next(int count) {
    for (int i = 0;;) {
      for (int o = 0; o < count; ++o) at[o] -= (outer_length[i] - 1) * outer_step[i][o];
      position[i++] = 0;
      for (int o = 0; o < count; ++o) at[o] += outer_step[i][o];
      if (++position[i] < outer_length[i]) return;
      for (int o = 0; o < count; ++o) at[o] -= outer_step[i][o];
    }
  }

 private:
  DEEPLOY_ALWAYS_INLINE void move(kernel_arguments const& a, u32 packed, int count, index elements) {
    for (int o = 0; o < count; ++o) at[o] += elements * a.with[walked_operands{packed, count}[o]].stride[axis];
  }
};

/// Sorts and merges several axes.
[[gnu::noinline]] inline void merge_found(kernel_arguments const& a, walked_operands walked, int steady, int* axes,
                                          int found, runs& r) {
  kernel_operand const& last = a.with[walked[walked.count - 1]];
  auto outside = [&](int axis) {  // is larger for axes further out
    bool const moves = steady >= 0 && a.with[walked[steady]].stride[axis] != 0;
    return last.stride[axis] + (moves ? index{1} << 30 : 0);
  };
  for (int i = 1; i < found; ++i) {
    int const axis = axes[i];
    index const key = outside(axis);
    int at = i;
    for (; at > 0 && outside(axes[at - 1]) > key; --at) axes[at] = axes[at - 1];
    axes[at] = axis;
  }
  r.axis = axes[0];
  r.length = a.length[r.axis];
  index* length = &r.length;
  index step[max_walked];
  for (int o = 0; o < walked.count; ++o) step[o] = a.with[walked[o]].stride[r.axis];
  for (int i = 1; i < found; ++i) {
    index const n = a.length[axes[i]];
    bool merges = true;
    for (int o = 0; o < walked.count; ++o) merges = merges && a.with[walked[o]].stride[axes[i]] == step[o] * *length;
    if (merges) {
      *length *= n;
      continue;
    }
    for (int o = 0; o < walked.count; ++o) step[o] = r.outer_step[r.outer][o] = a.with[walked[o]].stride[axes[i]];
    length = &r.outer_length[r.outer++];
    *length = n;
  }
}

/// Merges the axes of a tile. They are ordered by the last operand's stride, so that the run lies along its memory.
///
/// @param packed, count  the walked operands
/// @param without        bit a: axis a is no part of the walk
/// @param steady         number in `walked` of an operand that shall not move along a run where that is possible; or
/// none, -1
[[gnu::noinline]] inline void merge_axes(kernel_arguments const& a, u32 packed, int count, u32 without, int steady,
                                         runs& r) {
  int axes[walked_axes], found = 0;
  index total = 1;
  index const* n = a.length + walked_axes;
  do {
    --n;
    if (*n == 1) [[likely]]
      continue;
    int const i = static_cast<int>(n - a.length);
    if (without >> i & 1) continue;
    total *= *n;
    axes[found++] = i;
  } while (n != a.length);
  r.total = r.length = total;
  r.outer = 0;
  r.axis = found == 0 ? 0 : axes[0];
  if (found > 1) merge_found(a, {packed, count}, steady, axes, found, r);
}

/// The only axis of a layer that is longer than 1 (0 if there is none), apart from those in `without`; -1: there are
/// more.
constexpr int only_axis(layer_descriptor const& l, u32 without = 0) {
  int only = -1;
  for (int i = 0; i < l.axes; ++i) {
    if (l.space[i].length == 1 || without >> i & 1) continue;
    if (only >= 0) return -1;
    only = i;
  }
  return only < 0 ? 0 : only;
}

/// @tparam only  the layer's only_axis(): with one axis there is nothing to merge, and small tiles are done sooner
template <walked_operands walked, int only = -1>
DEEPLOY_ALWAYS_INLINE void merge_axes(kernel_arguments const& a, u32 without, int steady, runs& r) {
  if constexpr (only >= 0) {
    r.axis = only;
    r.length = r.total = without >> only & 1 ? 1 : a.length[only];
    r.outer = 0;
    return;
  }
  constexpr u32 packed = walked.packed;
  constexpr int count = walked.count;
  merge_axes(a, packed, count, without, steady, r);
}

/// Elements [begin, end) of `total` that are this core's share; begins at multiples of `granule`, a power of two.
struct core_share {
  index begin, end;
  constexpr core_share(index from, index to) : begin(from), end(to) {}
  constexpr core_share(index total, int core, int cores, index granule) {
    index const rounded = total + cores * granule - 1;
    index const part = (cores == team_cores ? rounded >> 3 : rounded / cores) & -granule;
    begin = core * part;
    end = begin + part;
    if (end > total) end = total;
  }
};

/// Calls f(n, at) for pieces of runs that together are this core's share: n elements, operand o from element at[o] on,
/// its neighbours step_of(a, r, o) apart.
///
/// @tparam walked  as given to merge_axes()
template <walked_operands walked, class F>
DEEPLOY_ALWAYS_INLINE void for_runs(kernel_arguments const& a, runs& r, core_share part, F f) {
  constexpr u32 packed = walked.packed;
  index rest = part.end - part.begin;
  if (rest <= 0) return;
#pragma GCC unroll 8
  for (int o = 0; o < walked.count; ++o) r.at[o] = a.with[walked[o]].origin;
  r.inside = part.begin;
  if (r.outer > 0) {
    r.enter(a, packed, walked.count);
  } else {
#pragma GCC unroll 8
    for (int o = 0; o < walked.count; ++o) r.at[o] += r.inside * a.with[walked[o]].stride[r.axis];
  }
  for (index n = r.length - r.inside;; n = r.length) {
    if (n > rest) n = rest;
    f(n, static_cast<index const*>(r.at));
    rest -= n;
    if (rest <= 0 || r.outer == 0) return;
    if (r.inside != 0) [[unlikely]] r.begin_row(a, packed, walked.count);
    if (++r.position[0] == r.outer_length[0]) {
      r.next(walked.count);
      continue;
    }
#pragma GCC unroll 8
    for (int o = 0; o < walked.count; ++o) r.at[o] += r.outer_step[0][o];
  }
}

/// Elements between neighbours of a run, for an operand of the call.
DEEPLOY_ALWAYS_INLINE index step_of(kernel_arguments const& a, runs const& r, int operand) {
  return a.with[operand].stride[r.axis];
}

template <class T>
DEEPLOY_ALWAYS_INLINE T* data(kernel_arguments const& a, int operand) {
  return static_cast<T*>(a.with[operand].at);
}
}  // namespace deeploy::cluster
