// SPDX-License-Identifier: Apache-2.0
// What a matrix product is compiled for on the cluster, read off its layer, and how it divides its scratch memory.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/product_pack.hpp>
#include <cluster/unrolled.hpp>
#include <deeploy/op/matmul.hpp>
#include <deeploy/region.hpp>

namespace deeploy::cluster {
/// What a bias or a scale varies with.
enum class varies : u8 {
  nowhere,
  by_batch,
  by_column,  ///< along the result's columns only
  otherwise,
};

struct product_class {
  requant_class result = {};
  bool byte_products = false;  ///< bytes by bytes without zero points or factors: the inner loops serve
  bool packs[2] = {};          ///< the operand does not lie along the reduction in whole words
  u8 batches[2] = {};          ///< bit i: the operand depends on batch axis i
  varies start_and_scale = varies::nowhere;  ///< of results: bias and factors together
  bool stores_bytes = false;
  bool side_by_side = false;  ///< the columns of the result
  bool mac_load = false;
  bool biased = false, unscaled = false;  ///< unscaled: alpha and beta are 1
  bool one_row = false;  ///< of the first operand, in one batch: linear layers on one token
  constexpr bool operator==(product_class const&) const = default;

  /// Are results bytes that records of the columns suffice for?
  constexpr bool has_records() const {
    return byte_products && stores_bytes && start_and_scale != varies::otherwise && result.present;
  }
  /// Do the inner loops store the results themselves?
  constexpr bool direct() const {
    return has_records() && result.narrow && (result.round == rounding::half_up || result.round == rounding::down);
  }
  constexpr bool column_records() const { return start_and_scale == varies::by_column; }
  /// May a core go straight to its columns?
  constexpr bool is_linear() const { return one_row && direct() && !column_records() && !packs[0] && !packs[1]; }
  /// Of how many elements along the reduction do its loops know, where that is in whole words? 0: they are not.
  constexpr index whole_words(index depth) const { return (depth & 3) == 0 || (packs[0] && packs[1]) ? packed_depth(depth) : 0; }
  /// May its tiles be panels? Accumulators are stored without clamps, from zero.
  constexpr bool has_panels() const {
    return mac_load && direct() && result.stores_whole_range() && !one_row && !column_records() && side_by_side;
  }
  /// May its tiles be blocks of two rows by four columns? The first operand lies along the reduction, the second in rows or columns.
  constexpr bool may_be_blocks() const {
    return byte_products && unscaled && !packs[0] && !one_row && !result.scaled && (!result.present || result.narrow);
  }
  constexpr bool is_batched() const { return (batches[0] | batches[1]) != 0; }
  constexpr bool prepares() const { return (has_records() && column_records()) || packs[0] || packs[1]; }
};

/// Products of so little work that preparing the large kernels would take longer: cycles of the busiest core, by what a
/// result takes; linear ones have little to prepare.
constexpr i64 most_small_product_work(product_class const& p) { return p.is_linear() ? 300 : 1500; }
/// Are four products of them one instruction? Both operands lie along the reduction.
constexpr bool small_product_in_words(product_class const& p, i64 depth) { return p.byte_products && !p.packs[0] && !p.packs[1] && depth % 4 == 0; }
constexpr i64 small_product_work(product_class const& p, i64 results, i64 depth) {
  return (results + 7) / 8 * ((small_product_in_words(p, depth) ? depth : 6 * depth) + 40);
}
constexpr i64 small_product_cycles(product_class const& p, i64 results, i64 depth) {
  return (results + 7) / 8 * ((small_product_in_words(p, depth) ? depth : 5 * depth) + 22);
}

/// Cycles of a block of two rows by four columns, and of all of them on the busiest core.
constexpr i64 small_block_cycles(product_class const& p, i64 depth) {
  return depth / 4 * (p.packs[1] ? 28 : 15) + (p.is_batched() ? 107 : 97) + (p.biased ? 32 : 0) - (p.result.present ? 0 : 40);
}
constexpr i64 small_blocks_of(i64 rows, i64 columns) { return (rows + 1) / 2 * (columns / 4); }
constexpr i64 small_blocks_cycles(product_class const& p, i64 batches, i64 rows, i64 columns, i64 depth) {
  return (batches * small_blocks_of(rows, columns) + 7) / 8 * small_block_cycles(p, depth);
}
/// What the large kernels take at least, with the fetch of their code; a core's further batches there, and blocks of four by four.
inline constexpr i64 most_small_blocks_cycles = 2400;
inline constexpr i64 product_batch_cycles = 850;
constexpr i64 large_block_cycles(i64 depth) { return 5 * depth + 100; }
constexpr i64 large_batch_cycles(i64 rows, i64 columns, i64 depth) { return product_batch_cycles + (rows + 3) / 4 * (columns / 4) * large_block_cycles(depth); }
constexpr bool has_blocks(product_class const& p, i64 rows, i64 columns, i64 depth) {
  return p.may_be_blocks() && rows > 1 && columns % 4 == 0 && depth % 4 == 0;
}
/// Is a product sooner done in such blocks than by the large kernels? And than one result after the other, which takes less code?
constexpr bool is_in_blocks(product_class const& p, i64 batches, i64 rows, i64 columns, i64 depth) {
  constexpr i64 most_blocks = 1024, code_cycles = 270;
  if (!has_blocks(p, rows, columns, depth) || batches * small_blocks_of(rows, columns) > most_blocks) return false;
  i64 const cycles = small_blocks_cycles(p, batches, rows, columns, depth);
  if (cycles + code_cycles >= small_product_cycles(p, batches * rows * columns, depth)) return false;
  bool const batch_is_small = small_blocks_of(rows, columns) * small_block_cycles(p, depth) <= large_batch_cycles(rows, columns, depth);
  return cycles <= most_small_blocks_cycles || !p.direct() || (batches > 8 && batch_is_small);
}

constexpr bool one_byte(element e) { return e == element::i8 || e == element::u8; }

/// No sum of `depth` products of two operands is larger; 2^31 when that cannot be said.
constexpr u32 largest_sum(layer_descriptor const& l, i64 depth) {
  if (l.with[2].of != nullptr || !one_byte(l.with[0].of->type) || !one_byte(l.with[1].of->type)) return 1u << 31;
  i64 most = depth;
  for (int o = 0; o < 2; ++o) most *= l.with[o].of->type == element::u8 ? 255 : 128;
  return most < i64{1} << 31 ? static_cast<u32>(most) : 1u << 31;
}

namespace product_axis {
inline constexpr int rows = 3, columns = 4, depth = 5;
}

/// Does at most one of the axes of batches count?
constexpr bool has_one_batch_axis(index const* length) { return (length[0] != 1) + (length[1] != 1) + (length[2] != 1) <= 1; }

/// Distance of neighbours along an axis in the storage; 0 where the operand does not depend on the axis.
constexpr index storage_step(operand const& o, int axis) {
  for (int i = 0; i < o.rank; ++i)
    if (o.dim[i].axis == axis && o.dim[i].divisor == 1) return o.dim[i].stride * o.dim[i].scale;
  return 0;
}
/// Do elements differ along an axis? Not where it has one of them only, as rows of one token do.
constexpr bool changes_along(operand const& o, int axis) {
  for (int i = 0; i < o.rank; ++i)
    if ((o.dim[i].axis == axis || o.dim[i].window_axis == axis) && o.dim[i].length > 1) return true;
  return false;
}
constexpr varies variation_of(operand const& o, int batches_end, int columns) {
  if (o.of == nullptr) return varies::nowhere;
  bool batch = false, column = false, other = false;
  for (int a = 0; a < max_axes; ++a)
    if (changes_along(o, a)) (a < batches_end ? batch : a == columns ? column : other) = true;
  return other || (batch && column) ? varies::otherwise : column ? varies::by_column : batch ? varies::by_batch : varies::nowhere;
}
constexpr varies either(varies a, varies b) {
  return a == varies::nowhere ? b : b == varies::nowhere || a == b ? a : varies::otherwise;
}

/// Rows and columns from which on operands are brought into whole words: that costs what a block of four by four gains
/// from loads within words.
inline constexpr index least_packed_length = 8;

/// @param accumulates  the reduction comes in several tiles
constexpr product_class product_class_of(layer_descriptor const& l, bool accumulates, bool mac_load) {
  product_class p;
  i32 const alpha = l.values[6], beta = l.values[7];
  p.result = requant_class_of(l, 1, 0,
                              alpha == 1 && l.values[8] == 0 && l.values[9] == 0
                                  ? largest_sum(l, l.space[product_axis::depth].length)
                                  : 1u << 31);
  p.byte_products =
      one_byte(l.with[0].of->type) && one_byte(l.with[1].of->type) && l.values[8] == 0 && l.values[9] == 0;
  bool const in_words = l.space[product_axis::depth].length % 4 == 0 || l.space[product_axis::rows].length < least_packed_length ||
                        l.space[product_axis::columns].length < least_packed_length;
  for (int o = 0; o < 2; ++o) {
    p.packs[o] = p.byte_products && (!in_words || storage_step(l.with[o], product_axis::depth) != 1);
    for (int a = 0; a < 3; ++a)
      if (depends_on(l.with[o], a)) p.batches[o] = static_cast<u8>(p.batches[o] | 1 << a);
  }
  p.biased = l.with[2].of != nullptr;
  p.unscaled = alpha == 1 && beta == 1;
  // Records are made once for all batches, or once a batch: one thing by column and another by batch is neither.
  for (int o = 2; o <= 4; ++o) p.start_and_scale = either(p.start_and_scale, variation_of(l.with[o], product_axis::rows, product_axis::columns));
  p.stores_bytes = one_byte(l.with[5].of->type) && !accumulates && alpha == 1 && beta == 1;
  p.side_by_side = storage_step(l.with[5], product_axis::columns) == 1;
  p.one_row = true;
  for (int axis = 0; axis <= product_axis::rows; ++axis) p.one_row = p.one_row && l.space[axis].length == 1;
  // One row has nothing to bring into words: with two accesses a load, mac&load mostly waits.
  p.mac_load = mac_load && !(p.one_row && l.space[product_axis::depth].length % 4 != 0);
  return p;
}

/// Offsets in scratch memory for a tile of the given lengths.
struct product_scratch {
  i64 flags = 0;  ///< one word per core: negative when it met a scale that 32 bits do not serve
  i64 records = 0;
  i64 packed[2] = {};
  i64 end = 0;
  static constexpr i64 flag_bytes = 64;

  [[gnu::always_inline]] constexpr product_scratch(product_class const& p, bool accumulates, index const* length) {
    i64 at = 0;
    // The accumulators, batch x rows x columns, come first: they stay where they are when the last tile is shorter.
    if (accumulates) {
      at = 4;
      for (int a = 0; a < product_axis::depth; ++a) at *= length[a];
    }
    if (p.has_records() && p.column_records()) {
      flags = at;
      records = at + flag_bytes;
      at = records + static_cast<i64>(length[product_axis::columns]) * 16;
    }
    // Written out: the class would be read from memory otherwise.
    unrolled<0, 2>([&](auto which) DEEPLOY_INLINE_LAMBDA {
      constexpr int o = which;
      packed[o] = at;
      if (!p.packs[o]) return;
      i64 count = static_cast<i64>(length[o == 0 ? product_axis::rows : product_axis::columns]) *
                  packed_depth(length[product_axis::depth]);
      unrolled<0, 3>([&](auto axis) DEEPLOY_INLINE_LAMBDA {
        if (p.batches[o] >> int{axis} & 1) count *= length[int{axis}];
      });
      at += count;
    });
    end = at;
  }
};
}  // namespace deeploy::cluster
