// SPDX-License-Identifier: Apache-2.0
// The executor run by the compiler: what it asks of a machine is written down as commands, step by step.
#pragma once
#include <deeploy/execute.hpp>
#include <deeploy/lowered.hpp>
#include <deeploy/ready_tiles.hpp>

namespace deeploy {
enum class command_kind : u8 { copy, wait, run, tile, step, walk, page, end };
/// Waits besides those for channels: until a unit is done with all, or with all but the tile that it was given last; until
/// the cores are done with a tile that they run `apart`.
namespace channel {
inline constexpr int unit = count + 1, unit_but_last = count + 2, team = count + 3;
}

/// What a control core does when the network runs.
struct command {
  command_kind kind = command_kind::end;
  u8 slot = 0;            ///< copy, wait: the channel
  bool overlaps = false;  ///< step: the one before has not ended, or there is none
  u8 back = 0;            ///< step: not 0: the one that began so many steps before ends
  bool joins = false;     ///< step: when the team is done with what it does apart
  bool opens = false;     ///< copy: takes a counter of its own
  bool in = false;        ///< copy: to L1
  address l1 = {}, home = {};
  bytes line = 0;
  index lines = 0;
  bytes stride = 0;
  bool turns = true, fetches = true;          ///< page: goes on in the next one; begins to fetch the one behind it
  int step = 0;                               ///< step, walk
  kernel_code code = {};                      ///< run
  kernel_arguments const* arguments = nullptr;  ///< run: those of the tile's record, without addresses
  i32 const* values = nullptr;
  u8 value_count = 0;
  u32 placed = 0;  ///< bit o: at[o] is where operand o lies
  address at[max_operands] = {};
  address scratch = {};
  lowered_tile tile = {};  ///< tile: what it was lowered to
  bool resolves = true;    ///< tile: addresses are put into its block; else they were before
  bool two_blocks = false;  ///< tile: not into that of an equal tile before, which still runs
  bool posts = true;       ///< tile: it runs; else only its block is made ready
  bool apart = false;      ///< tile: the core that reads has no share, and reads on at once
  bool tells = true;       ///< tile: a unit is told what it is to do, if it runs in one
};

namespace detail {
/// A program's step as the recorder sees it.
struct recorded_step {
  step_record record;
  step_head head;
  i32 const* values;
  table_view tiles;
  constexpr bool walks() const { return tiles.entries == 0; }
};

/// Tiles out of a table.
class tabled_tiles {
 public:
  step_record const* r;
  step_head const* head;
  i32 const* values;
  u8 early;

  constexpr tabled_tiles(recorded_step const& s, u8 fetched_early) : r(&s.record), head(&s.head), values(s.values), early(fetched_early), tiles_(s.tiles) {}
  constexpr ready_tile next() {
    if (used_ == tiles_.entries) return {};
    tile_entry const* const e = tiles_.entry + used_++;
    return {e, tiles_.record + e->record};
  }
  constexpr bytes slid(int) const { return 0; }
  /// Which record a call is for; addresses and values are written down apart.
  struct call {
    kernel_arguments const* of;
    bool ends;
    i32 const* values;
  };
  constexpr call arguments(ready_tile const& t) const { return {&t.record->arguments, t.record->arguments.ends, nullptr}; }

 private:
  table_view tiles_;
  int used_ = 0;
};

/// A machine that writes down what it is asked.
///
/// @tparam Sink  called as sink(command)
template <class Sink>
class recorder {
 public:
  constexpr recorder(Sink& sink, recorded_step const& step) : sink_(sink), step_(step) {}
  constexpr address base(u32 which) const {
    address a;
    a.word = which << address::offset_bits;
    return a;
  }
  constexpr void start_in(int which, address l1, address from, bytes line, index lines, bytes stride) { copy(true, which, l1, from, line, lines, stride); }
  constexpr void start_out(int which, address l1, address to, bytes line, index lines, bytes stride) { copy(false, which, l1, to, line, lines, stride); }
  constexpr void wait(int which) {
    if (!open_[which]) return;
    open_[which] = false;
    if (owner_ == which) owner_ = -1;
    sink_(command{.kind = command_kind::wait, .slot = static_cast<u8>(which)});
  }
  constexpr bool is_open(int which) const { return open_[which]; }
  /// What the step before started is waited for here.
  constexpr void opened_before(int which) { open_[which] = true; }
  constexpr bool stopped() const { return false; }
  constexpr void place(tabled_tiles::call const&, int o, address at) { at_[o] = at, placed_ |= 1u << o; }
  constexpr void place_scratch(tabled_tiles::call const&, address at) { scratch_ = at; }
  constexpr bool run(kernel_code const& code, tabled_tiles::call const& a) {
    command c{.kind = command_kind::run, .code = code, .arguments = a.of, .values = step_.values, .value_count = step_.record.value_count, .placed = placed_, .scratch = scratch_};
    u32 aligned = 0;
    for (int o = 0; o < max_operands; ++o) {
      c.at[o] = at_[o];
      if (at_[o].offset() % 4 == 0) aligned |= 1u << o;  // sections begin at multiples of 4
    }
    if (code.lower != nullptr) {
      kernel_arguments with_values = *a.of;
      with_values.values = step_.values;
      if (code.lower(with_values, aligned, c.tile)) c.kind = command_kind::tile;
    }
    sink_(c);
    return c.kind == command_kind::tile && c.tile.queue != nullptr;
  }
  /// @param last_stays  the tile that was run last may go on
  constexpr void finish(bool last_stays) { sink_(command{.kind = command_kind::wait, .slot = static_cast<u8>(last_stays ? channel::unit_but_last : channel::unit)}); }

