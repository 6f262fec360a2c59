// SPDX-License-Identifier: Apache-2.0
// The mapping that elementwise operators share: a direct form and, on bytes, one by tables.
#pragma once
#include <cluster/flat_tables.hpp>
#include <cluster/flat.hpp>

namespace deeploy::cluster {
/// Elements of a tile.
constexpr i64 elements_of(layer_descriptor const& l, index const* tile) {
  i64 n = 1;
  for (int a = 0; a < l.axes; ++a) n *= tile[a];
  return n;
}
/// Entry, merging of the axes and finding the share: cycles of one call of a kernel that walks runs.
inline constexpr i64 walk_cycles = 160;
/// The same of the short loop of tiles that are one run.
inline constexpr i64 flat_cycles = 20;
/// A scale made ready at the head of its run.
inline constexpr i64 scale_cycles = 160;
/// A barrier between two phases, with the second entry.
inline constexpr i64 phase_cycles = 40;

/// Instructions of a requantisation of one element.
constexpr i64 requant_instructions(element_requant const& r) {
  if (!r.of.present) return 0;
  i64 const clip = r.of.clip == clip_range::any ? 2 : 1;
  if (!r.of.narrow) return 26 + 2 * clip;
  i64 const round = r.of.round == rounding::half_up || r.of.round == rounding::down ? 0 : 4;
  return 2 + round + clip + (r.fits ? 0 : 1);
}

/// Are tiles of the layer one run, if they are small? Not those that repeat an operand along some of the axes.
constexpr bool is_flat(layer_descriptor const& l, element_class const& c) {
  if (c.result.of.scaled) return false;
  for (int o = 0; o < c.inputs; ++o) {
    int varies_along = 0, axes = 0;
    for (int a = 0; a < l.axes; ++a)
      if (l.space[a].length > 1) ++axes, varies_along += depends_on(l.with[o], a);
    if (varies_along != 0 && varies_along != axes) return false;
  }
  return true;
}

/// One run of more elements, in whole words?
constexpr bool is_long_run(layer_descriptor const& l, element_class const& c, index const* tile) {
  i64 const all = elements_of(l, tile);
  return is_flat(l, c) && all > most_flat_elements && all % 4 == 0;
}

/// @tparam Operator  the operator: describe(layer) gives the class, of_class<C> its arithmetic, `instructions` their
/// number
template <class Operator>
struct elementwise_mapping {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}, {"table", false}};

  /// Kinds of tables: 0 none, 1 of one input, 2 of sums.
  static constexpr int table_of(layer_descriptor const& l) {
    element_class const c = Operator::describe(l);
    if (serves_unary_table(c)) return 1;
    if (Operator::sums && serves_sum_table(c, l.values)) return 2;
    return 0;
  }
  static constexpr bool takes(layer_descriptor const& l, int form) { return form == 0 || table_of(l) != 0; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const*) {
    return form == 0 ? 0 : table_of(l) == 1 ? 256 : 1024;
  }
  static constexpr i64 arithmetic_of(element_class const& c) {
    return requant_instructions(c.before[0]) + requant_instructions(c.before[1]) + Operator::instructions(c) + requant_instructions(c.result);
  }
  static constexpr i64 table_cycles = 400;  ///< of a tile by table, whatever its length
  /// Counted instructions of the inner loops, in eighths of a cycle per element on one of eight cores.
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    element_class const c = Operator::describe(l);
    i64 const all = elements_of(l, tile), elements = (all + 7) / 8;
    i64 const arithmetic = arithmetic_of(c);
    if (form == 0) {
      // Loads and stores of the short loop meet other cores' in a bank of L1; longer tiles cost no less than they would there.
      i64 short_loop = 0;
      if (is_flat(l, c)) {
        i64 const flat = all < most_flat_elements ? all : most_flat_elements;
        short_loop = flat_cycles + (flat + 7) / 8 * (2 * c.inputs + arithmetic + 5);
        if (all <= most_flat_elements) return short_loop;
      }
      // Eighths: packed words and a quarter of the loop, or each alone; a requantisation alone has a hardware loop.
      bool const in_hardware_loop = Operator::instructions(c) == 0 && c.result.of.narrow && !c.result.of.scaled;
      i64 const store = !is_byte(c.out) ? 50 : in_hardware_loop ? 7 : 14;
      i64 scales = 0;  // made ready one after the other, each at the head of its run
      if (c.result.of.scaled) {
        scales = 1;
        for (int a = 0; a < l.axes; ++a)
          if (depends_on(l.with[c.inputs], a) || depends_on(l.with[c.inputs + 1], a)) scales *= tile[a];
      }
      i64 const entry = c.inputs > 2 ? 500 : 0;  // an operand more to walk, and code beyond the private cache
      i64 const long_loop = (is_long_run(l, c, tile) ? flat_cycles : walk_cycles) + entry + (elements * (8 * (c.inputs + arithmetic) + store) + 7) / 8 + (scales + 7) / 8 * scale_cycles;
      return long_loop < short_loop ? short_loop : long_loop;
    }
    // Look-ups, and about one access in eight loses against another core.
    if (table_of(l) == 1) return walk_cycles + phase_cycles + table_cycles + 32 * (arithmetic + 6) + (elements * 27 + 7) / 8;
    // A core makes 128 entries: one requantisation each.
    return (is_long_run(l, c, tile) ? flat_cycles : walk_cycles) + phase_cycles + table_cycles + 128 * (arithmetic / 3 + 10) + (elements * 70 + 7) / 8;
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int form, index const* tile) {
    element_class const c = Operator::describe(l);
    if (form != 0) return table_of(l) == 1 ? 1070 : is_long_run(l, c, tile) ? 900 : 1740;
    if (elements_of(l, tile) <= most_flat_elements && is_flat(l, c)) return 120 + 4 * arithmetic_of(c);
    if (is_long_run(l, c, tile)) return 130 + 40 * c.inputs + 35 * arithmetic_of(c);
    return 300 + 420 * c.inputs + 75 * arithmetic_of(c) + (c.result.of.scaled ? 700 : 0);
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = [] {
    using op = typename Operator::template of_class<Operator::describe(L)>;
    if constexpr (form == 0)
      return kernel_code{{&elementwise<op, only_axis(L)>::direct}, flat_lowering<op, only_axis(L)>()};
    else if constexpr (table_of(L) == 1)
      return kernel_code{{&unary_table<op>::fill, &unary_table<op>::look_up}};
    else if constexpr (table_of(L) == 2)
      return kernel_code{{&sum_table<op>::fill, &sum_table<op>::look_up}, &flat_sum_table<op>::lower};
    else
      return kernel_code{};
  }();
};
}  // namespace deeploy::cluster
