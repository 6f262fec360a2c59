// SPDX-License-Identifier: Apache-2.0
// program<Net, Board>: model and plan compiled into the tables that the executor reads. Equal layers share a geometry.
#pragma once
#include <deeploy/engine/mapping.hpp>
#include <deeploy/network.hpp>
#include <deeploy/plan.hpp>
#include <deeploy/proof.hpp>
#include <deeploy/tables.hpp>

namespace deeploy {
namespace detail {
/// Kernels of one layer: [engine][form]; only those that the plan uses are instantiated.
inline constexpr int max_engines = 4, max_forms = 8;
struct layer_kernels {
  kernel_code of[max_engines][max_forms] = {};
};

template <class L, class Engine, u32 used, int... F>
constexpr void collect(kernel_code (&of)[max_forms], indices<F...>) {
  (([&] {
     if constexpr (used >> F & 1) of[F] = mapping_of<L, Engine>::template code<L::descriptor, F>;
   }()),
   ...);
}

/// Bit f of word e: the plan runs layer `l` by form f of engine e.
template <class Net>
constexpr u32 forms_used(int l, int e) {
  u32 used = 0;
  for (step const& s : plan_of<Net>::steps)
    if (s.layer == l && s.engine == e) used |= 1u << s.form;
  return used;
}

template <class Net, int l, class L, class... E, int... e>
constexpr layer_kernels kernels_of(types<E...>, indices<e...>) {
  layer_kernels k;
  (collect<L, E, forms_used<Net>(l, e)>(k.of[e], first<max_forms>{}), ...);
  return k;
}

constexpr bool same(box const& a, box const& b) {
  for (int i = 0; i < max_axes; ++i)
    if (a.from[i] != b.from[i] || a.to[i] != b.to[i]) return false;
  return true;
}
constexpr bool same(dimension const& a, dimension const& b) {
  return a.length == b.length && a.stride == b.stride && a.axis == b.axis && a.window_axis == b.window_axis &&
         a.slot == b.slot && a.scale == b.scale && a.window_scale == b.window_scale && a.shift == b.shift &&
         a.divisor == b.divisor && a.modulus == b.modulus;
}
constexpr bool same(operand_geometry const& a, operand_geometry const& b) {
  if (a.present != b.present || a.written != b.written || a.rank != b.rank || a.element_bytes != b.element_bytes ||
      a.copies != b.copies || a.slide_slot != b.slide_slot || a.slide_step != b.slide_step)
    return false;
  for (int i = 0; i < a.rank; ++i)
    if (!same(a.dim[i], b.dim[i])) return false;
  return true;
}
constexpr bool same(geometry const& a, geometry const& b) {
  if (a.axes != b.axes || a.operands != b.operands || !same(a.part, b.part)) return false;
  for (int i = 0; i < a.axes; ++i)
    if (a.order[i] != b.order[i] || a.tile[i] != b.tile[i] || a.slot[i] != b.slot[i] || a.reduced[i] != b.reduced[i])
      return false;
  for (int o = 0; o < a.operands; ++o)
    if (!same(a.with[o], b.with[o])) return false;
  for (int p = 0; p < 3; ++p)
    if (a.head.code.phase[p] != b.head.code.phase[p]) return false;
  return true;
}

constexpr geometry geometry_of(layer_descriptor const& l, mapping_facts const& m, step const& s, kernel_code const& code) {
  geometry g;
  g.axes = l.axes;
  g.operands = l.operands;
  g.part = s.part;
  g.head.code = code;
  g.head.operands = l.operands;
  for (int a = 0; a < l.axes; ++a) {
    g.order[a] = s.order[a];
    g.tile[a] = s.tile[a];
    g.slot[a] = l.space[a].slot;
    g.reduced[a] = l.space[a].kind == axis_kind::reduction;
  }
  for (int o = 0; o < l.operands; ++o) {
    operand const from = m.seen(l, s.form, o);
    operand_geometry& to = g.with[o];
    if (from.of == nullptr) continue;
    to.present = true;
    to.written = from.way == direction::out;
    to.rank = from.rank;
    to.element_bytes = static_cast<u8>(size_of(from.of->type));
    to.copies = s.buffer[o].copies;
    to.slide_slot = from.slide_slot;
    to.slide_step = from.slide_step;
    u8 const bit = static_cast<u8>(1u << o);
    g.head.present |= bit;
    if (to.written) g.head.written |= bit;
    if (to.copies == 1) g.head.single |= bit;
    if (to.copies == 2) g.head.twice |= bit;
    if (to.slide_slot != 0) g.head.slides |= bit;
    storage_order const order = tile_order(from);
    for (int i = 0; i < from.rank; ++i) to.dim[i] = from.dim[order.of[i]];
  }
  return g;
}
}  // namespace detail

/// The tables of a planned network on a board.
template <Network Net, Board B>
struct program {
  static_assert(proved<Net, B>());
  using graph_t = graph<Net>;
  using plan = plan_of<Net>;
  static constexpr int step_count = sizeof(plan::steps) / sizeof(step);
  using mappings = detail::mappings<Net, B>;
  static constexpr int engines = mappings::engines;

