// SPDX-License-Identifier: Apache-2.0
// Cycles of matrix products on eight cores, from the instructions of the inner loops.
#pragma once
#include <cluster/product_class.hpp>
#include <cluster/product_grid.hpp>

namespace deeploy::cluster {
/// Cores that the cost functions count with.
inline constexpr i64 cost_cores = team_cores;
/// Measured on programs of one layer: entry of a kernel, splitting the work and meeting at the barrier.
inline constexpr i64 product_call_cycles = 700;
/// The same of the short way of one row.
inline constexpr i64 product_linear_call_cycles = 340;
inline constexpr i64 product_lowered_call_cycles = 240;
inline constexpr i64 small_product_call_cycles = 110;
inline constexpr i64 product_phase_cycles = 1100;
/// The same of a phase that makes records of a product's columns.
inline constexpr i64 product_records_phase_cycles = 350;
/// The same of a phase that only brings operands into rows, and of each operand.
inline constexpr i64 product_pack_phase_cycles = 100, product_pack_cycles = 350;
/// Of a result that the inner loops store: its clip to a range that is not its type's, or its accumulator's clamp alone.
constexpr i64 clamp_cycles(requant_class const& r) { return r.clip == clip_range::any ? 5 : r.clamps ? 1 : 0; }
/// One result that the inner loops cannot store: its place and bias; its requantisation with scales from operands, or without.
constexpr i64 finish_cycles(requant_class const& r) { return 120 + (!r.present ? 0 : r.scaled ? 62 : 45); }
/// The same where the reduction goes element by element: any types and zero points, and the shortest.
constexpr i64 general_product_cycles(requant_class const& r, i64 depth) { return depth * 5 + 116 + (!r.present ? 0 : r.scaled ? 40 : 22); }
inline constexpr i64 least_block_depth = 4;
/// One result in 64-bit arithmetic; of a column of them.
inline constexpr i64 product_exact_cycles = 60, product_exact_in_column_cycles = 45;

/// Are a tile's results two nested loops, along which every operand has one step? Axes join where all operands' steps do.
constexpr bool has_two_result_loops(layer_descriptor const& l, index const* tile) {
  int loops = 0, inner = -1;
  for (int axis = product_axis::depth - 1; axis >= 0; --axis) {
    if (tile[axis] == 1) continue;
    bool joins = inner >= 0;
    constexpr int operands[] = {0, 1, 2, 5};
    for (int o : operands)
      if (l.with[o].of != nullptr && joins) joins = storage_step(l.with[o], axis) == storage_step(l.with[o], inner) * l.space[inner].length;
    if (!joins) ++loops;
    inner = axis;
  }
  return loops <= 2;
}

/// Is a tile lowered to small blocks?
constexpr bool is_small_blocks(layer_descriptor const& l, product_class const& p, bool accumulates, index const* tile) {
  bool const lies = !p.packs[1] || storage_step(l.with[1], product_axis::columns) == 1;
  return !accumulates && p.may_be_blocks() && lies && has_one_batch_axis(tile) &&
         is_in_blocks(p, i64{tile[0]} * tile[1] * tile[2], tile[product_axis::rows], tile[product_axis::columns], tile[product_axis::depth]);
}

/// Is a tile lowered to the loops for small products?
constexpr bool is_small_product(layer_descriptor const& l, product_class const& p, bool accumulates, index const* tile) {
  i64 const results = i64{tile[0]} * tile[1] * tile[2] * tile[product_axis::rows] * tile[product_axis::columns];
  return p.byte_products && has_two_result_loops(l, tile) && !accumulates && !p.result.scaled &&
         small_product_work(p, results, tile[product_axis::depth]) <= most_small_product_work(p);
}

/// Cycles of a core's columns of one row per word of the reduction: blocks of sixteen and of eight, then four, two and one.
constexpr index linear_step_cycles(bool mac_load, index columns) {
  index const blocks = columns >> 3, few = (columns & 7) << 3;
  constexpr u64 steps = 0x110E0D0909050400, mac_load_steps = 0x0908080505030300;  // a byte for each number of columns
  return mac_load ? 9 * blocks + static_cast<index>(mac_load_steps >> few & 0xFF)
                  : 33 * (blocks >> 1) + 17 * (blocks & 1) + static_cast<index>(steps >> few & 0xFF);
}
/// Do cores of one row have as many columns as each other, where that is sooner done than blocks of eight?
constexpr bool linear_is_even(bool mac_load, index columns, index depth, int cores = team_cores) {
  if ((columns & 7) != 0) return true;
  constexpr index most_few = 100;  // of what is less than eight columns, besides its words
  index const even = rounds(columns, cores), blocks = rounds(columns >> 3, cores);
  if (even == 8 * blocks) return false;
  return (linear_step_cycles(mac_load, 8 * blocks) - linear_step_cycles(mac_load, even)) * (depth >> 2) > most_few;
}
/// Is a tile of one row lowered?
constexpr bool linear_is_lowered(bool mac_load, index const* tile) {
  index const columns = tile[product_axis::columns], depth = tile[product_axis::depth];
  return columns % 8 == 0 && columns >= 8 && depth % 4 == 0 && depth >= 8 && !linear_is_even(mac_load, columns, depth);
}

constexpr i64 parts_of(i64 n, i64 part) { return (n + part - 1) / part; }
constexpr i64 least(i64 a, i64 b) { return a < b ? a : b; }

/// Of a block of four by four, and of a row by four: half cycles per word of the reduction with the usual share of bank
/// conflicts, and cycles besides.
struct block_cost {
  i64 step_halves = 49, block = 115;
  i64 row_step_halves = 17, row_block = 34;
};
/// @param loose  rows that begin within words: two accesses a load, and no mac&load in the blocks
constexpr block_cost cost_of(bool column_records, bool mac_load, bool loose = false) {
  block_cost c;
  if (column_records) c.block = 235;
  if (mac_load) c.row_step_halves = 9, c.row_block = 80;
  if (mac_load && !column_records && !loose) c.step_halves = 36, c.block = 125;
  if (loose) c.step_halves = 78, c.block += 35, c.row_step_halves += 8;
  return c;
}

/// Rows by columns on one core, with `each` cycles more per result.
constexpr i64 rows_by_columns(block_cost const& c, i64 rows, i64 columns, i64 words, i64 each) {
  i64 const whole = words * c.step_halves / 2 + c.block, one_row = words * c.row_step_halves / 2 + c.row_block;
  i64 const left = rows < 4 ? rows * one_row : rows % 4 == 0 ? 0 : rows % 4 == 1 ? one_row : whole;
  return parts_of(columns, 4) * (rows / 4 * whole + least(left, whole)) + rows * columns * each;
}

/// Batches of rows by columns on all cores: split along whichever axis keeps them busier.
constexpr i64 shared_products(block_cost const& c, i64 batches, i64 rows, i64 columns, i64 words, i64 each) {
  // A single row or column behind the last four is a unit of its own, and mostly a short one.
  auto rounds_of = [&](i64 lines, auto cycles_of) {
    i64 const rounds = parts_of(batches * parts_of(lines, 4), cost_cores), whole = cycles_of(least(lines, 4));
    bool const ends_short = lines > 4 && lines % 4 == 1 && parts_of(batches * (lines / 4), cost_cores) < rounds;
    return ends_short ? (rounds - 1) * whole + cycles_of(1) : rounds * whole;
  };
  i64 const by_rows = rounds_of(rows, [&](i64 some) { return rows_by_columns(c, some, columns, words, each); });
  i64 const by_columns = rounds_of(columns, [&](i64 some) { return rows_by_columns(c, rows, some, words, each); });
  return least(by_rows, by_columns);
}

/// Do cores take blocks of four by four, row by row, where rows or columns alone are no fair shares? It costs a core two or three
/// beginnings. A single row or column behind the last four hardly counts.
constexpr bool product_is_by_both(index batches, index rows, index columns, index depth, int cores = team_cores) {
  index const row_blocks = (rows + 2) >> 2, column_blocks = (columns + 2) >> 2;
  if (rows < 8 || columns < 8 || (batches * row_blocks & 7) == 0 || (batches * column_blocks & 7) == 0) return false;
  index const by_rows = rounds(batches * row_blocks, cores) * column_blocks, by_columns = rounds(batches * column_blocks, cores) * row_blocks;
  index const sooner = by_rows < by_columns ? by_rows : by_columns, by_both = rounds(batches * row_blocks * column_blocks, cores);
  return (sooner - by_both) * large_block_cycles(depth) > 1800;
}

/// Rows by columns in blocks of four by four, in all batches, with `each` cycles more per result.
constexpr i64 blocks_cycles(block_cost const& c, i64 batches, i64 rows, i64 columns, i64 depth, i64 each) {
  i64 const words = parts_of(depth, 4);
  if (product_is_by_both(static_cast<index>(batches), static_cast<index>(rows), static_cast<index>(columns), static_cast<index>(depth)))
    return 1000 + parts_of(batches * parts_of(rows, 4) * parts_of(columns, 4), cost_cores) * (words * c.step_halves / 2 + c.block + 16 * each);
  return shared_products(c, batches, rows, columns, words, each);
}

/// Is a product lowered to panels? Columns behind the last four are a loop of their own there, whose code comes cold.
constexpr bool panels_are_sooner(index rows, index columns, index depth) {
  if (!panels_take(rows, columns, depth)) return false;
  return columns % 4 == 0 || product_grid::best(rows, columns, depth, team_cores).cycles < product_call_cycles + blocks_cycles(cost_of(false, true), 1, rows, columns, depth, 0);
}

/// Instructions that a call runs through: bytes.
constexpr i64 matmul_code_bytes(layer_descriptor const& l, product_class const& p, bool accumulates, index const* tile) {
  if (is_small_blocks(l, p, accumulates, tile)) return 520;
  if (is_small_product(l, p, accumulates, tile)) return 320;
  if (p.is_linear()) return linear_is_lowered(p.mac_load, tile) ? 740 : 1000;
  if (p.has_panels() && panels_are_sooner(tile[product_axis::rows], tile[product_axis::columns], p.whole_words(tile[product_axis::depth])))
    return 1400 + (tile[product_axis::columns] > 4 && tile[product_axis::columns] % 4 != 0 ? 700 : 0) + (p.packs[0] || p.packs[1] ? 500 : 0);
  i64 const results = p.has_records() ? (p.column_records() ? 500 : 0) : 750;
  return (p.byte_products ? 1750 : 1200) + results + (p.packs[0] || p.packs[1] ? 600 : 0);
}

/// One row by columns. Rows that begin within words take two accesses a load.
constexpr i64 linear_cycles(bool mac_load, bool lowered, index columns, index depth) {
  i64 const words = parts_of(depth, 4);
  bool const loose = depth % 4 != 0, even = linear_is_even(mac_load, columns, depth);
  // Rows that all begin in the same bank are read in two parts.
  i64 const parts = depth % 32 == 0 ? 45 : 0;
  i64 const most = even ? parts_of(columns, cost_cores) : 8 * parts_of(columns / 8, cost_cores), blocks = most / 8;
  // Loops of few columns load each cycle, with cores in step: banks are taken.
  i64 const taken = mac_load && most % 8 != 0 ? words * 3 / 2 : 0;
  i64 const each = linear_step_cycles(mac_load, static_cast<index>(most)) + (loose ? most : 0);
  return (lowered ? product_lowered_call_cycles : product_linear_call_cycles) + words * each + taken +
         (mac_load ? blocks * (115 + parts) : blocks * 64) + (most % 8 == 0 ? 0 : 60 + most % 8 * 8);
}

constexpr i64 matmul_cycles(layer_descriptor const& l, product_class const& p, bool accumulates, index const* tile) {
  i64 const rows = tile[product_axis::rows], columns = tile[product_axis::columns], depth = tile[product_axis::depth];
  i64 const batches = static_cast<i64>(tile[0]) * tile[1] * tile[2];
  // No larger tile is cheaper.
  if (is_small_blocks(l, p, accumulates, tile))
    return small_product_call_cycles + small_blocks_cycles(p, batches, rows, columns, depth);
  if (is_small_product(l, p, accumulates, tile)) return small_product_call_cycles + small_product_cycles(p, batches * rows * columns, depth);
  i64 const most_small = accumulates || !p.byte_products ? 0
                         : small_product_call_cycles + (batches == 1 && has_blocks(p, rows, columns, depth) ? most_small_blocks_cycles : most_small_product_work(p));
  i64 const store = p.direct()        ? clamp_cycles(p.result)
                    : p.has_records() ? product_exact_cycles
                                      : finish_cycles(p.result) + (accumulates ? 20 : 0);
  i64 const general = product_call_cycles + parts_of(batches * rows * columns * general_product_cycles(p.result, depth), cost_cores);
  if (!p.byte_products) return general;
  // The reduction is never cut below where the blocks begin, unless it is shorter.
  if (l.space[product_axis::depth].length < least_block_depth && !(p.packs[0] && p.packs[1])) return general < most_small ? most_small : general;
  if (index const words_depth = p.whole_words(tile[product_axis::depth]);
      p.has_panels() && batches == 1 && panels_are_sooner(tile[product_axis::rows], tile[product_axis::columns], words_depth)) {
    i64 cycles = product_grid::best(tile[product_axis::rows], tile[product_axis::columns], words_depth, team_cores).cycles;
    for (int o = 0; o < 2; ++o)
      if (p.packs[o]) cycles += product_pack_cycles + parts_of(parts_of(o == 0 ? rows : columns, 4), cost_cores) * 5 * words_depth;
    return cycles < most_small ? most_small : cycles;
  }
  bool const records = p.has_records() && p.column_records();
  i64 prepared = accumulates ? 350 : records ? product_records_phase_cycles + parts_of(columns * 90, cost_cores) : p.prepares() ? product_pack_phase_cycles : 0;
  for (int o = 0; o < 2; ++o) {
    if (!p.packs[o]) continue;
    i64 groups = parts_of(o == 0 ? rows : columns, 4);
    for (int a = 0; a < 3; ++a)
      if (p.batches[o] >> a & 1) groups *= tile[a];
    // Which batch a group is of costs divisions.
    prepared += product_pack_cycles + parts_of(groups, cost_cores) * ((p.batches[o] != 0 ? 70 : 10) + 5 * packed_depth(static_cast<index>(depth)));
  }
  i64 const call = product_call_cycles + (parts_of(batches, cost_cores) - 1) * product_batch_cycles;
  block_cost const block = cost_of(p.direct() && p.column_records(), p.mac_load && p.direct(), depth % 4 != 0 && !(p.packs[0] && p.packs[1]));
  i64 const large = p.is_linear() ? linear_cycles(p.mac_load, linear_is_lowered(p.mac_load, tile), tile[product_axis::columns], tile[product_axis::depth])
                                  : call + prepared + blocks_cycles(block, batches, rows, columns, depth, store);
  return large < most_small ? most_small : large;
}
}  // namespace deeploy::cluster
