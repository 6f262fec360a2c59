// SPDX-License-Identifier: Apache-2.0
// Second stage: offsets in every memory for the buffers and tensors of a choice.
#include <algorithm>
#include <deeploy/overlap.hpp>
#include <generators/plan/flights.hpp>
#include <generators/plan/placement.hpp>
#include <generators/plan/planner.hpp>

namespace deeploy::plan {
namespace {
/// Search nodes per memory; a few milliseconds where the heuristics already reach the bound.
constexpr placement_limits placing{400'000};

struct l1_buffer {
  int step = 0, operand = 0, copy = 0;  ///< operand -1: scratch of the kernel
  int tensor = -1;                      ///< >= 0: a tensor that lives in L1
};

std::int64_t round_up(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

bool leaves_something(planned_model const& m, step const& s) { return detail::leaves_something(s, *m.layers[s.layer].d, m.layers[s.layer].engines[s.engine]); }

/// Does all that engines may address around buffers in L1 lie in L1?
bool engines_stay_inside(planned_model const& m, finished_plan const& plan) {
  memory_facts const& l1 = m.board.memories[0];
  for (step const& s : plan.steps) {
    planned_layer const& layer = m.layers[s.layer];
    mapping_facts const& on = layer.engines[s.engine];
    auto const inside = [&](int o, std::int64_t at, std::int64_t bytes, bool in_place) {
      reach_beyond const r = on.reaches(*layer.d, s.form, o, s.tile, in_place);
      return at - r.before >= -std::int64_t{l1.reserved_bytes} && at + bytes + r.behind <= l1.plannable_bytes();
    };
    for (int o = 0; o < layer.d->operands; ++o) {
      int const t = layer.tensor[o];
      if (t < 0 || on.packs(*layer.d, s.form, o)) continue;
      if (plan.tensors[t].memory == 0 && !inside(o, plan.tensors[t].offset, m.tensors[t].d->size_bytes(), true)) return false;
      for (int c = 0; c < s.buffer[o].copies; ++c)
        if (!inside(o, s.buffer[o].at[c], tile_bytes(on.seen(*layer.d, s.form, o), s.tile), false)) return false;
    }
    std::int64_t const scratch = on.scratch_of_step(*layer.d, s.form, s.tile);
    if (scratch > 0 && !inside(-1, s.scratch_at, scratch, false)) return false;
  }
  return true;
}
}  // namespace

std::vector<stored_tensor> stored_tensors(planned_model const& m, std::vector<step> const& steps) {
  std::vector<stored_tensor> stored(m.tensors.size());
  for (std::size_t t = 0; t < stored.size(); ++t) stored[t].size_bytes = m.tensors[t].d->size_bytes();
  detail::find_packed(steps.data(), static_cast<int>(steps.size()), [&](int l) -> layer_descriptor const& { return *m.layers[l].d; },
                      [&](int l, int e) -> mapping_facts const& { return m.layers[l].engines[e]; },
                      [&](int l, int o) { return m.layers[l].tensor[o]; }, stored.data());
  return stored;
}

namespace {
/// What a step's results, buffers and scratch keep clear of in L1.
enum class apart_from { nothing, last_step, flights };

/// @returns the memory in which no placement was found, or placed_all
int place(planned_model const& m, plan_options const& options, choice_problem const& p, choice const& c, early_plan const& early, apart_from clear_of, plan_result& result) {
  auto const& memories = m.board.memories;
  finished_plan plan;
  plan.memories.resize(memories.size());
  plan.tensors.resize(m.tensors.size());
  schedule const& order = p.order();
  std::vector<int> const under = clear_of == apart_from::flights ? expected_flights(m, p, c).under : std::vector<int>(static_cast<std::size_t>(p.steps()), -1);

  for (int s = 0; s < p.steps(); ++s) {
    candidate const& k = *p.columns(s)[c.column[s]].of;
    step made;
    made.layer = static_cast<u16>(order.layer_at[s]);
    made.engine = k.engine;
    made.form = k.form;
    made.early = early.of[static_cast<std::size_t>(s)];
    planned_layer const& layer = m.layers[made.layer];
    layer_descriptor const& l = *layer.d;
    made.part = whole_box(l);
    for (int a = 0; a < l.axes; ++a) made.tile[a] = k.tile[a], made.order[a] = k.order[a];
    for (int o = 0; o < l.operands; ++o) made.buffer[o].copies = layer.tensor[o] >= 0 && k.home[o] != 0 ? k.copies[o] : 0;
    plan.steps.push_back(made);
  }
  std::vector<stored_tensor> const stored = stored_tensors(m, plan.steps);

  // Constants: one after the other. The choice was made with the largest form of each, which may be divided better.
  std::vector<std::int64_t> sizes;
  for (stored_tensor const& t : stored) sizes.push_back(t.size_bytes);
  auto memory_of = p.divided(c.home, options.capacity, sizes);
  if (!memory_of) memory_of = p.divided(c.home, options.capacity);
  if (!memory_of) return 1;
  std::vector<std::int64_t> next(memories.size(), 0);
  for (std::size_t t = 0; t < m.tensors.size(); ++t) {  // laid out in the order of the network, so that images read in order
    if (m.tensors[t].d->use != role::constant) continue;
    auto const i = (*memory_of)[t];
    plan.tensors[t] = {i, section::constants, static_cast<bytes>(next[i])};
    next[i] += round_up(stored[t].size_bytes, memories[i].alignment_bytes);
  }

  // Everything else, memory by memory: states for good, the rest while it lives.
  for (std::size_t i = 0; i < memories.size(); ++i) {
    std::int64_t const alignment = memories[i].alignment_bytes;
    std::int64_t state = 0;
    std::vector<placement_item> items, apart;
    std::vector<l1_buffer> what;
    auto const add = [&](int first, int end, int begins_with, std::int64_t size, l1_buffer const& of) {
      bool const follows = begins_with > 0 && leaves_something(m, plan.steps[static_cast<std::size_t>(begins_with) - 1]);
      items.push_back({first, end, size, alignment, {}});
      int from = follows ? std::min(first, begins_with - 1) : first;
      for (int s : {first, begins_with})
        if (int const f = under[static_cast<std::size_t>(s)]; f >= 0) from = std::min(from, f);
      apart.push_back({from, end, size, alignment, {}});
      what.push_back(of);
    };
    for (std::size_t t = 0; t < m.tensors.size(); ++t) {
      if (m.tensors[t].d->use == role::constant || c.home[t] != i) continue;
      if (m.tensors[t].d->use == role::state) {
        plan.tensors[t] = {static_cast<u8>(i), section::state, static_cast<bytes>(state)};
        state += round_up(p.size_of_tensor(static_cast<int>(t)), alignment);
        continue;
      }
      add(order.born[t], order.dies[t] + 1, order.born[t], round_up(p.size_of_tensor(static_cast<int>(t)), alignment), {0, 0, 0, static_cast<int>(t)});
    }
    if (i == 0) {
      for (int s = 0; s < p.steps(); ++s) {
        candidate const& k = *p.columns(s)[c.column[s]].of;
        layer_descriptor const& l = *m.layers[order.layer_at[s]].d;
        for (int o = 0; o < l.operands; ++o) {
          if (k.copies[o] == 0 || k.home[o] == 0) continue;
          std::int64_t const size = round_up(tile_bytes(m.layers[order.layer_at[s]].engines[k.engine].seen(l, k.form, o), k.tile.data()), alignment);
          for (int copy = 0; copy < k.copies[o]; ++copy) add(copy == 0 ? s - early.of[static_cast<std::size_t>(s)].steps(o) : s, s + 1, s, size, {s, o, copy, -1});
        }
        std::int64_t const scratch =
            round_up(m.layers[order.layer_at[s]].engines[k.engine].scratch_of_step(l, k.form, k.tile.data()), alignment);
        if (scratch > 0) add(s, s + 1, s, scratch, {s, -1, 0, -1});
      }
    }
    std::int64_t const room = options.capacity[i] - next[i] - state;
    placement const placed = place_lowest(i == 0 && clear_of != apart_from::nothing ? apart : items, room, placing);
    if (!placed.complete) return static_cast<int>(i);
    for (std::size_t j = 0; j < items.size(); ++j) {
      auto const at = static_cast<bytes>(placed.offset[j]);
      if (what[j].tensor >= 0)
        plan.tensors[what[j].tensor] = {static_cast<u8>(i), section::scratch, at};
      else if (what[j].operand < 0)
        plan.steps[what[j].step].scratch_at = at;
      else
        plan.steps[what[j].step].buffer[what[j].operand].at[what[j].copy] = at;
    }
    plan.memories[i].used[0] = static_cast<bytes>(next[i]);
    plan.memories[i].used[1] = static_cast<bytes>(state);
    plan.memories[i].used[2] = static_cast<bytes>(placed.peak_bytes);

    memory_report report{next[i] + state + placed.peak_bytes, options.capacity[i], 0, -1};
    for (int s = 0; s < p.steps(); ++s) {
      std::int64_t live = next[i] + state;
      for (placement_item const& item : items)
        if (item.first <= s && s < item.end) live += item.bytes;
      if (live > report.live_bound) report.live_bound = live, report.peak_layer = order.layer_at[s];
    }
    result.memories.push_back(report);
  }
  if (!engines_stay_inside(m, plan)) return 0;  // when all tensors have their memories
  plan.objective = result.plan.objective;
  plan.bound = result.plan.bound;
  plan.reproducible = result.plan.reproducible;
  result.plan = std::move(plan);
  return placed_all;
}
}  // namespace

// Where there is room for it, and bytes are not what is sought, steps of boards with a unit keep apart: some may then run
// while the unit computes the last tile of one before, or begin while results are stored.
int place_buffers(planned_model const& m, plan_options const& options, choice_problem const& p, choice const& c, early_plan& early, plan_result& result) {
  bool has_unit = false;
  for (planned_layer const& l : m.layers)
    for (mapping_facts const& e : l.engines) has_unit = has_unit || e.by_unit != nullptr;
  int missing = placed_all;
  auto const fits = [&](apart_from clear_of) {
    result.memories.clear();
    missing = place(m, options, p, c, early, clear_of, result);
    return missing == placed_all;
  };
  auto const fits_apart = [&] { return fits(apart_from::flights) || fits(apart_from::last_step); };
  bool const apart = has_unit && options.aim != objective::bytes;
  if (early.saved_cycles > 0) {
    if (apart ? fits_apart() : fits(apart_from::nothing)) return placed_all;
    early = early_under_last(p, c);
  }
  if (!(apart && fits_apart())) fits(apart_from::nothing);
  return missing;
}
}  // namespace deeploy::plan
