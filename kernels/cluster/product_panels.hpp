// SPDX-License-Identifier: Apache-2.0
// Products of rows by rows, lowered to panels: matrix products and pointwise convolutions whose operands lie along the reduction.
#pragma once
#include <cluster/product_grid.hpp>
#include <cluster/product_panel.hpp>
#include <deeploy/lowered.hpp>

namespace deeploy::cluster {
/// A tile as its phase has it.
struct panel_constants {
  product_shares shares;
  product_panel::constants panel;
  bytes y_row = 0;
};
/// What a core has of a product's fours of columns, or of the few behind them, with `at` the operands and the result. One function for all
/// operators, with the loop in it: what it saves is saved once.
template <signs S, result_store to, bool joins, int few>
[[gnu::noinline]] inline void run_panels(int core, int cores, panel_constants const& c, void* const* at) {
  product_shares const& shares = c.shares;
  // Cores that had a block more than others come first where few columns are left.
  product_shares::part const mine = shares.has_parts(cores) ? shares.part_of(core, cores)
                                    : few == 0              ? shares.in_turn(core, cores, 0, shares.columns & ~3)
                                                            : shares.in_turn(cores - 1 - core, cores, shares.columns & ~3, few);
  if (mine.count <= 0) return;
  product_panel p;
  p.set_part<joins, few>(c.panel, static_cast<u8 const*>(at[0]) + mine.row * c.panel.row_stride, mine.rows,
                         static_cast<u8 const*>(at[1]) + mine.column * c.panel.column_stride, mine.columns,
                         static_cast<u8*>(at[2]) + mine.row * c.y_row + mine.column, c.y_row, mine.begin, mine.count);
  run<S, to, joins, few>(p, c.panel);
}

/// @tparam more  pointers of the block behind those here
template <requant_class R, signs S, int more = 0>
struct product_panels {
  static constexpr result_store to = store_of<R>;
  static constexpr bool serves = is_small(to) && !R.scaled;
  static constexpr int a = 0, b = 1, y = 2, pointers = 3 + more;
  using constants = panel_constants;
  /// Rows by columns of one product whose results of a row lie side by side.
  struct shape {
    index rows, columns, depth;
    bytes a_stride, b_stride, y_row;
  };
  /// @param values  of the requantisation
  static constexpr void set(constants& c, shape const& s, i32 const* values) {
    requantiser<R, true> const q(values);
    c.shares = product_shares(s.rows, s.columns, s.depth);
    c.panel = {(s.depth >> 2) - 2, q.scale.mul, q.scale.add, q.shift(), s.a_stride, s.b_stride};
    c.y_row = s.y_row;
  }
  /// Of a tile of one phase.
  static constexpr void set_core_less(constants const& c, lowered_tile& t) {
    auto cycles = [&](int cores) { return product_grid::best(c.shares.rows, c.shares.columns, c.panel.depth(), cores).cycles; };
    i64 const longer = cycles(team_cores - 1) - cycles(team_cores);
    t.one_core_less_cycles = longer < 0 ? 0 : longer < lowered_tile::never ? static_cast<u16>(longer) : lowered_tile::never;
  }

  /// For a tile's columns and rows.
  static constexpr kernel_phase phase_of(constants const& c) { return c.panel.rows_join() ? phase_of<true>(c.shares.columns) : phase_of<false>(c.shares.columns); }
  template <bool joins>
  static constexpr kernel_phase phase_of(index columns) {
    return (columns & 3) == 0 ? &run<joins, 0> : (columns & 3) == 1 ? &run<joins, 1> : (columns & 3) == 2 ? &run<joins, 2> : &run<joins, 3>;
  }

  /// @tparam joins  a row begins where the one before ends
  /// @tparam few    columns behind fours of them
  template <bool joins, int few>
  static void run(int core, int cores, kernel_arguments const& of) {
    auto const& block = lowered_block<pointers, constants>::of(of);
    product_shares const& shares = block.constants.shares;
    if (few == 0 || shares.columns >= 4) {
      run_panels<S, to, joins, 0>(core, cores, block.constants, block.at);
      if (few == 0 || shares.has_parts(cores)) return;
    }
    if constexpr (few != 0) run_panels<S, to, joins, few>(core, cores, block.constants, block.at);
  }
};
}  // namespace deeploy::cluster
