// SPDX-License-Identifier: Apache-2.0
// Products of rows by rows, lowered to panels: matrix products and pointwise convolutions whose operands lie along the reduction.
#pragma once
#include <cluster/product_grid.hpp>
#include <cluster/product_panel.hpp>
#include <deeploy/lowered.hpp>

namespace deeploy::cluster {
/// @tparam more  pointers of the block behind those here
template <requant_class R, signs S, int more = 0>
struct product_panels {
  static constexpr result_store to = store_of<R>;
  static constexpr bool serves = is_small(to) && !R.scaled;
  static constexpr int a = 0, b = 1, y = 2, pointers = 3 + more;
  struct constants {
    product_shares shares;
    i32 depth = 0;
    bytes a_stride = 0, b_stride = 0, y_row = 0;
    i32 mul = 0, add = 0, shift = 0;
  };
  /// Rows by columns of one product whose results of a row lie side by side.
  struct shape {
    index rows, columns, depth;
    bytes a_stride, b_stride, y_row;
  };
  /// @param values  of the requantisation
  static constexpr void set(constants& c, shape const& s, i32 const* values) {
    requantiser<R, true> const q(values);
    c.shares = product_shares(s.rows, s.columns, s.depth);
    c.depth = s.depth;
    c.a_stride = s.a_stride, c.b_stride = s.b_stride, c.y_row = s.y_row;
    c.mul = q.scale.mul, c.add = q.scale.add, c.shift = q.shift();
  }
  /// Of a tile of one phase.
  static constexpr void set_core_less(constants const& c, lowered_tile& t) {
    auto cycles = [&](int cores) { return product_grid::best(c.shares.rows, c.shares.columns, c.depth, cores).cycles; };
    i64 const longer = cycles(team_cores - 1) - cycles(team_cores);
    t.one_core_less_cycles = longer < 0 ? 0 : longer < lowered_tile::never ? static_cast<u16>(longer) : lowered_tile::never;
  }

  /// For so many columns.
  static constexpr kernel_phase phase_of(index columns) {
    return (columns & 3) == 0 ? &run<0> : (columns & 3) == 1 ? &run<1> : (columns & 3) == 2 ? &run<2> : &run<3>;
  }

  /// @tparam few  columns behind fours of them
  template <int few>
  static void run(int core, int cores, kernel_arguments const& of) {
    auto const& block = lowered_block<pointers, constants>::of(of);
    product_shares const& shares = block.constants.shares;
    bool const has_parts = shares.has_parts(cores);
    index const whole = few == 0 ? shares.columns : shares.columns - few;
    if (few == 0 || whole > 0) {
      run_part<0>(block, has_parts ? shares.part_of(core, cores) : shares.in_turn(core, cores, 0, whole));
      if (few == 0 || has_parts) return;
    }
    // Cores that had a block more than others come first here.
    if constexpr (few != 0)
      run_part<few>(block, has_parts ? shares.part_of(core, cores) : shares.in_turn(cores - 1 - core, cores, whole, few));
  }
  template <int few>
  DEEPLOY_ALWAYS_INLINE static void run_part(lowered_block<pointers, constants> const& block, product_shares::part const& mine) {
    if (mine.count <= 0) return;
    constants const& c = block.constants;
    product_panel p;
    p.mul = c.mul, p.add = c.add, p.shift = c.shift;
    p.set_operands(c.a_stride, c.b_stride, c.y_row, c.depth);
    p.set_part<few>(static_cast<u8 const*>(block.at[a]) + mine.row * c.a_stride, mine.rows, static_cast<u8 const*>(block.at[b]) + mine.column * c.b_stride,
                    mine.columns, static_cast<u8*>(block.at[y]) + mine.row * c.y_row + mine.column, mine.begin, mine.count);
    cluster::run<S, to, few>(p);
  }
};
}  // namespace deeploy::cluster