 private:
  constexpr void copy(bool in, int which, address l1, address home, bytes line, index lines, bytes stride) {
    sink_(command{.kind = command_kind::copy, .slot = static_cast<u8>(which), .opens = owner_ != which, .in = in, .l1 = l1, .home = home, .line = line, .lines = lines, .stride = stride});
    owner_ = which;
    open_[which] = true;
  }
  Sink& sink_;
  recorded_step const& step_;
  bool open_[channel::count] = {};
  int owner_ = -1;  ///< of the counter that was taken last
  u32 placed_ = 0;
  address at_[max_operands] = {}, scratch_ = {};
};

/// Operands of step s that are fetched n steps before. Walked steps stand alone.
template <class Steps>
constexpr u8 fetched_early(Steps const& steps, int s, int n) {
  for (int i = 0; i <= n; ++i)
    if (s < i || steps[s - i].walks()) return 0;
  return steps[s].record.early.by[n - 1];
}

/// What is left of steps when the next one begins.
struct left_step {
  tile_in_flight flight = {};     ///< in a unit, of a step that need not be the last one
  int flight_of = -1;
  bool stores[2] = {};            ///< channels of stores of the last one that are under way
  constexpr bool has_stores() const { return stores[0] || stores[1]; }
};
/// So many steps behind it a step ends at the latest; stream_field has bits for it.
inline constexpr int most_steps_back = 7;
/// What may go on while what is left of a step does; see overlap.hpp.
struct step_overlaps {
  bool begins = false;  ///< the first tile of another step
  bool early = false;   ///< the early loads under that
  bool whole = false;   ///< all of that, by the cores
};

/// Writes step s down.
///
/// @param steps    recorded_step of each step
/// @param overlap  overlap(s, t): step_overlaps of step t, behind step s
/// @param left     in: of the steps before; out: of them and this one
template <class Steps, class Overlap, class Sink>
constexpr void record_step(Steps const& steps, int count, int s, Overlap overlap, left_step& left, Sink sink) {
  left_step const before = left;
  left = {};
  bool const flies = before.flight.is, of_last = flies && before.flight_of == s - 1;
  bool const stays = flies && s - before.flight_of < most_steps_back && overlap(before.flight_of, s).whole;
  bool const goes_on = stays && overlap(before.flight_of, s + 1).begins;
  sink(command{.kind = command_kind::step, .overlaps = s == 0 || of_last || before.has_stores(), .step = s});
  if (steps[s].walks()) {
    sink(command{.kind = command_kind::walk, .step = s});
    return;
  }
  recorder<Sink> machine(sink, steps[s]);
  u8 early = 0;
  for (int n = 1; n <= most_steps_early; ++n) early |= fetched_early(steps, s, n);
  if (early != 0) machine.opened_before(channel::early_of(s));
  tabled_tiles tiles(steps[s], early);
  bool const early_waits = (flies && !overlap(before.flight_of, s).early) || (before.has_stores() && !overlap(s - 1, s).early);
  step_flow const flow{.after_stores = before.has_stores(), .after_unit = flies && !stays, .early_waits = early_waits, .may_leave = overlap(s, s + 1).begins};
  auto const store_flight = [&] {
    tabled_tiles const of_flight(steps[before.flight_of], 0);
    store_results(machine, of_flight, before.flight);
  };
  auto const end_flight = [&] { sink(command{.kind = command_kind::step, .back = static_cast<u8>(s - before.flight_of), .step = s}); };
  run_step(
      machine, s, tiles, flow,
      [&] {
        load_early_under(
            machine, s, [&](int t, int n) { return t < count ? fetched_early(steps, t, n) : u8{0}; }, [&](int t) { return tabled_tiles(steps[t], 0); });
      },
      [&] {
        if (flow.after_unit) store_flight();
        for (int i = 0; i < 2; ++i) {
          if (before.stores[i]) machine.opened_before(channel::store + i);
          machine.wait(channel::store + i);
        }
        if (flow.after_unit) end_flight();
        if (before.has_stores() && !of_last) sink(command{.kind = command_kind::step, .back = 1, .step = s});
      },
      left.flight);
  if (stays && !goes_on) {
    machine.finish(false);
    store_flight();
    machine.wait(before.flight.channel);
    end_flight();
  }
  if (left.flight.is) left.flight_of = s;
  if (goes_on) left.flight = before.flight, left.flight_of = before.flight_of;
  for (int i = 0; i < 2; ++i) left.stores[i] = machine.is_open(channel::store + i);
}
}  // namespace detail
}  // namespace deeploy