  template <class List, class Indices>
  struct kernel_table;
  template <class... L, int... l>
  struct kernel_table<detail::types<L...>, detail::indices<l...>> {
    static constexpr detail::layer_kernels of[sizeof...(L)] = {
        detail::kernels_of<Net, l, L>(typename B::engines{}, detail::first<engines>{})...};
  };
  using kernels = kernel_table<typename Net::layers, detail::first<graph_t::layers>>;

  template <int s>
  static constexpr geometry geometry_of_step =
      detail::geometry_of(graph_t::layer(plan::steps[s].layer), mappings::of[plan::steps[s].layer].of[plan::steps[s].engine], plan::steps[s],
                          kernels::of[plan::steps[s].layer].of[plan::steps[s].engine][plan::steps[s].form]);

  /// Steps that share a geometry: `first[g]` is the first step of geometry g, `of[s]` the geometry of step s.
  struct sharing {
    int count = 0;
    u16 of[step_count] = {};
    u16 first[step_count] = {};
  };
  template <class Indices>
  struct tables;
  template <int... s>
  struct tables<detail::indices<s...>> {
    static constexpr geometry const* all[sizeof...(s)] = {&geometry_of_step<s>...};
    static constexpr sharing shared = [] {
      sharing h;
      for (int i = 0; i < step_count; ++i) {
        int g = 0;
        while (g < h.count && !detail::same(*all[h.first[g]], *all[i])) ++g;
        if (g == h.count) h.first[h.count++] = static_cast<u16>(i);
        h.of[i] = static_cast<u16>(g);
      }
      return h;
    }();
  };
  using all_steps = tables<detail::first<step_count>>;
  static constexpr int geometry_count = all_steps::shared.count;

  struct value_table {
    i32 of[graph_t::layers * max_values] = {};
    u16 first[graph_t::layers] = {};
    int count = 0;
  };
  static constexpr value_table all_values = [] {
    value_table t;
    for (int l = 0; l < graph_t::layers; ++l) {
      layer_descriptor const& d = graph_t::layer(l);
      t.first[l] = static_cast<u16>(t.count);
      for (int i = 0; i < d.value_count; ++i) t.of[t.count++] = d.values[i];
    }
    return t;
  }();

  /// Where the compiler lowers tiles, those walked at run time stay as they are.
  static constexpr geometry at_run_time(geometry g) {
    if constexpr (requires { typename B::stream; }) g.head.code.lower = nullptr;
    return g;
  }

  static constexpr step_record record(int s) {
    step const& from = plan::steps[s];
    layer_descriptor const& l = graph_t::layer(from.layer);
    step_record r;
    r.geometry_index = all_steps::shared.of[s];
    r.layer = from.layer;
    r.values_at = all_values.first[from.layer];
    r.value_count = static_cast<u8>(l.value_count);
    r.early = from.early;
    r.scratch_at = from.scratch_at;
    r.scratch_turn = static_cast<bytes>(mappings::of[from.layer].of[from.engine].scratch_turn(l, from.form, from.tile));
    for (int o = 0; o < l.operands; ++o) {
      operand const with = mappings::of[from.layer].of[from.engine].seen(l, from.form, o);
      if (with.of == nullptr) continue;
      place const& p = plan::tensors[graph_t::tensor(from.layer, mapping_facts::whose(l, with, o))];
      r.home[o] = {p.memory, p.where, p.offset + static_cast<i64>(with.offset) * size_of(with.of->type)};
      r.buffer[o][0] = from.buffer[o].at[0];
      r.buffer[o][1] = from.buffer[o].at[1];
    }
    return r;
  }

  template <class Geometries, class Steps, class Values>
  struct stored;
  template <int... g, int... s, int... v>
  struct stored<detail::indices<g...>, detail::indices<s...>, detail::indices<v...>> {
    static constexpr geometry geometries[sizeof...(g)] = {at_run_time(geometry_of_step<all_steps::shared.first[g]>)...};
    static constexpr step_record steps[sizeof...(s)] = {record(s)...};
    static constexpr i32 values[sizeof...(v) + 1] = {all_values.of[v]..., 0};
  };
  using kept = stored<detail::first<geometry_count>, detail::first<step_count>, detail::first<all_values.count>>;

  static constexpr program_view view{kept::geometries, kept::steps, kept::values, step_count, most_of<Net>()};
};
}  // namespace deeploy
