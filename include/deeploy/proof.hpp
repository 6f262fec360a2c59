// SPDX-License-Identifier: Apache-2.0
// proved<Net, Board>(): the plan is checked again by the compiler, from the types; it shares nothing with the planner.
#pragma once
#include <deeploy/check.hpp>
#include <deeploy/hash.hpp>
#include <deeploy/packing.hpp>
#include <deeploy/version.hpp>

namespace deeploy {
namespace detail {
template <class Net>
inline constexpr int steps_of = sizeof(plan_of<Net>::steps) / sizeof(step);
template <class Net>
inline constexpr int places_of = sizeof(plan_of<Net>::tensors) / sizeof(place);

/// First and last step that touch each tensor: it must keep its bytes in between.
template <class Net>
struct lifetimes {
  struct table {
    i16 born[places_of<Net> + 1] = {};
    i16 dies[places_of<Net> + 1] = {};
    i16 first_step[graph<Net>::layers] = {};  ///< of each layer
    i16 last_step[graph<Net>::layers] = {};
  };
  static constexpr table of = [] {
    using g = graph<Net>;
    table t;
    int const steps = steps_of<Net>;
    for (int i = 0; i < places_of<Net>; ++i) {
      t.born[i] = static_cast<i16>(steps);
      t.dies[i] = -1;
    }
    for (int l = 0; l < g::layers; ++l) t.first_step[l] = t.last_step[l] = -1;
    for (int s = 0; s < steps; ++s) {
      int const l = plan_of<Net>::steps[s].layer;
      if (l >= g::layers) continue;
      if (t.first_step[l] < 0) t.first_step[l] = static_cast<i16>(s);
      t.last_step[l] = static_cast<i16>(s);
      for (int o = 0; o < g::layer(l).operands; ++o) {
        int const i = g::tensor(l, o);
        if (i < 0 || i >= places_of<Net>) continue;
        if (s < t.born[i]) t.born[i] = static_cast<i16>(s);
        t.dies[i] = static_cast<i16>(s);
      }
    }
    for (int i = 0; i < places_of<Net> && i < g::tensor_count; ++i) {
      role const use = g::tensors.of[i]->use;
      if (use == role::input || use == role::state || use == role::constant) t.born[i] = 0;
      if (use == role::output || use == role::state || use == role::constant) t.dies[i] = static_cast<i16>(steps - 1);
    }
    return t;
  }();
};

constexpr i64 round_up(i64 n, i64 multiple) { return (n + multiple - 1) / multiple * multiple; }

/// A block of bytes that is in use during a step.
struct block {
  i64 at = 0, end = 0;
};
/// Blocks by address, with room for one step's.
template <int most>
struct block_list {
  block of[most] = {};
  int count = 0;
  /// Adds a block; an overlap with one that is there is the problem.
  constexpr problem add(i64 at, i64 size, int code) {
    if (size == 0) return {};
    int i = count;
    while (i > 0 && of[i - 1].at > at) --i;
    if (i > 0 && of[i - 1].end > at) return {code, at, of[i - 1].end};
    if (i < count && of[i].at < at + size) return {code, of[i].at, at + size};
    for (int k = count++; k > i; --k) of[k] = of[k - 1];
    of[i] = {at, at + size};
    return {};
  }
  constexpr void remove(i64 at) {
    int i = 0;
    while (i < count && of[i].at != at) ++i;
    for (; i + 1 < count; ++i) of[i] = of[i + 1];
    if (count > 0 && i < count) --count;
  }
};

/// Engine, form, part, tile and order of step s.
template <class Net, class B>
constexpr problem problem_of_tiles(int s) {
  using g = graph<Net>;
  step const& x = plan_of<Net>::steps[s];
  if (x.layer >= g::layers) return {3012, x.layer, g::layers};
  if (x.engine >= mappings<Net, B>::engines) return {3012, x.engine, mappings<Net, B>::engines};
  mapping_facts const& m = mappings<Net, B>::of[x.layer].of[x.engine];
  if (x.form >= m.form_count) return {3012, x.form, m.form_count};
  layer_descriptor const& l = g::layer(x.layer);
  if (!m.takes(l, x.form)) return {3016, 0, 1};
  unsigned named = 0;
  for (int i = 0; i < l.axes; ++i)
    if (x.order[i] < l.axes) named |= 1u << x.order[i];
  for (int a = 0; a < l.axes; ++a)
    if (!(named >> a & 1)) return {3018, x.order[a], a};  // axis a has no loop
  int innermost = -1;  // of the cut axes that are no reductions
  for (int i = l.axes - 1; i >= 0; --i) {
    int const a = x.order[i];
    index const length = x.part.to[a] - x.part.from[a];
    axis const& along = l.space[a];
    if (x.part.from[a] < 0) return {3014, i64{along.length} - x.part.from[a], along.length};
    if (length < 0) return {3014, i64{along.length} - length, along.length};
    if (x.part.to[a] > along.length) return {3014, x.part.to[a], along.length};
    if (x.tile[a] < 1 || x.tile[a] > along.length) return {3014, x.tile[a] < 1 ? along.length + 1 : x.tile[a], along.length};
    if (along.kind == axis_kind::whole && (x.tile[a] != along.length || length != along.length))
      return {3015, length != along.length ? length : x.tile[a], along.length};
    bool const tiled = x.tile[a] < length;
    if (along.kind == axis_kind::reduction) {
      if (length != along.length) return {3015, length, along.length};
      if (tiled && !m.forms[x.form].accumulates) return {3015, x.tile[a], length};
      if (tiled && innermost >= 0) return {3018, innermost, a};
    } else if (tiled && innermost < 0) {
      innermost = a;
    }
    i64 const multiple = round_up(m.multiple(l, x.form, a), 1) * cut_multiple(l, a);
    if (tiled && x.tile[a] % multiple != 0) return {3015, x.tile[a], x.tile[a] / multiple * multiple};
    if (x.part.from[a] % cut_multiple(l, a) != 0) return {3015, x.part.from[a], x.part.from[a] / cut_multiple(l, a) * cut_multiple(l, a)};
  }
  return {};
}

/// Memories, buffers and times of the operands of step s.
template <class Net, class B>
constexpr problem problem_of_operands(int s) {
  using g = graph<Net>;
  step const& x = plan_of<Net>::steps[s];
  layer_descriptor const& l = g::layer(x.layer);
  auto const& lives = lifetimes<Net>::of;
  bytes const l1 = plan_of<Net>::memories[0].used[static_cast<int>(section::scratch)];
  bytes const alignment = B::memories[0].alignment_bytes;
  mapping_facts const& m = mappings<Net, B>::of[x.layer].of[x.engine];
  i64 const before_l1 = B::memories[0].reserved_bytes, l1_end = B::memories[0].plannable_bytes();
  for (int o = 0; o < l.operands; ++o) {
    operand const with = m.seen(l, x.form, o);
    if (with.of == nullptr) continue;
    int const t = g::tensor(x.layer, m.whose(l, with, o));
    bool const in_l1 = plan_of<Net>::tensors[t].memory == 0;
    int const copies = x.buffer[o].copies;
    if (storage<Net, B>::of[t].packed() && l.with[o].of != nullptr) {
      // Read in place by the one engine and form that it is packed for.
      if (storage<Net, B>::of[t].shared) return {3031, 1, 0};
      if (!B::memories[plan_of<Net>::tensors[t].memory].read_in_place) return {3026, plan_of<Net>::tensors[t].memory, -1};
      if (copies != 0 || x.early.steps(o) != 0) return {3030, copies, 0};
      continue;
    }
    if (in_l1) {
      reach_beyond const r = m.reaches(l, x.form, o, x.tile, true);
      i64 const at = plan_of<Net>::tensors[t].offset, end = at + with.of->size_bytes() + r.behind;
      if (at - r.before < -before_l1 || end > l1_end) return {3032, end, l1_end};
    }
    if (in_l1 ? copies != 0 : copies != 1 && copies != 2) return {3030, copies, in_l1 ? 0 : 1};
    if (in_l1 && !walks_in_place(with)) return {3027, 0, 1};
    for (int c = 0; c < copies; ++c) {
      i64 const end = x.buffer[o].at[c] + tile_bytes(with, x.tile);
      if (x.buffer[o].at[c] < 0 || end > l1) return {3021, end > l1 ? end : i64{l1} - x.buffer[o].at[c], l1};
      if (x.buffer[o].at[c] % alignment != 0) return {3022, x.buffer[o].at[c], x.buffer[o].at[c] / alignment * alignment};
      reach_beyond const r = m.reaches(l, x.form, o, x.tile, false);
      if (x.buffer[o].at[c] - r.before < -before_l1 || end + r.behind > l1_end) return {3032, end + r.behind, l1_end};
    }
    if (with.way == direction::in && (with.of->use == role::scratch || with.of->use == role::output))
      for (int k = writers<Net>::of.last[t]; k >= 0;) {
        int const j = writers<Net>::operand_of(k, t);
        if (lives.last_step[k] >= s && may_share(g::layer(k).with[j], with)) return {3013, lives.last_step[k], s};
        k = writers<Net>::of.before[k][j];
      }
    if (int const early = x.early.steps(o); early != 0) {
      int const most = with.way == direction::out || in_l1 ? 0 : (x.early.by[0] & x.early.by[1]) != 0 ? early - 1 : s;
      if (early > most) return {3033, early, most};
      // What a step writes cannot be fetched before it has ended.
      for (int k = s - early; k < s; ++k) {
        layer_descriptor const& before = g::layer(plan_of<Net>::steps[k].layer);
        for (int j = 0; j < before.operands; ++j)
          if (g::tensor(plan_of<Net>::steps[k].layer, j) == t && before.with[j].way == direction::out && may_share(before.with[j], with))
            return {3029, k, s - early};
      }
    }
    if (with.of->use == role::state) {
      // Who reads and who writes a state keep the order of the network.
      for (int k = 0; k < steps_of<Net>; ++k) {
        int const other = plan_of<Net>::steps[k].layer;
        if (other >= x.layer || k < s) continue;
        for (int j = 0; j < g::layer(other).operands; ++j)
          if (g::tensor(other, j) == t && (g::layer(other).with[j].way == direction::out || with.way == direction::out)) return {3013, k, s};
      }
    }
  }
  i64 const scratch = m.scratch_of_step(l, x.form, x.tile);
  reach_beyond const r = m.reaches(l, x.form, -1, x.tile, false);
  if (scratch > 0 && x.scratch_at + scratch + r.behind > l1_end) return {3032, x.scratch_at + scratch + r.behind, l1_end};
  if (x.scratch_at < 0) return {3021, i64{l1} - x.scratch_at, l1};
  if (scratch > 0 && x.scratch_at + scratch > l1) return {3021, x.scratch_at + scratch, l1};
  if (x.scratch_at % alignment != 0) return {3022, x.scratch_at, x.scratch_at / alignment * alignment};
  return {};
}

/// Most tensors that live in L1 at once.
template <class Net>
inline constexpr int most_in_l1 = [] {
  int change[steps_of<Net> + 1] = {}, live = 0, most = 0;
  for (int t = 0; t < places_of<Net>; ++t) {
    if (plan_of<Net>::tensors[t].memory != 0 || lifetimes<Net>::of.dies[t] < lifetimes<Net>::of.born[t]) continue;
    ++change[lifetimes<Net>::of.born[t]];
    --change[lifetimes<Net>::of.dies[t] + 1];
  }
  for (int c : change) {
    live += c;
    if (live > most) most = live;
  }
  return most;
}();

/// Do all blocks of L1 that are in use during step s keep apart? Tensors that live there, the step's buffers and scratch, and
/// the early tiles of steps behind.
template <class Net, class B>
constexpr problem problem_of_l1(int s) {
  using g = graph<Net>;
  step const& x = plan_of<Net>::steps[s];
  layer_descriptor const& l = g::layer(x.layer);
  mapping_facts const& m = mappings<Net, B>::of[x.layer].of[x.engine];
  block_list<most_in_l1<Net> + (2 + most_steps_early) * max_operands + 1> live;
  for (int t = 0; t < places_of<Net>; ++t) {
    place const& p = plan_of<Net>::tensors[t];
    if (p.memory != 0 || lifetimes<Net>::of.born[t] > s || lifetimes<Net>::of.dies[t] < s) continue;
    if (problem const found = live.add(p.offset, g::tensors.of[t]->size_bytes(), 3023); found.code != 0) return found;
  }
  for (int o = 0; o < l.operands; ++o)
    for (int c = 0; c < x.buffer[o].copies; ++c)
      if (problem const found = live.add(x.buffer[o].at[c], tile_bytes(m.seen(l, x.form, o), x.tile), 3023); found.code != 0) return found;
  i64 const scratch = m.scratch_of_step(l, x.form, x.tile);
  if (problem const found = live.add(x.scratch_at, scratch, 3023); found.code != 0) return found;
  for (int n = 1; n <= most_steps_early && s + n < steps_of<Net>; ++n) {
    step const& next = plan_of<Net>::steps[s + n];
    layer_descriptor const& behind = g::layer(next.layer);
    for (int o = 0; o < behind.operands; ++o)
      if (next.early.steps(o) >= n)
        if (problem const found = live.add(next.buffer[o].at[0], tile_bytes(mappings<Net, B>::of[next.layer].of[next.engine].seen(behind, next.form, o), next.tile), 3023); found.code != 0) return found;
  }
  return {};
}

template <class Net, class B>
constexpr problem problem_of_step(int s) {
  problem p = problem_of_tiles<Net, B>(s);
  if (p.code == 0) p = problem_of_operands<Net, B>(s);
  if (p.code == 0) p = problem_of_l1<Net, B>(s);
  return p;
}

/// Do the steps of layer l run every part of it, and none twice?
template <class Net>
constexpr problem problem_of_cover(int l) {
  auto const& d = graph<Net>::layer(l);
  auto const volume = [&](box const& b) {
    i64 n = 1;
    for (int a = 0; a < d.axes; ++a) n *= b.to[a] - b.from[a];
    return n;
  };
  i64 covered = 0;
  for (int s = 0; s < steps_of<Net>; ++s) {
    step const& x = plan_of<Net>::steps[s];
    if (x.layer != l) continue;
    covered += volume(x.part);
    for (int k = 0; k < s; ++k) {
      step const& y = plan_of<Net>::steps[k];
      if (y.layer != l) continue;
      bool apart = false;
      for (int a = 0; a < d.axes; ++a) apart = apart || x.part.to[a] <= y.part.from[a] || y.part.to[a] <= x.part.from[a];
      if (!apart) return {3011, s, k};
    }
  }
  if (covered != volume(whole_box(d))) return {3010, covered, volume(whole_box(d))};
  return {};
}

/// Place of tensor t: memory, section, bounds, alignment.
template <class Net, class B>
constexpr problem problem_of_place(int t) {
  place const& p = plan_of<Net>::tensors[t];
  tensor_descriptor const& d = *graph<Net>::tensors.of[t];
  if (p.memory >= memory_count<B>) return {3026, p.memory, -1};
  memory_facts const& m = B::memories[p.memory];
  section const wanted = d.use == role::constant ? section::constants : d.use == role::state ? section::state : section::scratch;
  if (p.where != wanted) return {3026, static_cast<i64>(p.where), static_cast<i64>(wanted)};
  bool const holds = d.use == role::constant ? m.holds_constants : m.holds_activations && (p.memory != 0 || d.use == role::scratch);
  if (!holds) return {3026, p.memory, -1};
  i64 const end = static_cast<i64>(p.offset) + storage<Net, B>::of[t].size_bytes, room = plan_of<Net>::memories[p.memory].used[static_cast<int>(p.where)];
  if (p.offset < 0 || end > room) return {3024, p.offset < 0 ? room + 1 : end, room};
  if (p.offset % m.alignment_bytes != 0) return {3022, p.offset, p.offset / m.alignment_bytes * m.alignment_bytes};
  return {};
}

/// A problem of a tensor, and which one.
struct tensor_problem {
  problem what = {};
  int tensor = 0;
};

/// Places of all tensors, and that those outside of L1 keep apart while they live: step by step, with the live ones by address.
template <class Net, class B, int memory>
constexpr tensor_problem problem_of_memory() {
  auto const& lives = lifetimes<Net>::of;
  bool used = false;
  for (int t = 0; t < places_of<Net>; ++t) used = used || plan_of<Net>::tensors[t].memory == memory || plan_of<Net>::tensors[t].memory >= memory_count<B>;
  if (!used) return {};
  for (int t = 0; t < places_of<Net>; ++t) {
    if (plan_of<Net>::tensors[t].memory != memory && plan_of<Net>::tensors[t].memory < memory_count<B>) continue;
    if (problem const p = problem_of_place<Net, B>(t); p.code != 0) return {p, t};
  }
  if (memory == 0) return {};  // checked step by step
  block_list<places_of<Net> + 1> live[section_count];
  int const steps = steps_of<Net>;
  // Tensors by birth: those of a step are linked one after the other.
  i16 first_of[steps_of<Net> + 1] = {}, first_dead[steps_of<Net> + 1] = {}, next[places_of<Net> + 1] = {}, next_dead[places_of<Net> + 1] = {};
  for (int s = 0; s <= steps; ++s) first_of[s] = first_dead[s] = -1;
  for (int t = places_of<Net> - 1; t >= 0; --t) {
    if (plan_of<Net>::tensors[t].memory != memory || lives.dies[t] < lives.born[t]) continue;
    next[t] = first_of[lives.born[t]];
    first_of[lives.born[t]] = static_cast<i16>(t);
    next_dead[t] = first_dead[lives.dies[t]];
    first_dead[lives.dies[t]] = static_cast<i16>(t);
  }
  for (int s = 0; s < steps; ++s) {
    for (int t = first_of[s]; t >= 0; t = next[t]) {
      place const& p = plan_of<Net>::tensors[t];
      problem const found = live[static_cast<int>(p.where)].add(p.offset, storage<Net, B>::of[t].size_bytes, 3025);
      if (found.code != 0) return {found, t};
    }
    for (int t = first_dead[s]; t >= 0; t = next_dead[t])
      live[static_cast<int>(plan_of<Net>::tensors[t].where)].remove(plan_of<Net>::tensors[t].offset);
  }
  return {};
}

template <class Net, class B, int memory>
constexpr bool show_memory() {
  constexpr tensor_problem p = problem_of_memory<Net, B, memory>();
  if constexpr (p.what.code != 0) {
    // The first layer that has this tensor speaks for it.
    constexpr int l = [] {
      for (int k = 0; k < graph<Net>::layers; ++k)
        for (int o = 0; o < max_operands; ++o)
          if (graph<Net>::tensor(k, o) == p.tensor) return k;
      return 0;
    }();
    return diagnostic<p.what.code>::template shown<nth<l, typename Net::layers>, p.what.found, p.what.expected>();
  }
  constexpr memory_facts const& m = B::memories[memory];
  constexpr bytes used = plan_of<Net>::memories[memory].total();
  if constexpr (used > m.plannable_bytes()) return diagnostic<3028>::template shown<Net, used, m.plannable_bytes()>();
  return true;
}

template <class Net, class B, int... s, int... l, int... m>
constexpr bool prove_plan(indices<s...>, indices<l...>, indices<m...>) {
  bool const good[] = {show_memory<Net, B, m>()..., show<Net, l, problem_of_cover<Net>(l)>()...,
                       show<Net, (plan_of<Net>::steps[s].layer < graph<Net>::layers ? plan_of<Net>::steps[s].layer : 0), problem_of_step<Net, B>(s)>()...};
  return all_of(good, sizeof(good) / sizeof(bool));
}
}  // namespace detail

/// Checks network and plan; what is wrong is a compile error with the layer and both numbers.
///
/// @errors DPL-1xxx, DPL-2xxx (the network), DPL-3xxx (the plan)
/// @cost   about 1 ms a layer in g++ 12; within the default limits of the compilers, as each step is an evaluation of its own
template <Network Net, Board B>
consteval bool proved() {
  static_assert(Planned<Net>, "[DPL-3000] this network has no plan: include the generated plan.hpp of the model before");
  constexpr bool sound = check<Net>();
  if constexpr (sound && Planned<Net>) {
    constexpr plan_header const& h = plan_of<Net>::header;
    using namespace detail;
    if constexpr (h.format != format_version)
      return diagnostic<3001>::template shown<Net, h.format, format_version>();
    else if constexpr (h.tool != tool_version)
      return diagnostic<3002>::template shown<Net, h.tool, tool_version>();
    else if constexpr (h.model != model_hash<Net>)
      return diagnostic<3003>::template shown<Net, static_cast<i64>(h.model), static_cast<i64>(model_hash<Net>)>();
    else if constexpr (h.board != board_hash<B>)
      return diagnostic<3004>::template shown<B, static_cast<i64>(h.board), static_cast<i64>(board_hash<B>)>();
    else if constexpr (places_of<Net> != graph<Net>::tensor_count)
      return diagnostic<3005>::template shown<Net, places_of<Net>, graph<Net>::tensor_count>();
    else
      return prove_plan<Net, B>(first<steps_of<Net>>{}, first<graph<Net>::layers>{}, first<memory_count<B>>{});
  }
  return false;
}
}  // namespace deeploy
