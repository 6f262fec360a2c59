// SPDX-License-Identifier: Apache-2.0
// How a team shares the rows and columns of a product in panels: a part of both for each core, or blocks one by one. Found when
// the tile is lowered.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/product_panel.hpp>
#include <cluster/team.hpp>
#include <cluster/xpulp.hpp>

namespace deeploy::cluster {
/// Do panels take a product? Their first word is multiplied without mac&load, the last one has its own place.
constexpr bool panels_take(index rows, index columns, index depth) {
  constexpr index most = 65535;
  return rows >= 4 && columns >= 1 && rows <= most && columns <= most && (depth & 3) == 0 && depth >= 12;
}

/// A core's part of blocks that are given out one by one, panel by panel.
struct block_range {
  index begin, end;
  /// @param in_common  the last blocks of a panel, which one core has
  constexpr block_range(int core, int cores, index row_blocks, index panels, index in_common)
      : begin(split_at(row_blocks * panels, core, cores)), end(split_at(row_blocks * panels, core + 1, cores)) {
    for (index more = in_common - 1; more > 0; --more) {
      if ((end + more) % row_blocks == 0) end += more;
      if ((begin + more) % row_blocks == 0) begin += more;
    }
  }
};

/// Cycles of a core, see product_panel: of a tile; of a panel, a pass over rows of it, a block of four by four and a word of it.
/// A block's code is a line more than the core's own cache has; code between two panels, and less so between passes, makes all of it
/// come anew.
struct panel_cost {
  static constexpr i64 tile = 330, in_turn_tile = 30, next_run = 60, panel = 50, pass = 90, block = 79, word_tenths = 172;
  static constexpr i64 passes(index rows) { return pass * ((rows & 3) == 0 ? 1 : 2); }
  static constexpr i64 blocks(i64 count, index columns, index depth) {
    return count * ((columns < 4 ? block - 60 + 16 * columns : block) + (depth >> 2) * word_tenths / 10);
  }
  static constexpr i64 part(index rows, index columns, index depth) {
    i64 const panels = (columns + 3) >> 2, row_blocks = (rows + 3) >> 2;
    return (panels - 1) * panel + panels * passes(rows) + blocks(panels * row_blocks, columns, depth);
  }
  /// Blocks one by one, panel by panel: the rest of one, whole ones, the beginning of one. Columns behind the last four come then.
  static constexpr i64 in_turn(index rows, index columns, index depth, int cores) {
    if (columns > 4 && columns % 4 != 0) return next_run + in_turn(rows, columns & ~3, depth, cores) + in_turn(rows, columns & 3, depth, cores);
    index const row_blocks = (rows + 3) >> 2, panels = (columns + 3) >> 2;
    index count = 0;
    for (int core = 0; core < cores; ++core) {
      block_range const mine(core, cores, row_blocks, panels, product_panel::blocks_in_common(rows));
      count = count < mine.end - mine.begin ? mine.end - mine.begin : count;
    }
    i64 const more = (count + row_blocks - 2) / row_blocks;
    return in_turn_tile + more * panel + (more + 1) * passes(rows) + blocks(count, columns, depth);
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
  /// @param rows  at least four
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
    if (i64 const cycles = panel_cost::in_turn(rows, columns, depth, cores); rows > 4 && cycles < found.cycles) found = {0, 0, 0, cycles};
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
  i32 last_begin = 0;  ///< of a panel's blocks, the last one that a core may begin with: those behind it have rows in common
  u32 row_blocks_inverse = 0;  ///< 2^32 divided by them, rounded up; of two at least
  parts of_cores[team_cores] = {};

  constexpr product_shares() = default;
  constexpr product_shares(index all_rows, index all_columns, index depth) : rows(all_rows), columns(all_columns) {
    i64 const row_blocks = (rows + 3) >> 2;
    last_begin = static_cast<i32>(row_blocks - product_panel::blocks_in_common(rows));
    if (row_blocks > 1) row_blocks_inverse = static_cast<u32>(((i64{1} << 32) + row_blocks - 1) / row_blocks);
    for (int cores = 1; cores <= team_cores; ++cores) {
      product_grid const g = product_grid::best(rows, columns, depth, cores);
      of_cores[cores - 1] = {static_cast<u16>(g.rows_each), static_cast<u16>(g.columns_each), static_cast<u16>(g.wide),
                             static_cast<u16>(g.wide == 0 ? 0 : (256 + g.wide - 1) / g.wide)};
    }
  }

  /// A core's part: so many blocks, row by row and panel by panel, from one of the first panel on.
  struct part {
    index row, rows, column, columns, begin, count;  ///< no count: nothing
  };
  /// Does each core take a part of rows by a part of columns?
  DEEPLOY_ALWAYS_INLINE bool has_parts(int cores) const { return of_cores[cores - 1].wide != 0; }
  DEEPLOY_ALWAYS_INLINE part part_of(int core, int cores) const {
    parts const& p = of_cores[cores - 1];
    index const down = core * p.inverse >> 8, along = core - down * p.wide, row = down * p.rows_each, column = along * p.columns_each;
    index const high = xpulp::min(rows - row, p.rows_each), wide = xpulp::min(columns - column, p.columns_each);
    return {row, high, column, wide, 0, high <= 0 || wide <= 0 ? 0 : ((high + 3) >> 2) * ((wide + 3) >> 2)};
  }
  /// Blocks of columns from one on: fours, or less than four. No two cores may write the same result.
  DEEPLOY_ALWAYS_INLINE part in_turn(int core, int cores, index from_column, index of_columns) const {
    // A division takes as long as ten instructions.
    auto const panels_in = [&](index blocks) DEEPLOY_INLINE_LAMBDA { return static_cast<index>(static_cast<u64>(blocks) * row_blocks_inverse >> 32); };
    index const row_blocks = (rows + 3) >> 2, all = row_blocks * ((of_columns + 3) >> 2), from = split_at(all, core, cores);
    index to = split_at(all, core + 1, cores), panel = panels_in(from), begin = from - panel * row_blocks;
    if (last_begin + 1 != row_blocks) {
      // Rows behind the last four are computed with some before them: one core has all of these.
      index const last = panels_in(to) * row_blocks;
      if (to - last > last_begin) to = last + row_blocks;
      if (begin > last_begin) ++panel, begin = 0;
    }
    return {0, rows, from_column + 4 * panel, of_columns - 4 * panel, begin, to - panel * row_blocks - begin};
  }
};
}  // namespace deeploy::cluster
