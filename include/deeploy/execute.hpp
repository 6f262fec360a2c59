// SPDX-License-Identifier: Apache-2.0
// execute(): runs a planned network. A plain function; a machine moves the data and runs the kernels.
#pragma once
#include <deeploy/program.hpp>
#include <deeploy/tile.hpp>

namespace deeploy {
/// Counters that group transfers. Loads and stores alternate between two each, so that tile i+1 travels under tile i.
/// A channel that comes back while another was used may take one more of a board's counters: 14 are in use at most (loads and
/// stores four each, early tiles of three steps two, two and one, and what a board keeps for itself). Where a program's page ends
/// in a transfer, what follows takes one more or waits: see page_writer.
namespace channel {
inline constexpr int load = 0, store = 2, early = 4, count = early + most_steps_early + 1;
/// Of the early tiles of step s: those of the next ones may be under way meanwhile.
constexpr int early_of(int s) { return early + s % (most_steps_early + 1); }
}

/// What the executor asks of a board.
///
///     u8* base(u32 section_of_memory);                          see address::base()
///     void start_in(int channel, u8* l1, u8 const* from, bytes line, index lines, bytes stride);
///     void start_out(int channel, u8 const* l1, u8* to, bytes line, index lines, bytes stride);
///     void wait(int channel);                                   until all that was started there is done
///     void run(kernel_code const&, kernel_arguments const&);    all phases on all cores, with barriers between and after
///     void step_begins(int step); void step_ends(int step);     hooks
///     bool stopped();                                           asked before each tile
///
/// A machine whose base() is no pointer writes down what it is asked: see recorder.hpp.
template <class M>
concept Machine = requires(M& m, u8* p, kernel_code const& code, kernel_arguments const& a) {
  m.start_in(0, p, p, bytes{}, index{}, bytes{});
  m.wait(0);
  m.run(code, a);
  m.stopped();
};

namespace detail {
/// Moves a part between its home and its tile buffer.
template <class M, class Place>
constexpr void transfer(M& machine, int which, bool out, transfer_shape const& t, Place home, Place buffer) {
  if (t.lines == 0) return;
  index at[max_rank - 1] = {};
  for (;;) {
    if (out)
      machine.start_out(which, buffer, home, t.line, t.lines, t.stride);
    else
      machine.start_in(which, buffer, home, t.line, t.lines, t.stride);
    buffer = buffer + t.line * t.lines;
    int i = t.outer - 1;
    for (; i >= 0; --i) {
      home = home + t.apart[i];
      if (++at[i] < t.count[i]) break;
      home = home - t.apart[i] * t.count[i];
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/// A tile ready to run; no entry: there is none.
struct ready_tile {
  tile_entry const* entry = nullptr;
  tile_record const* record = nullptr;
};

/// Tiles of a step made ready one after the other: two, so that one can be made while the other is at work.
class walked_tiles {
 public:
  step_record const* r;
  step_head const* head;
  i32 const* values;
  u8 early;  ///< operands whose first tile was fetched under a step before

  walked_tiles(program_view const& p, int s, run_time_extents const& actual)
      : r(&p.steps[s]), head(&p.geometries[r->geometry_index].head), values(p.values + r->values_at), early(r->early.all()),
        g_(&p.geometries[r->geometry_index]), actual_(&actual), walk_(*g_, actual) {}
  ready_tile next() {
    if (walk_.at_end) return {};
    int const other = now_;
    now_ ^= 1;
    prepare(walk_, record_[now_], entry_[now_]);
    entry_[now_].fetched = changed(*g_, record_[other], entry_[other], record_[now_], entry_[now_]);
    walk_.next();
    return {&entry_[now_], &record_[now_]};
  }
  /// Where the first element of an operand lies behind its home, by the actual extents.
  bytes slid(int o) const {
    if ((head->slides >> o & 1) == 0) return 0;
    operand_geometry const& with = g_->with[o];
    return with.slide_step * with.element_bytes * (actual_->of[with.slide_slot] - 1);
  }
  /// The tile's arguments, to be completed.
  kernel_arguments& arguments(ready_tile const& t) { return record_[t.record - record_].arguments; }

 private:
  geometry const* g_;
  run_time_extents const* actual_;
  tile_walk walk_;
  tile_record record_[2];
  tile_entry entry_[2];
  int now_ = 1;
};

/// Calls f(o) for each bit of a mask.
template <class F>
constexpr void each_bit(u32 mask, F f) {
  for (int o = 0; o < max_operands && mask != 0; ++o, mask >>= 1)
    if (mask & 1) f(o);
}

/// The part of an operand that a tile needs, in the operand's home.
template <class M, class Tiles>
constexpr auto part_of(M& machine, Tiles const& v, int o, ready_tile const& t) {
  address const where = v.r->home[o];
  return machine.base(where.base()) + static_cast<bytes>(where.offset() + t.entry->part_at[o] + v.slid(o));
}
template <class M>
constexpr auto in_l1(M& machine, bytes at) {
  return machine.base(address(0, section::scratch, 0).base()) + at;
}
template <class M, class Tiles>
constexpr void load(M& machine, int which, Tiles const& v, int o, ready_tile const& t, int copy) {
  transfer(machine, which, false, t.record->moved[o], part_of(machine, v, o, t), in_l1(machine, v.r->buffer[o][copy]));
}
/// The first tiles of those operands of step s.
template <class M, class Tiles>
constexpr void load_early(M& machine, int s, Tiles& v, u8 operands) {
  ready_tile const first = v.next();
  if (first.entry != nullptr) each_bit(operands, [&](int o) { load(machine, channel::early_of(s), v, o, first, 0); });
}
/// The same for all steps whose early tiles come under step s.
///
/// @param fetched  fetched(s, n): operands of step s that are fetched n steps before
/// @param tiles    tiles(s): the tiles of step s
template <class M, class Fetched, class TilesOf>
constexpr void load_early_under(M& machine, int s, Fetched fetched, TilesOf tiles) {
  for (int n = 1; n <= most_steps_early; ++n)
    if (u8 const operands = fetched(s + n, n); operands != 0) {
      auto v = tiles(s + n);
      load_early(machine, s + n, v, operands);
    }
}

/// A tile that a unit computes while the cores make the next one ready: its results are stored later.
struct tile_in_flight {
  bool is = false;
  ready_tile tile = {};
  u8 copy[max_operands] = {};
  int channel = 0;  ///< of its stores
};

/// Stores the results of a tile.
template <class M, class Tiles>
constexpr void store_results(M& machine, Tiles const& v, tile_in_flight const& t) {
  if (!t.tile.record->arguments.ends) return;
  each_bit((v.head->single | v.head->twice) & v.head->written, [&](int o) {
    transfer(machine, t.channel, true, t.tile.record->moved[o], part_of(machine, v, o, t.tile), in_l1(machine, v.r->buffer[o][t.copy[o]]));
  });
}

/// How a step meets its neighbours.
struct step_flow {
  bool after_stores = false;  ///< the step before is left with stores under way, or
  bool after_unit = false;    ///< with its last tile in a unit: it ends when this one's first tile has run
  bool early_waits = false;   ///< early tiles of steps behind come only then
  bool may_leave = false;     ///< this one may be left so
};

/// Runs the tiles of step s.
///
/// @param v           the step's tiles: r, head, values, early, next(), slid(), arguments()
/// @param early_next  starts the early loads of steps behind
/// @param end_before  ends the step before, if that was left; a unit is done with it then
/// @param left        the last tile, when it is left in a unit; perhaps the one before it is still there too
/// @returns false when the machine asked to stop
template <class M, class Tiles, class EarlyNext, class EndBefore>
constexpr bool run_step(M& machine, int s, Tiles& v, step_flow const& flow, EarlyNext early_next, EndBefore end_before, tile_in_flight& left) {
  step_head const& head = *v.head;
  step_record const& r = *v.r;
  ready_tile now = v.next();
  u8 copy[max_operands] = {};  // which buffer of a streamed operand holds the tile
  u8 const results = static_cast<u8>((head.single | head.twice) & head.written);
  // A step may be left empty by its run-time extents; early tiles come nevertheless.
  if (now.entry == nullptr) early_next();
  if (now.entry != nullptr) each_bit(head.streamed_in() & ~v.early, [&](int o) { load(machine, channel::load, v, o, now, 0); });
  int filled = 0;  // tiles of results
  tile_in_flight flight;
  for (int tile = 0; now.entry != nullptr; ++tile) {
    if (machine.stopped()) return false;
    decltype(auto) a = v.arguments(now);  // before next() makes another tile
    ready_tile const ahead = v.next();
    u8 const fetched = ahead.entry != nullptr ? ahead.entry->fetched : 0;
    bool const after = tile == 0 && (flow.after_stores || flow.after_unit);
    auto const fetch_ahead = [&] { each_bit(fetched & head.twice, [&](int o) { load(machine, channel::load + ((tile + 1) & 1), v, o, ahead, copy[o] ^ 1); }); };
    if (!flight.is) fetch_ahead();
    if (tile == 0) {
      if (!flow.early_waits) early_next();
      machine.wait(channel::early_of(s));
    }
    machine.wait(channel::load + (tile & 1));
    a.values = v.values;
    machine.place_scratch(a, in_l1(machine, r.scratch_at + (tile & 1) * r.scratch_turn));
    each_bit(head.present & ~(head.single | head.twice), [&](int o) { machine.place(a, o, part_of(machine, v, o, now)); });
    if (results != 0) {
      // The buffer that this tile fills must have been stored: the one before, or the one before that.
      if (results & head.single) machine.wait(channel::store + ((filled + 1) & 1));
      machine.wait(channel::store + (filled & 1));
      each_bit(results & head.twice, [&](int o) { copy[o] = static_cast<u8>(filled & 1); });
    }
    each_bit(head.single | head.twice, [&](int o) { machine.place(a, o, in_l1(machine, r.buffer[o][copy[o]])); });
    bool const queued = machine.run(head.code, a);
    // The last two are left together, where nothing is to be done between them.
    bool const both = flight.is && queued && ahead.entry == nullptr && flow.may_leave && results == 0;
    if ((flight.is && !both) || (after && flow.after_unit)) machine.finish(queued);
    if (flight.is) {
      store_results(machine, v, flight);
      fetch_ahead();
    }
    if (after) {
      end_before();
      if (flow.early_waits) early_next();
    }
    flight = {queued, now, {}, channel::store + (filled & 1)};
    for (int o = 0; o < max_operands; ++o) flight.copy[o] = copy[o];
    // It may stay in flight while nothing that it uses is changed.
    bool const leaves = ahead.entry != nullptr ? ((fetched | results) & head.single) == 0 : flow.may_leave;
    if (!queued || !leaves) {
      if (queued) machine.finish(false);
      store_results(machine, v, flight);
      flight.is = false;
    }
    if (now.record->arguments.ends && results != 0) ++filled;
    each_bit(fetched, [&](int o) {
      if (head.single >> o & 1)
        load(machine, channel::load + ((tile + 1) & 1), v, o, ahead, 0);
      else
        copy[o] ^= 1;
    });
    now = ahead;
  }
  left = flight;
  if (flow.may_leave) return true;
  machine.wait(channel::store);
  machine.wait(channel::store + 1);
  return true;
}

/// The same for machines that leave nothing in flight.
template <class M, class Tiles, class EarlyNext>
constexpr bool run_step(M& machine, int s, Tiles& v, EarlyNext early_next) {
  tile_in_flight none;
  return run_step(machine, s, v, step_flow{}, early_next, [] {}, none);
}

/// The planned maxima, and what is given below them.
inline run_time_extents actual_of(program_view const& p, run_time_extents const& given) {
  run_time_extents actual = p.most;
  for (int i = 1; i <= max_run_time; ++i)
    if (given.of[i] >= 0 && given.of[i] < actual.of[i]) actual.of[i] = given.of[i];
  return actual;
}

/// A machine of pointers as run_step() wants it: run() says whether a unit was left at work, finish() waits for it, except
/// for the tile that it was given last.
template <class M>
struct by_pointers {
  M& of;
  u8* base(u32 which) { return of.base(which); }
  void start_in(int c, u8* l1, u8 const* from, bytes line, index lines, bytes stride) { of.start_in(c, l1, from, line, lines, stride); }
  void start_out(int c, u8 const* l1, u8* to, bytes line, index lines, bytes stride) { of.start_out(c, l1, to, line, lines, stride); }
  void wait(int c) { of.wait(c); }
  bool stopped() { return of.stopped(); }
  void place(kernel_arguments& a, int o, u8* at) { a.with[o].at = at; }
  void place_scratch(kernel_arguments& a, u8* at) { a.scratch = at; }
  bool run(kernel_code const& code, kernel_arguments const& a) {
    of.run(code, a);
    return false;  // no unit is left at work
  }
  void finish(bool) {}
};
}  // namespace detail

/// Runs the steps of a program, one after the other; see Machine for what it needs.
///
/// @param extents  actual run-time extents; what is not given, or too large, is the planned maximum
/// @returns false when the machine asked to stop; nothing is under way then either
template <Machine M>
bool execute(program_view const& p, M& machine, run_time_extents const& extents = {}) {
  run_time_extents const actual = detail::actual_of(p, extents);
  detail::by_pointers<M> m{machine};
  for (int s = 0; s < p.step_count; ++s) {
    machine.step_begins(s);
    detail::walked_tiles tiles(p, s, actual);
    bool const finished = detail::run_step(m, s, tiles, [&] {
      detail::load_early_under(
          m, s, [&](int t, int n) { return t < p.step_count ? p.steps[t].early.by[n - 1] : u8{0}; }, [&](int t) { return detail::walked_tiles(p, t, actual); });
    });
    if (!finished) {
      for (int c = 0; c < channel::count; ++c) machine.wait(c);
      return false;
    }
    machine.step_ends(s);
  }
  return true;
}
}  // namespace deeploy
