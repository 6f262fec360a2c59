// SPDX-License-Identifier: Apache-2.0
// Tiles of a step, made ready for the kernel and the DMA: the region rule applied to one box after the other.
#pragma once
#include <deeploy/tables.hpp>

namespace deeploy {
/// How the part of an operand is moved: lines of contiguous bytes, blocks of lines a fixed stride apart, and blocks of
/// those. Dense in the tile buffer.
struct transfer_shape {
  bytes line = 0;
  index lines = 0;  ///< 0: there is nothing to move
  bytes stride = 0;
  u8 outer = 0;
  index count[max_rank - 1] = {};
  bytes apart[max_rank - 1] = {};
  bool operator==(transfer_shape const&) const = default;
};

/// What a tile has in common with others of its shape.
struct tile_record {
  kernel_arguments arguments = {};  ///< without the operands' addresses
  transfer_shape moved[max_operands] = {};
  bool operator==(tile_record const&) const = default;
};

/// What a tile has of its own.
struct tile_entry {
  i32 part_at[max_operands] = {};  ///< bytes from the operand's home to the part
  u16 record = 0;
  u8 fetched = 0;                  ///< streamed inputs whose part the tile before did not have
};

namespace detail {
/// The walk over the tiles of one step.
struct tile_walk {
  geometry const* g;
  run_time_extents const* extents;
  box end;  ///< the step's part, cut to the actual extents
  box now;  ///< the current tile
  bool at_end = false;

  constexpr tile_walk(geometry const& of, run_time_extents const& actual)
      : g(&of), extents(&actual), end(of.part), now(of.part) {
    for (int a = 0; a < g->axes; ++a) {
      if (g->slot[a] != 0 && actual.of[g->slot[a]] < end.to[a]) end.to[a] = actual.of[g->slot[a]];
      if (end.from[a] >= end.to[a]) at_end = true;
      cut(a);
    }
  }
  constexpr void cut(int a) {
    now.to[a] = now.from[a] + g->tile[a];
    if (now.to[a] > end.to[a]) now.to[a] = end.to[a];
  }
  constexpr void next() {
    for (int i = g->axes - 1; i >= 0; --i) {
      int const a = g->order[i];
      now.from[a] = now.to[a];
      if (now.from[a] < end.to[a]) return cut(a);
      now.from[a] = end.from[a];
      cut(a);
    }
    at_end = true;
  }
  constexpr range part_of(dimension const& d) const {
    index const actual = d.slot != 0 && extents->of[d.slot] < d.length ? extents->of[d.slot] : d.length;
    return touched(d, now, actual);
  }
};

/// As few transfers as the layout allows.
constexpr transfer_shape shape_of(operand_geometry const& o, range const* part) {
  transfer_shape t;
  index length[max_rank] = {};
  bytes apart[max_rank] = {};
  int rank = 0;
  for (int i = 0; i < o.rank; ++i) {
    if (part[i].length() == 0) return t;
    if (part[i].length() == 1) continue;
    length[rank] = part[i].length();
    apart[rank++] = o.dim[i].stride * o.element_bytes;
  }
  t.line = o.element_bytes;
  while (rank > 0 && apart[rank - 1] == t.line) t.line *= length[--rank];
  t.lines = 1;
  if (rank > 0) {
    t.lines = length[rank - 1];
    t.stride = apart[--rank];
  }
  t.outer = static_cast<u8>(rank);
  for (int i = 0; i < rank; ++i) {
    t.count[i] = length[i];
    t.apart[i] = apart[i];
  }
  return t;
}

/// Tells the kernel how operand number `which` of the tile is strided, from the first element of its part on.
constexpr void describe(operand_geometry const& o, int which, range const* part, box const& now, kernel_arguments& a) {
  bool const in_place = o.copies == 0;
  kernel_operand& to = a.with[which];
  index dense = 1;
  for (int i = o.rank - 1; i >= 0; --i) {
    dimension const& d = o.dim[i];
    index const stride = in_place ? d.stride : dense;
    dense *= part[i].length();
    if (d.split()) {
      if (d.divisor == 1) to.stride[d.axis] = stride;
      continue;
    }
    if (d.axis >= 0) to.stride[d.axis] += stride * d.scale;
    if (d.window_axis >= 0) to.stride[d.window_axis] += stride * d.window_scale;
    if (d.axis >= 0) {
      index const start = first_subscript(d, now) - part[i].from;
      to.origin += start * stride;
      if (which == 0) {
        a.first[d.axis] = start;
        a.limit[d.axis] = part[i].length();
        a.step[d.axis] = d.scale;
        if (d.window_axis >= 0) a.step[d.window_axis] = d.window_scale;
      }
    }
  }
}

/// Makes the tile that `walk` is at ready.
constexpr void prepare(tile_walk const& walk, tile_record& r, tile_entry& e) {
  geometry const& g = *walk.g;
  r = {};
  kernel_arguments& a = r.arguments;
  a.begins = a.ends = true;
  for (int axis = 0; axis < max_axes; ++axis) {
    a.length[axis] = axis < g.axes ? walk.now.length(axis) : 1;
    if (axis < g.axes && g.reduced[axis]) {
      a.begins = a.begins && walk.now.from[axis] == walk.end.from[axis];
      a.ends = a.ends && walk.now.to[axis] == walk.end.to[axis];
    }
  }
  for (int o = 0; o < g.operands; ++o) {
    operand_geometry const& with = g.with[o];
    if (!with.present) continue;
    range part[max_rank] = {};
    i32 at = 0;
    for (int i = 0; i < with.rank; ++i) {
      part[i] = walk.part_of(with.dim[i]);
      at += part[i].from * with.dim[i].stride;
    }
    e.part_at[o] = at * with.element_bytes;
    if (with.copies != 0) r.moved[o] = shape_of(with, part);
    describe(with, o, part, walk.now, a);
  }
}

/// Streamed inputs whose part differs between two tiles.
constexpr u8 changed(geometry const& g, tile_record const& before, tile_entry const& from, tile_record const& after,
                     tile_entry const& to) {
  u8 changed = 0;
  for (int o = 0; o < g.operands; ++o)
    if (g.with[o].streams_in() && (from.part_at[o] != to.part_at[o] || before.moved[o] != after.moved[o]))
      changed |= static_cast<u8>(1u << o);
  return changed;
}
}  // namespace detail
}  // namespace deeploy
