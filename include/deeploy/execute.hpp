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
/// A board with Board::tile_table_bytes fetches what a step needs to fast memory before it runs, two steps ahead:
///
///     void expect(int step, step_record const&, i32 const* values, ready_tiles const&);   starts fetching the three
///     fetched_step fetched(int step);                                                      waits for them
/// What a board fetched of a step; the table begins with a step_head and may be written to.
struct fetched_step {
  step_record const* record;
  i32 const* values;
  u8* table;
};

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

/// Tiles made ready at run time: two, so that one can be made while the other is at work. Not initialised.
struct run_time_tiles {
  union {
    tile_walk walk;
  };
  tile_record record[2];
  tile_entry entry[2];
  int now;
  run_time_tiles() {}
};

/// A step as the executor sees it, and its tiles, one after the other.
struct step_view {
  step_record const* r;
  geometry const* g;
  step_head const* head;
  i32 const* values;
  tile_record* record;
  tile_entry const* entry;
  int left;  ///< in the table
  run_time_tiles* made;

  ready_tile next() {
    if (head->entries != 0) {
      if (left-- == 0) return {};
      tile_entry const* const e = entry++;
      return {e, record + e->record};
    }
    run_time_tiles& m = *made;
    if (m.walk.at_end) return {};
    int const other = m.now;
    m.now ^= 1;
    prepare(m.walk, m.record[m.now], m.entry[m.now]);
    m.entry[m.now].fetched = changed(*g, m.record[other], m.entry[other], m.record[m.now], m.entry[m.now]);
    m.walk.next();
    return {&m.entry[m.now], &m.record[m.now]};
  }
};

/// Calls f(o) for each bit of a mask.
template <class F>
inline void each_bit(u32 mask, F f) {
  for (int o = 0; o < max_operands && mask != 0; ++o, mask >>= 1)
    if (mask & 1) f(o);
}

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
    expect(0);
    expect(1);
    for (int s = 0; s < p_.step_count; ++s) {
      expect(s + 2);
      step_view step = view_of(s, made_);
      machine_.step_begins(s, *step.r);
      if (!run(s, step)) return false;
      machine_.step_ends(s, *step.r);
    }
    return true;
  }

 private:
  static constexpr bool fetches = requires(M& m) { m.fetched(0); };
  void expect(int s) {
    if constexpr (fetches)
      if (s < p_.step_count) machine_.expect(s, p_.steps[s], p_.values + p_.steps[s].values_at, p_.geometries[p_.steps[s].geometry_index].ready);
  }
  step_view view_of(int s, run_time_tiles& made) {
    step_view v;
    v.made = &made;
    if constexpr (fetches) {
      fetched_step const f = machine_.fetched(s);
      v.r = f.record;
      v.values = f.values;
      v.head = reinterpret_cast<step_head const*>(f.table);
      v.record = reinterpret_cast<tile_record*>(f.table + sizeof(step_head));
      v.entry = reinterpret_cast<tile_entry const*>(v.record + v.head->records);
      v.left = v.head->entries;
    } else {
      v.r = &p_.steps[s];
      v.values = p_.values + v.r->values_at;
      v.head = &p_.geometries[v.r->geometry_index].head;
    }
    v.g = &p_.geometries[v.r->geometry_index];
    if (v.head->entries == 0) {
      made.walk = tile_walk(*v.g, actual_);
      made.now = 1;
      made.record[1] = {};
      made.entry[1] = {};
    }
    return v;
  }
  u8* part_of(step_view const& v, int o, ready_tile const& t) {
    address const where = v.r->home[o];
    u8* at = machine_.base(where.base()) + where.offset() + t.entry->part_at[o];
    if (v.head->slides >> o & 1) {
      operand_geometry const& with = v.g->with[o];
      at += with.slide_step * with.element_bytes * (actual_.of[with.slide_slot] - 1);
    }
    return at;
  }
  void load(int which, step_view const& v, int o, ready_tile const& t, int copy) {
    transfer(machine_, which, false, t.record->moved[o], part_of(v, o, t), l1_ + v.r->buffer[o][copy]);
  }
  /// The first tiles of step s, as far as the plan wants them early.
  void load_early(int s) {
    if (s >= p_.step_count) return;
    if constexpr (!fetches)
      if (p_.steps[s].early == 0) return;
    step_view v = view_of(s, made_early_);
    if (v.r->early == 0) return;
    ready_tile const first = v.next();
    if (first.entry != nullptr) each_bit(v.r->early, [&](int o) { load(channel::early + (s & 1), v, o, first, 0); });
  }

  bool run(int s, step_view& v) {
    step_head const& head = *v.head;
    step_record const& r = *v.r;
    ready_tile now = v.next();
    u8 copy[max_operands] = {};  ///< which buffer of a streamed operand holds the tile
    // A step may be left empty by its run-time extents; the next one's early tiles come nevertheless.
    if (now.entry == nullptr) load_early(s + 1);
    if (now.entry != nullptr) each_bit(head.streamed_in() & ~r.early, [&](int o) { load(channel::load, v, o, now, 0); });
    int stores = 0;
    for (int tile = 0; now.entry != nullptr; ++tile) {
      if (machine_.stopped()) return false;
      ready_tile const ahead = v.next();
      u8 const fetched = ahead.entry != nullptr ? ahead.entry->fetched : 0;
      each_bit(fetched & head.twice, [&](int o) { load(channel::load + ((tile + 1) & 1), v, o, ahead, copy[o] ^ 1); });
      if (tile == 0) {
        load_early(s + 1);
        machine_.wait(channel::early + (s & 1));
      }
      machine_.wait(channel::load + (tile & 1));
      kernel_arguments& a = now.record->arguments;
      a.values = v.values;
      a.scratch = l1_ + r.scratch_at;
      each_bit(head.present & ~(head.single | head.twice), [&](int o) { a.with[o].at = part_of(v, o, now); });
      each_bit((head.single | head.twice) & head.written, [&](int o) {
        // The buffer that this tile fills must have been stored: the one before, or the one before that.
        if (head.single >> o & 1) machine_.wait(channel::store + ((stores + 1) & 1));
        machine_.wait(channel::store + (stores & 1));
        if (head.twice >> o & 1) copy[o] = static_cast<u8>(stores & 1);
      });
      each_bit(head.single | head.twice, [&](int o) { a.with[o].at = l1_ + r.buffer[o][copy[o]]; });
      machine_.run(head.code, a);
      if (a.ends)
        each_bit((head.single | head.twice) & head.written, [&](int o) {
          transfer(machine_, channel::store + (stores & 1), true, now.record->moved[o], part_of(v, o, now), l1_ + r.buffer[o][copy[o]]);
          ++stores;
        });
      each_bit(fetched, [&](int o) {
        if (head.single >> o & 1)
          load(channel::load + ((tile + 1) & 1), v, o, ahead, 0);
        else
          copy[o] ^= 1;
      });
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
  run_time_tiles made_, made_early_;
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
