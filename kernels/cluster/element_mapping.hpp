// SPDX-License-Identifier: Apache-2.0
// The mapping that elementwise operators share: a direct form and, on bytes, one by tables.
#pragma once
#include <cluster/element_tables.hpp>
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
  /// Counted instructions of the inner loops, in eighths of a cycle per element on one of eight cores.
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    element_class const c = Operator::describe(l);
    i64 const elements = (elements_of(l, tile) + 7) / 8;
    i64 const before = requant_instructions(c.before[0]) + requant_instructions(c.before[1]);
    i64 const arithmetic = before + Operator::instructions(c) + requant_instructions(c.result);
    if (form == 0) {
      // Eighths: packed words and a quarter of the loop, or each alone; a requantisation alone has a hardware loop.
      bool const in_hardware_loop = Operator::instructions(c) == 0 && c.result.of.narrow && !c.result.of.scaled;
      i64 const store = !is_byte(c.out) ? 24 : in_hardware_loop ? 0 : 14;
      i64 scales = 0;  // made ready one after the other, each at the head of its run
      if (c.result.of.scaled) {
        scales = 1;
        for (int a = 0; a < l.axes; ++a)
          if (depends_on(l.with[c.inputs], a) || depends_on(l.with[c.inputs + 1], a)) scales *= tile[a];
      }
      return walk_cycles + (elements * (8 * (c.inputs + arithmetic) + store) + 7) / 8 + (scales + 7) / 8 * 200;
    }
    // Look-ups, and about one access in eight loses against another core.
    if (table_of(l) == 1) return walk_cycles + phase_cycles + 32 * (arithmetic + 6) + (elements * 27 + 7) / 8;
    return walk_cycles + phase_cycles + 128 * (arithmetic / 3 + 10) + (elements * 66 + 7) / 8;
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = [] {
    using op = typename Operator::template of_class<Operator::describe(L)>;
    if constexpr (form == 0)
      return kernel_code{{&elementwise<op, only_axis(L)>::direct}, flat_lowering<op, only_axis(L)>()};
    else if constexpr (table_of(L) == 1)
      return kernel_code{{&unary_table<op>::fill, &unary_table<op>::look_up}};
    else if constexpr (table_of(L) == 2)
      return kernel_code{{&sum_table<op>::fill, &sum_table<op>::look_up}};
    else
      return kernel_code{};
  }();
};
}  // namespace deeploy::cluster
