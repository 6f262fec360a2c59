// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::pad.
#pragma once
#include <cluster/copy.hpp>
#include <reference/pad.hpp>

namespace deeploy::cluster {
/// Elements of one size padded. Lines run along the result's innermost axis, with the next ones while nothing is padded
/// on the inner side; a line is padding, elements, padding. @cores all; each takes an equal part of the lines
template <bytes size, int rank>
struct pad_elements {
  static void run(int core, int cores, kernel_arguments const& a) {
    using T = typename element_of_size<size>::type;
    kernel_operand const &x = a.with[0], &y = a.with[1];
    int axes[max_axes] = {}, count = 0;
    for (int i = 0; i < rank; ++i) {
      if (a.length[i] == 1 && a.limit[i] == 1 && a.first[i] == 0) continue;
      int at = count++;
      for (; at > 0 && y.stride[axes[at - 1]] > y.stride[i]; --at) axes[at] = axes[at - 1];
      axes[at] = i;
    }
    if (count == 0) {
      axes[0] = 0;
      count = 1;
    }
    // The line: axes[0 .. inner], all but the last without padding.
    int inner = 0;
    index unit = 1;  // elements of the line per step of axes[inner]
    auto whole = [&](int i) { return a.first[i] == 0 && a.limit[i] == a.length[i]; };
    while (inner + 1 < count && whole(axes[inner]) &&
           x.stride[axes[inner + 1]] == x.stride[axes[0]] * unit * a.length[axes[inner]] &&
           y.stride[axes[inner + 1]] == y.stride[axes[0]] * unit * a.length[axes[inner]])
      unit *= a.length[axes[inner++]];
    int const line_axis = axes[inner];
    index const x_on = x.stride[axes[0]] * size, y_on = y.stride[axes[0]] * size;
    // Subscripts of x along the line begin at first: that many before it are padding.
    index const length = a.length[line_axis], first = a.first[line_axis], limit = a.limit[line_axis];
    index const before = first >= 0 ? 0 : -first < length ? -first : length;
    index behind = limit - first < length ? limit - first : length;
    if (behind < before) behind = before;
    i32 const value = a.values[0];
    index lines = 1;
    for (int i = inner + 1; i < count; ++i) lines *= a.length[axes[i]];
    core_share const mine(lines, core, cores, 1);
    for (index line = mine.begin; line < mine.end; ++line) {
      index rest = line, from = x.origin, to = y.origin;
      bool inside = true;
      for (int i = inner + 1; i < count; ++i) {
        int const axis = axes[i];
        index const above = rest / a.length[axis], at = rest - above * a.length[axis], subscript = a.first[axis] + at;
        inside = inside && subscript >= 0 && subscript < a.limit[axis];
        from += at * x.stride[axis];
        to += at * y.stride[axis];
        rest = above;
      }
      u8* out = reinterpret_cast<u8*>(data<T>(a, 1) + to);
      if (!inside) {
        fill_elements<T>(out, y_on, value, length * unit);
        continue;
      }
      fill_elements<T>(out, y_on, value, before * unit);
      move_elements<T>(out + before * unit * y_on, y_on,
                       reinterpret_cast<u8 const*>(data<T>(a, 0)) + (from * size + before * unit * x_on), x_on,
                       (behind - before) * unit);
      fill_elements<T>(out + behind * unit * y_on, y_on, value, (length - behind) * unit);
    }
  }
};

/// A line of a tile: see pad_elements. Cuts are taken not to end it, so that no tile is cheaper than a shorter one.
struct padded_line {
  i64 elements = 1;
  int axes = 0;
};
constexpr padded_line padded_line_of(layer_descriptor const& l, index const* tile) {
  operand const &x = l.with[0], &y = l.with[1];
  padded_line line;
  i64 x_next = 1, y_next = 1;
  // Axes from the innermost on, up to the first one that is padded.
  for (bool joins = true; joins;) {
    joins = false;
    for (int i = 0; i < y.rank && !joins; ++i) {
      dimension const& to = y.dim[i];
      if (to.axis < 0 || l.space[to.axis].length == 1 || to.stride != y_next) continue;
      dimension from;
      for (int k = 0; k < x.rank; ++k)
        if (x.dim[k].axis == to.axis) from = x.dim[k];
      if (line.axes != 0 && from.stride != x_next) return line;
      line.elements *= tile[to.axis];
      ++line.axes;
      joins = from.length == l.space[to.axis].length;
      if (!joins) return line;
      x_next = i64{from.stride} * from.length;
      y_next = i64{to.stride} * to.length;
    }
  }
  return line;
}
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::pad_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    // What is set up per line costs a division for each axis outside of it.
    cluster::padded_line const line = cluster::padded_line_of(l, tile);
    i64 const size = size_of(l.with[1].of->type), lines = (cluster::elements_of(l, tile) / line.elements + 7) / 8;
    int axes = 0;
    for (int a = 0; a < l.axes; ++a) axes += l.space[a].length > 1;
    return 700 + lines * (line.elements * size * 7 / 8 + 110 * (axes > line.axes ? axes - line.axes : 1));
  }
  static constexpr i64 code_bytes(layer_descriptor const&, int, index const*) { return 960; }
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code = [] {
    constexpr element x = L.with[0].of->type, y = L.with[1].of->type;
    if constexpr (x == y)
      return kernel_code{{&cluster::pad_elements<size_of(y), L.classes[0]>::run}};
    else
      return kernel_code{{&reference::entry<reference::pad, class_of(L, false)>}};
  }();
};
}  // namespace deeploy
