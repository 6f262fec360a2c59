// SPDX-License-Identifier: Apache-2.0
// The region rule evaluated: for a box of the iteration space, the part of each operand that it touches.
#pragma once
#include <deeploy/layer.hpp>

namespace deeploy {
/// A box of the iteration space: [from, to) along each axis.
struct box {
  index from[max_axes] = {};
  index to[max_axes] = {};
  constexpr index length(int axis) const { return to[axis] - from[axis]; }
};

/// Half-open range of subscripts.
struct range {
  index from = 0;
  index to = 0;
  constexpr index length() const { return to - from; }
};

/// The whole iteration space.
constexpr box whole_box(layer_descriptor const& l) {
  box b;
  for (int a = 0; a < l.axes; ++a) b.to[a] = l.space[a].length;
  return b;
}

/// First subscript that the rule gives for the start of a box, before cutting: < 0 means padding.
constexpr index first_subscript(dimension const& d, box const& b) {
  index s = d.shift;
  if (d.axis >= 0) s += d.scale * b.from[d.axis];
  if (d.window_axis >= 0) s += d.window_scale * b.from[d.window_axis];
  return s;
}

/// The subscripts that box b touches, cut to [0, length); length is d.length unless a run-time extent lowers it.
constexpr range touched(dimension const& d, box const& b, index length) {
  if (d.axis < 0 && d.window_axis < 0) return {0, length};
  if (d.modulus != 0) return {0, length};
  if (d.divisor != 1) return {b.from[d.axis] / d.divisor, (b.to[d.axis] + d.divisor - 1) / d.divisor};
  index low = d.shift, high = d.shift;
  auto include = [&](index factor, int axis) {
    if (axis < 0) return;
    index const one = factor * b.from[axis], other = factor * (b.to[axis] - 1);
    low += one < other ? one : other;
    high += one < other ? other : one;
  };
  include(d.scale, d.axis);
  include(d.window_scale, d.window_axis);
  range r{low < 0 ? 0 : low, high >= length ? length : high + 1};
  if (r.to < r.from) r.to = r.from;  // the box lies in the padding alone
  return r;
}
constexpr range touched(dimension const& d, box const& b) { return touched(d, b, d.length); }

/// Most subscripts that any box with the lengths `tile` touches: what a tile buffer must hold along this dimension.
constexpr index most_touched(dimension const& d, index const* tile) {
  if (d.axis < 0 && d.window_axis < 0) return d.length;
  if (d.modulus != 0) return d.length;
  index reach = 1;
  if (d.divisor != 1) {
    reach = (tile[d.axis] + d.divisor - 1) / d.divisor;
  } else {
    auto apart = [](index factor) { return factor < 0 ? -factor : factor; };
    if (d.axis >= 0) reach += apart(d.scale) * (tile[d.axis] - 1);
    if (d.window_axis >= 0) reach += apart(d.window_scale) * (tile[d.window_axis] - 1);
  }
  return reach < d.length ? reach : d.length;
}

/// Bytes that a tile buffer of operand o needs for boxes with the lengths `tile`.
constexpr i64 tile_bytes(operand const& o, index const* tile) {
  if (o.of == nullptr) return 0;
  i64 total = size_of(o.of->type);
  for (int i = 0; i < o.rank; ++i) total *= most_touched(o.dim[i], tile);
  return total;
}

/// Tiles along `axis` begin at multiples of this: an axis that is spread over several dimensions may be cut only between
/// the outer ones.
constexpr index cut_multiple(layer_descriptor const& l, int axis) {
  index multiple = 1;
  for (int o = 0; o < l.operands; ++o)
    for (int i = 0; i < l.with[o].rank; ++i) {
      dimension const& d = l.with[o].dim[i];
      if (d.axis == axis && d.modulus == 0 && d.divisor > 1) {
        index a = multiple, b = d.divisor;  // least common multiple
        while (b != 0) {
          index const rest = a % b;
          a = b;
          b = rest;
        }
        multiple = multiple / a * d.divisor;
      }
    }
  return multiple;
}

/// Does what operand o touches depend on where the box lies along `axis`?
constexpr bool depends_on(operand const& o, int axis) {
  for (int i = 0; i < o.rank; ++i)
    if (o.dim[i].axis == axis || o.dim[i].window_axis == axis) return true;
  return false;
}

/// The order in which a tile buffer stores the dimensions of an operand, outermost first.
struct storage_order {
  u8 of[max_rank] = {};
};

/// Tile buffers keep the order of the memory that they come from, so that transfers run over long lines; the parts of one
/// axis stay together, so that a kernel can walk the axis with one stride.
constexpr storage_order tile_order(operand const& o) {
  storage_order order;
  index key[max_rank] = {};
  for (int i = 0; i < o.rank; ++i) {
    order.of[i] = static_cast<u8>(i);
    key[i] = o.dim[i].stride;
    if (o.dim[i].split())
      for (int j = 0; j < o.rank; ++j)
        if (o.dim[j].axis == o.dim[i].axis && o.dim[j].divisor == 1) key[i] = o.dim[j].stride;
  }
  auto before = [&](int a, int b) {  // a is stored outside of b
    if (key[a] != key[b]) return key[a] > key[b];
    if (o.dim[a].divisor != o.dim[b].divisor) return o.dim[a].divisor > o.dim[b].divisor;
    return a < b;
  };
  for (int i = 1; i < o.rank; ++i)
    for (int j = i; j > 0 && before(order.of[j], order.of[j - 1]); --j) {
      u8 const moved = order.of[j];
      order.of[j] = order.of[j - 1];
      order.of[j - 1] = moved;
    }
  return order;
}

/// Can a kernel walk every axis of this operand with one stride while it lies in its own storage (no tile buffer)?
constexpr bool walks_in_place(operand const& o) {
  for (int i = 0; i < o.rank; ++i)
    for (int j = 0; j < o.rank; ++j) {
      dimension const &outer = o.dim[i], &inner = o.dim[j];
      if (outer.axis >= 0 && outer.axis == inner.axis && inner.divisor == 1 && inner.split() && outer.divisor > 1 &&
          outer.stride != outer.divisor * inner.stride)
        return false;
    }
  return true;
}
}  // namespace deeploy
