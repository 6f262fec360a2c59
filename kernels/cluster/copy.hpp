// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::copy.
#pragma once
#include <cluster/element_mapping.hpp>
#include <cluster/move_elements.hpp>
#include <cluster/small_copy.hpp>
#include <deeploy/op/copy.hpp>

namespace deeploy::cluster {
/// Elements of one size moved. @cores all; each takes an equal part of the result
template <bytes size, int only>
struct copy_elements {
  static void run(int core, int cores, kernel_arguments const& a) {
    using T = typename element_of_size<size>::type;
    constexpr walked_operands walked = walks(0, 1);
    runs r;
    merge_axes<walked, only>(a, 0, -1, r);
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      move_elements<T>(reinterpret_cast<u8*>(data<T>(a, 1) + at[1]), step_of(a, r, 1) * size,
                       reinterpret_cast<u8 const*>(data<T>(a, 0) + at[0]), step_of(a, r, 0) * size, n);
    });
  }
};

/// Elements that change their type.
template <element from, element to>
struct convert_elements {
  static void run(int core, int cores, kernel_arguments const& a) {
    using x_t = element_type<from>;
    using y_t = element_type<to>;
    constexpr walked_operands walked = walks(0, 1);
    runs r;
    merge_axes<walked>(a, 0, -1, r);
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      u8 const* x = reinterpret_cast<u8 const*>(data<x_t>(a, 0) + at[0]);
      u8* y = reinterpret_cast<u8*>(data<y_t>(a, 1) + at[1]);
      for (; n > 0; --n)
        rows::put<y_t>(y, rows::next<x_t>(x, static_cast<i32>(step_of(a, r, 0) * sizeof(x_t))),
                       static_cast<i32>(step_of(a, r, 1) * sizeof(y_t)));
    });
  }
};

/// Do both operands keep the axes of the layer in one order, without gaps?
constexpr bool runs_merge(layer_descriptor const& l, int from, int to) {
  operand const &x = l.with[from], &y = l.with[to];
  if (x.rank != y.rank) return false;
  for (int i = 0; i < x.rank; ++i)
    if (x.dim[i].axis != y.dim[i].axis || x.dim[i].stride != y.dim[i].stride || x.dim[i].scale != 1 ||
        x.dim[i].shift != 0)
      return false;
  return true;
}

/// The axis along which an operand's neighbours lie; -1: there is none.
constexpr int innermost_axis(operand const& o) {
  for (int i = o.rank - 1; i >= 0; --i)
    if (o.dim[i].stride == 1) return o.dim[i].axis;
  return -1;
}
/// Do both operands run along one axis?
constexpr bool runs_together(operand const& x, operand const& y) {
  int const inner = innermost_axis(y);
  for (int i = 0; i < x.rank; ++i)
    if (x.dim[i].stride == 1 && x.dim[i].axis == inner && x.dim[i].scale == 1) return true;
  return false;
}

/// Cycles of moving the elements of a tile to operand `to`: words where both sides run along the same axis.
constexpr i64 move_cycles(layer_descriptor const& l, index const* tile, int from, int to) {
  index const size = size_of(l.with[to].of->type);
  operand const &x = l.with[from], &y = l.with[to];
  int const inner = innermost_axis(y);
  bool const together = runs_together(x, y);
  i64 const elements = (elements_of(l, tile) + 7) / 8;
  i64 const run = inner < 0 ? 1 : tile[inner];
  // Across, strides are often multiples of all banks' width: cores then wait for one bank.
  i64 const eighths = x.of->type != y.of->type && size != 1 ? 60 : together ? 7 * size : size == 1 ? 34 : 62;
  // Runs that follow each other in both places become one; others cost their set-up each.
  constexpr i64 apart = 150;  // finding out which axes join
  return walk_cycles + (elements * eighths + 7) / 8 + (runs_merge(l, from, to) ? 0 : apart + (elements + run - 1) / run * 50);
}
/// The same of small tiles, which are lowered.
constexpr bool is_small_copy(layer_descriptor const& l, index const* tile) {
  element const x = l.with[0].of->type, y = l.with[1].of->type;
  return (x == y || (is_byte(x) && is_byte(y))) && elements_of(l, tile) * size_of(y) <= most_small_copy_bytes;
}
constexpr i64 small_copy_cycles(layer_descriptor const& l, index const* tile) {
  constexpr i64 call = 150, call_of_line = 60;
  index const size = size_of(l.with[1].of->type);
  int const inner = innermost_axis(l.with[1]);
  i64 const all = elements_of(l, tile), elements = (all + 7) / 8;
  if (runs_merge(l, 0, 1)) return call_of_line + 25 + (elements * size + 7) / 8 * 5;
  bool const together = inner >= 0 && runs_together(l.with[0], l.with[1]);
  i64 bytes = together ? tile[inner] * i64{size} : size;
  // What is left behind whole words is counted for whole runs only: a longer run would be cheaper otherwise.
  if (together && tile[inner] < l.space[inner].length && bytes > 1) bytes = (bytes + 3) / 4 * 4;
  i64 const runs = (all * size / (together ? tile[inner] * i64{size} : size) + 7) / 8;
  return call + runs * (bytes == 1 ? 6 : bytes == 4 ? 13 : 25 + bytes / 8 * 5 + bytes % 4 * 5);
}
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::copy_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    return cluster::is_small_copy(l, tile) ? cluster::small_copy_cycles(l, tile) : cluster::move_cycles(l, tile, 0, 1);
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int, index const* tile) {
    if (cluster::is_small_copy(l, tile)) return 320;
    return cluster::runs_together(l.with[0], l.with[1]) ? 800 : 960;
  }
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code = [] {
    constexpr element x = L.with[0].of->type, y = L.with[1].of->type;
    if constexpr (x == y || (cluster::is_byte(x) && cluster::is_byte(y)))
      return kernel_code{{&cluster::copy_elements<size_of(y), cluster::only_axis(L)>::run}, &cluster::small_copy<size_of(y)>::lower};
    else
      return kernel_code{{&cluster::convert_elements<x, y>::run}};
  }();
};
}  // namespace deeploy
