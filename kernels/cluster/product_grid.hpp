// SPDX-License-Identifier: Apache-2.0
// How a team shares the rows and columns of a product in panels: a part of both for each core, or blocks one by one. Found when
// the tile is lowered.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/team.hpp>
#include <cluster/xpulp.hpp>

namespace deeploy::cluster {
/// Do panels take a product? Their first word is multiplied without mac&load, the last one has its own place.
constexpr bool panels_take(index rows, index columns, index depth) {
  constexpr index most = 65535;
  return rows >= 4 && columns >= 4 && rows <= most && columns <= most && (depth & 3) == 0 && depth >= 12;
}

/// Cycles of a core, see product_panel: of a tile, and where blocks are given out one by one; of each run of panels, and where that
/// is not the first; of a panel, a pass over rows of it, a block of four by four and a word of it. Code between two panels, and
/// less so between passes, makes the loop come anew into the core's own cache.
struct panel_cost {
  static constexpr i64 tile = 300, in_turn_tile = 60, run = 110, next_run = 90, panel = 100, pass = 45, block = 88, word_tenths = 175;
  static constexpr i64 passes(i64 row_blocks, index rows) { return pass * ((row_blocks > 1 ? 2 : 1) + ((rows & 3) != 0 ? 1 : 0)); }
  static constexpr i64 blocks(i64 count, index depth) { return count * (block + (depth >> 2) * word_tenths / 10); }
  static constexpr i64 part(index rows, index columns, index depth) {
    i64 const panels = (columns + 3) >> 2, row_blocks = (rows + 3) >> 2;
    return run + panels * (panel + passes(row_blocks, rows)) + blocks(panels * row_blocks, depth);
  }
  /// Blocks one by one, panel by panel: the rest of one, whole ones, the beginning of one.
  static constexpr i64 in_turn(index rows, index columns, index depth, int cores) {
    i64 const row_blocks = (rows + 3) >> 2, count = (row_blocks * (columns >> 2) + cores - 1) / cores + ((rows & 3) != 0 ? 1 : 0);
    i64 const panels = (count + row_blocks - 1) / row_blocks + 1;
    return in_turn_tile + run + (panels > 2 ? 2 : 1) * (run + next_run) + panels * (panel + passes(row_blocks, rows)) + blocks(count, depth);
  }
};

/// Parts of rows, by parts of columns: how long, and how many parts of columns. No parts: blocks one by one.
struct product_grid {
  index rows_each = 0, columns_each = 0, wide = 0;
  i64 cycles = 0;  ///< of the core that has most

  /// Length of each of `parts`, in fours where that leaves the last one four at least; 0: too short for so many.
  static constexpr index length_of_parts(index length, index parts, bool fours) {
    index const each = fours ? (length + 4 * parts - 1) / (4 * parts) * 4 : (length + parts - 1) / parts;
    return parts == 1 ? length : each * (parts - 1) + 4 <= length ? each : 0;
  }
  /// The one that is done first.
  /// @param rows  at least four, as columns
  static constexpr product_grid best(index rows, index columns, index depth, int cores) {
    product_grid found;
    for (int high = 1; high <= cores; ++high)
      for (index wide = cores / high, tried = 0; wide > 0 && tried == 0; --wide)
        for (int ways = 0; ways < 4; ++ways) {
          index const r = length_of_parts(rows, high, (ways & 1) != 0), c = length_of_parts(columns, wide, (ways & 2) != 0);
          if (r == 0 || c == 0) continue;
          tried = 1;
          i64 const cycles = panel_cost::part(r, c, depth);
          if (found.wide == 0 || cycles < found.cycles) found = {r, c, wide, cycles};
        }
    // What overlaps is one core's: there are no columns behind the last four.
    if (i64 const cycles = panel_cost::in_turn(rows, columns, depth, cores); columns % 4 == 0 && cycles < found.cycles) found = {0, 0, 0, cycles};
    found.cycles += panel_cost::tile;
    return found;
  }
};

/// The same for teams of every size, as constants of a lowered tile.
struct product_shares {
  struct parts {
    u16 rows_each, columns_each;
    u16 wide, inverse;  ///< parts of columns; and 256 divided by it, rounded up
  };
  i32 rows = 0, columns = 0;
  parts of_cores[team_cores] = {};

  constexpr product_shares() = default;
  constexpr product_shares(index all_rows, index all_columns, index depth) : rows(all_rows), columns(all_columns) {
    for (int cores = 1; cores <= team_cores; ++cores) {
      product_grid const g = product_grid::best(rows, columns, depth, cores);
      of_cores[cores - 1] = {static_cast<u16>(g.rows_each), static_cast<u16>(g.columns_each), static_cast<u16>(g.wide),
                             static_cast<u16>(g.wide == 0 ? 0 : (256 + g.wide - 1) / g.wide)};
    }
  }

  /// Calls run(row, rows, column, columns) for what is this core's.
  template <class Run>
  DEEPLOY_ALWAYS_INLINE void each(int core, int cores, Run run) const {
    parts const& p = of_cores[cores - 1];
    index const row_blocks = (rows + 3) >> 2;
    index panel = 0, first = 0, left = 0;  // of blocks one by one
    if (p.wide == 0) {
      index const all = row_blocks * (columns >> 2), begin = split_at(all, core, cores);
      index end = split_at(all, core + 1, cores);
      panel = begin / row_blocks, first = begin - panel * row_blocks;
      if ((rows & 3) != 0) {
        // The last four rows overlap those before: one core has both.
        if ((end + 1) % row_blocks == 0) ++end;
        if (first == row_blocks - 1) ++panel, first = 0;
      }
      left = end - panel * row_blocks - first;
      if (left <= 0) return;
    }
    for (;;) {
      index row, high, column, wide;
      if (p.wide != 0) {
        index const down = core * p.inverse >> 8, along = core - down * p.wide;
        row = down * p.rows_each, column = along * p.columns_each;
        high = xpulp::min(rows - row, p.rows_each), wide = xpulp::min(columns - column, p.columns_each);
        if (high <= 0 || wide <= 0) return;
      } else {
        index const last = xpulp::min(first + left, row_blocks);
        row = 4 * first, column = 4 * panel, wide = 4;
        index blocks = last - first;
        if (blocks == row_blocks)
          for (; left >= blocks + row_blocks; blocks += row_blocks) wide += 4;
        high = xpulp::min(4 * last, rows) - row;
        left -= blocks, panel += wide >> 2, first = 0;
      }
      run(row, high, column, wide);
      if (left <= 0) return;
    }
  }
};
}  // namespace deeploy::cluster
