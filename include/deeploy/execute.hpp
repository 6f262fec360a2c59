// SPDX-License-Identifier: Apache-2.0
// execute(): runs a planned network. A plain function; a machine moves the data and runs the kernels.
#pragma once
#include <deeploy/program.hpp>

namespace deeploy {
/// Counters that group transfers. Loads and stores alternate between two each, so that tile i+1 travels under tile i.
namespace channel {
inline constexpr int load = 0, store = 2, early = 4, count = 6;
}

/// What the executor asks of a board.
///
///     u8* base(u32 section_of_memory);                          see address::base()
///     void start_in(int channel, u8* l1, u8 const* from, bytes line, index lines, bytes stride);
///     void start_out(int channel, u8 const* l1, u8* to, bytes line, index lines, bytes stride);
///     void wait(int channel);                                   until all that was started there is done
///     void run(kernel_code const&, kernel_arguments const&);    all phases on all cores, with barriers between and after
///     void step_begins(int step, step_record const&); void step_ends(int step, step_record const&);   hooks
///     bool stopped();                                           asked before each tile
///
/// A board that has tables of ready tiles fetched (Board::fetches_ready_tiles) says so with
///
///     void expect_table(int step, ready_tiles const&);          starts fetching; asked for two steps ahead
///     u8* table(int step, ready_tiles const&);                  the table, fetched and writable; null: it has none
template <class M>
concept Machine = requires(M& m, u8* p, kernel_code const& code, kernel_arguments const& a) {
  m.start_in(0, p, p, bytes{}, index{}, bytes{});
  m.wait(0);
  m.run(code, a);
  m.stopped();
};

namespace detail {
/// Moves a part between its home and its tile buffer.
template <class M>
void transfer(M& machine, int which, bool out, transfer_shape const& t, u8* home, u8* buffer) {
  if (t.lines == 0) return;
  index at[max_rank - 1] = {};
  for (;;) {
    if (out)
      machine.start_out(which, buffer, home, t.line, t.lines, t.stride);
    else
      machine.start_in(which, buffer, home, t.line, t.lines, t.stride);
    buffer += t.line * t.lines;
    int i = t.outer - 1;
    for (; i >= 0; --i) {
      home += t.apart[i];
      if (++at[i] < t.count[i]) break;
      home -= t.apart[i] * t.count[i];
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/// A tile ready to run; no entry: there is none.
struct ready_tile {
  tile_entry const* entry = nullptr;
  tile_record* record = nullptr;
};

/// The tiles of a step, one after the other: from its table, or each made ready while the one before is at work.
class tile_source {
 public:
  tile_source(geometry const& g, run_time_extents const& actual, u8* table)
      : g_(g), walk_(g, actual), record_at_(reinterpret_cast<tile_record*>(table)),
        entry_at_(reinterpret_cast<tile_entry const*>(table == nullptr ? nullptr : table + g.ready.records * sizeof(tile_record))),
        left_(table == nullptr ? 0 : g.ready.entries) {}
  ready_tile next() {
    if (record_at_ != nullptr) {
      if (left_-- == 0) return {};
      tile_entry const* const e = entry_at_++;
      return {e, record_at_ + e->record};
    }
    if (walk_.at_end) return {};
    int const other = now_;
    now_ ^= 1;
    prepare(walk_, record_[now_], entry_[now_]);
    entry_[now_].fetched = changed(g_, record_[other], entry_[other], record_[now_], entry_[now_]);
    walk_.next();
    return {&entry_[now_], &record_[now_]};
  }

 private:
  geometry const& g_;
  tile_walk walk_;
  tile_record* record_at_;
  tile_entry const* entry_at_;
  int left_;
  int now_ = 1;
  tile_record record_[2];
  tile_entry entry_[2];
};

/// One run of a program.
template <Machine M>
class run_of_program {
 public:
  run_of_program(program_view const& p, M& machine, run_time_extents const& extents)
      : p_(p), machine_(machine), actual_(p.most), l1_(machine.base(address(0, section::scratch, 0).base())) {
    for (int i = 1; i <= max_run_time; ++i)
      if (extents.of[i] >= 0 && extents.of[i] < actual_.of[i]) actual_.of[i] = extents.of[i];
  }
  bool all_steps() {
    expect_table(0);
    expect_table(1);
    for (int s = 0; s < p_.step_count; ++s) {
      expect_table(s + 2);
      machine_.step_begins(s, p_.steps[s]);
      if (!step(s)) return false;
      machine_.step_ends(s, p_.steps[s]);
    }
    return true;
  }

 private:
  static constexpr bool has_tables = requires(M& m, ready_tiles const& t) { m.expect_table(0, t); };
  void expect_table(int s) {
    if constexpr (has_tables)
      if (s < p_.step_count) machine_.expect_table(s, p_.geometries[p_.steps[s].geometry_index].ready);
  }
  u8* table(int s, geometry const& g) {
    if constexpr (has_tables) return machine_.table(s, g.ready);
    return nullptr;
  }
  u8* home_of(operand_geometry const& o, address where) {
    u8* at = machine_.base(where.base()) + where.offset();
    if (o.slide_slot != 0) at += o.slide_step * o.element_bytes * (actual_.of[o.slide_slot] - 1);
    return at;
  }
  void load(int which, geometry const& g, step_record const& r, int o, ready_tile const& t, int copy) {
    transfer(machine_, which, false, t.record->moved[o], home_of(g.with[o], r.home[o]) + t.entry->part_at[o], l1_ + r.buffer[o][copy]);
  }
  /// The first tiles of step s + 1, as far as the plan wants them early.
  void load_early(int s) {
    if (s >= p_.step_count || p_.steps[s].early == 0) return;
    step_record const& r = p_.steps[s];
    geometry const& g = p_.geometries[r.geometry_index];
    tile_source tiles(g, actual_, table(s, g));
    ready_tile const first = tiles.next();
    for (int o = 0; first.entry != nullptr && o < g.operands; ++o)
      if (r.early >> o & 1) load(channel::early + (s & 1), g, r, o, first, 0);
  }

  bool step(int s) {
    step_record const& r = p_.steps[s];
    geometry const& g = p_.geometries[r.geometry_index];
    tile_source tiles(g, actual_, table(s, g));
    ready_tile now = tiles.next();
    u8 copy[max_operands] = {};  ///< which buffer of a streamed operand holds the tile
    for (int o = 0; now.entry != nullptr && o < g.operands; ++o)
      if (g.with[o].streams_in() && !(r.early >> o & 1)) load(channel::load, g, r, o, now, 0);
    int stores = 0;
    // Where the actual extents leave this step nothing to do, the next one still relies on what it wants early.
    if (now.entry == nullptr) load_early(s + 1);
    for (int tile = 0; now.entry != nullptr; ++tile) {
      if (machine_.stopped()) return false;
      ready_tile const ahead = tiles.next();
      u8 const fetched = ahead.entry != nullptr ? ahead.entry->fetched : 0;
      for (int o = 0; o < g.operands; ++o)
        if (fetched >> o & 1 && g.with[o].copies == 2) load(channel::load + ((tile + 1) & 1), g, r, o, ahead, copy[o] ^ 1);
      if (tile == 0) {
        load_early(s + 1);
        machine_.wait(channel::early + (s & 1));
      }
      machine_.wait(channel::load + (tile & 1));
      kernel_arguments& a = now.record->arguments;
      a.values = p_.values + r.values_at;
      a.scratch = l1_ + r.scratch_at;
      for (int o = 0; o < g.operands; ++o) {
        operand_geometry const& with = g.with[o];
        if (!with.present) continue;
        if (with.copies == 0) {
          a.with[o].at = home_of(with, r.home[o]) + now.entry->part_at[o];
          continue;
        }
        if (with.written) {
          // The buffer that this tile fills must have been stored: the one before, or the one before that.
          if (with.copies == 1) machine_.wait(channel::store + ((stores + 1) & 1));
          machine_.wait(channel::store + (stores & 1));
          if (with.copies == 2) copy[o] = static_cast<u8>(stores & 1);
        }
        a.with[o].at = l1_ + r.buffer[o][copy[o]];
      }
      machine_.run(g.code, a);
      for (int o = 0; o < g.operands; ++o) {
        operand_geometry const& with = g.with[o];
        if (with.streams_out() && a.ends) {
          transfer(machine_, channel::store + (stores & 1), true, now.record->moved[o], home_of(with, r.home[o]) + now.entry->part_at[o],
                   l1_ + r.buffer[o][copy[o]]);
          ++stores;
        }
        if (!(fetched >> o & 1)) continue;
        if (with.copies == 1) load(channel::load + ((tile + 1) & 1), g, r, o, ahead, 0);
        if (with.copies == 2) copy[o] ^= 1;
      }
      now = ahead;
    }
    machine_.wait(channel::store);
    machine_.wait(channel::store + 1);
    return true;
  }

  program_view const& p_;
  M& machine_;
  run_time_extents actual_;
  u8* const l1_;
};
}  // namespace detail

/// Runs the steps of a program, one after the other; see Machine for what it needs.
///
/// @param extents  actual run-time extents; what is not given, or too large, is the planned maximum
/// @returns false when the machine asked to stop; nothing is under way then either
template <Machine M>
bool execute(program_view const& p, M& machine, run_time_extents const& extents = {}) {
  bool const finished = detail::run_of_program<M>(p, machine, extents).all_steps();
  for (int c = 0; !finished && c < channel::count; ++c) machine.wait(c);
  return finished;
}
}  // namespace deeploy
