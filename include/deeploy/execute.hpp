// SPDX-License-Identifier: Apache-2.0
// execute(): runs a planned network. A plain function that all cores enter; a machine moves the data and runs the kernels.
#pragma once
#include <deeploy/program.hpp>

namespace deeploy {
/// Counters that group transfers. Loads and stores alternate between two each, so that tile i+1 travels under tile i.
namespace channel {
inline constexpr int load = 0, store = 2, early = 4, count = 6;
}

/// What the executor asks of a board. All cores call every function alike; a board lets one of them drive the DMA.
///
///     u8* base(u32 section_of_memory);                          see address::base()
///     void start_in(int channel, u8* l1, u8 const* from, bytes line, index lines, bytes stride);
///     void start_out(int channel, u8 const* l1, u8* to, bytes line, index lines, bytes stride);
///     void wait(int channel);                                   until all that was started there is done
///     void run(kernel_code const&, kernel_arguments const&);    all phases, with barriers between and after
///     void step_begins(int step, step_record const&); void step_ends(int step, step_record const&);   hooks
///     bool stopped();                                           asked before each tile
template <class M>
concept Machine = requires(M& m, u8* p, kernel_code const& code, kernel_arguments const& a) {
  m.start_in(0, p, p, bytes{}, index{}, bytes{});
  m.wait(0);
  m.run(code, a);
  m.stopped();
};

namespace detail {
/// The part of an operand that a tile touches, along each dimension of the tile buffer.
struct operand_part {
  range of[max_rank];
};

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
  constexpr operand_part part_of(operand_geometry const& o) const {
    operand_part p;
    for (int i = 0; i < o.rank; ++i) {
      dimension const& d = o.dim[i];
      index const actual = d.slot != 0 && extents->of[d.slot] < d.length ? extents->of[d.slot] : d.length;
      p.of[i] = touched(d, now, actual);
    }
    return p;
  }
};

constexpr bool same(operand_part const& a, operand_part const& b, int rank) {
  for (int i = 0; i < rank; ++i)
    if (a.of[i].from != b.of[i].from || a.of[i].to != b.of[i].to) return false;
  return true;
}

/// Moves a part between its home and a dense tile buffer, as few transfers as the layout allows.
template <class M>
void transfer(M& machine, int which, operand_geometry const& o, operand_part const& part, u8* home, u8* buffer) {
  index length[max_rank];
  bytes apart[max_rank];
  int rank = 0;
  for (int i = 0; i < o.rank; ++i) {
    index const n = part.of[i].length();
    if (n == 0) return;
    home += static_cast<i64>(part.of[i].from) * o.dim[i].stride * o.element_bytes;
    if (n == 1) continue;
    length[rank] = n;
    apart[rank++] = o.dim[i].stride * o.element_bytes;
  }
  bytes line = o.element_bytes;
  while (rank > 0 && apart[rank - 1] == line) line *= length[--rank];
  index lines = 1;
  bytes stride = 0;
  if (rank > 0) {
    lines = length[rank - 1];
    stride = apart[--rank];
  }
  index at[max_rank] = {};
  for (;;) {
    if (o.written)
      machine.start_out(which, buffer, home, line, lines, stride);
    else
      machine.start_in(which, buffer, home, line, lines, stride);
    buffer += line * lines;
    int i = rank - 1;
    for (; i >= 0; --i) {
      home += apart[i];
      if (++at[i] < length[i]) break;
      home -= static_cast<i64>(apart[i]) * length[i];
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/// Tells the kernel where operand o of the tile is.
inline void describe(operand_geometry const& o, operand_part const& part, box const& now, u8* data, bool in_place,
                     bool first_operand, kernel_operand& to, kernel_arguments& a) {
  for (int axis = 0; axis < max_axes; ++axis) to.stride[axis] = 0;
  to.origin = 0;
  index dense = 1;
  i64 offset = 0;
  for (int i = o.rank - 1; i >= 0; --i) {
    dimension const& d = o.dim[i];
    range const r = part.of[i];
    index const stride = in_place ? d.stride : dense;
    dense *= r.length();
    if (in_place) offset += static_cast<i64>(r.from) * d.stride;
    if (d.split()) {
      if (d.divisor == 1) to.stride[d.axis] = stride;
      continue;
    }
    if (d.axis >= 0) to.stride[d.axis] += stride * d.scale;
    if (d.window_axis >= 0) to.stride[d.window_axis] += stride * d.window_scale;
    if (d.axis >= 0) {
      index const start = first_subscript(d, now) - r.from;
      to.origin += start * stride;
      if (first_operand) {
        a.first[d.axis] = start;
        a.limit[d.axis] = r.length();
        a.step[d.axis] = d.scale;
        if (d.window_axis >= 0) a.step[d.window_axis] = d.window_scale;
      }
    }
  }
  to.at = data + offset * o.element_bytes;
}

/// State of one operand while a step runs: which copy holds what.
struct operand_state {
  operand_part part;
  u8 copy = 0;
};
}  // namespace detail

/// Runs the steps of a program, one after the other; see Machine for what it needs.
///
/// @param extents  actual run-time extents; what is not given, or too large, is the planned maximum
/// @returns false when the machine asked to stop
template <Machine M>
bool execute(program_view const& p, M& machine, run_time_extents const& extents = {}) {
  using namespace detail;
  run_time_extents actual = p.most;
  for (int i = 1; i <= max_run_time; ++i)
    if (extents.of[i] >= 0 && extents.of[i] < actual.of[i]) actual.of[i] = extents.of[i];
  auto home_of = [&](operand_geometry const& o, address where) {
    u8* at = machine.base(where.base()) + where.offset();
    if (o.slide_slot != 0) at += static_cast<i64>(o.slide_step) * o.element_bytes * (actual.of[o.slide_slot] - 1);
    return at;
  };
  u8* const l1 = machine.base(address(0, section::scratch, 0).base());
  auto load = [&](int which, geometry const& g, step_record const& r, int o, operand_part const& part, int copy) {
    transfer(machine, which, g.with[o], part, home_of(g.with[o], r.home[o]), l1 + r.buffer[o][copy]);
  };
  for (int s = 0; s < p.step_count; ++s) {
    step_record const& r = p.steps[s];
    geometry const& g = p.geometries[r.geometry_index];
    machine.step_begins(s, r);
    operand_state state[max_operands];
    tile_walk walk(g, actual);
    kernel_arguments a{};
    a.values = p.values + r.values_at;
    a.scratch = l1 + r.scratch_at;
    int tile = 0, stores = 0;
    auto streams = [&](int o) { return g.with[o].present && g.with[o].copies != 0; };
    // First tile: what was not fetched early.
    for (int o = 0; o < g.operands && !walk.at_end; ++o) {
      if (!streams(o) || g.with[o].written) continue;
      state[o].part = walk.part_of(g.with[o]);
      if (!(r.early >> o & 1)) load(channel::load, g, r, o, state[o].part, 0);
    }
    bool early_done = false;
    while (!walk.at_end) {
      if (machine.stopped()) return false;
      tile_walk ahead = walk;
      ahead.next();
      operand_part next_part[max_operands];
      bool changes[max_operands] = {};
      for (int o = 0; o < g.operands; ++o) {
        if (!streams(o) || g.with[o].written || ahead.at_end) continue;
        next_part[o] = ahead.part_of(g.with[o]);
        changes[o] = !same(next_part[o], state[o].part, g.with[o].rank);
        if (changes[o] && g.with[o].copies == 2)
          load(channel::load + ((tile + 1) & 1), g, r, o, next_part[o], state[o].copy ^ 1);
      }
      if (!early_done && s + 1 < p.step_count) {
        step_record const& after = p.steps[s + 1];
        geometry const& ga = p.geometries[after.geometry_index];
        tile_walk first_of_next(ga, actual);
        for (int o = 0; o < ga.operands; ++o)
          if (after.early >> o & 1 && !first_of_next.at_end)
            load(channel::early + ((s + 1) & 1), ga, after, o, first_of_next.part_of(ga.with[o]), 0);
      }
      early_done = true;
      if (tile == 0) machine.wait(channel::early + (s & 1));
      machine.wait(channel::load + (tile & 1));
      a.begins = a.ends = true;
      for (int axis = 0; axis < max_axes; ++axis) {
        a.length[axis] = axis < g.axes ? walk.now.length(axis) : 1;
        if (axis < g.axes && g.reduced[axis]) {
          a.begins = a.begins && walk.now.from[axis] == walk.end.from[axis];
          a.ends = a.ends && walk.now.to[axis] == walk.end.to[axis];
        }
      }
      operand_part result_part{};
      for (int o = 0; o < g.operands; ++o) {
        operand_geometry const& with = g.with[o];
        if (!with.present) continue;
        operand_part const part = streams(o) && !with.written ? state[o].part : walk.part_of(with);
        if (with.written) {
          result_part = part;
          if (streams(o)) {
            // The buffer that this tile fills must have been stored: the one before, or the one before that.
            if (with.copies == 1) machine.wait(channel::store + ((stores + 1) & 1));
            machine.wait(channel::store + (stores & 1));
            if (with.copies == 2) state[o].copy = static_cast<u8>(stores & 1);
          }
        }
        u8* const data = streams(o) ? l1 + r.buffer[o][state[o].copy] : home_of(with, r.home[o]);
        describe(with, part, walk.now, data, !streams(o), o == 0, a.with[o], a);
      }
      machine.run(g.code, a);
      for (int o = 0; o < g.operands; ++o) {
        if (!streams(o)) continue;
        if (g.with[o].written) {
          if (a.ends) {
            transfer(machine, channel::store + (stores & 1), g.with[o], result_part, home_of(g.with[o], r.home[o]),
                     l1 + r.buffer[o][state[o].copy]);
            ++stores;
          }
        } else if (changes[o]) {
          if (g.with[o].copies == 1) load(channel::load + ((tile + 1) & 1), g, r, o, next_part[o], 0);
          if (g.with[o].copies == 2) state[o].copy ^= 1;
          state[o].part = next_part[o];
        }
      }
      ++tile;
      walk = ahead;
    }
    machine.wait(channel::store);
    machine.wait(channel::store + 1);
    machine.step_ends(s, r);
  }
  return true;
}
}  // namespace deeploy
