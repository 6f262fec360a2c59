// SPDX-License-Identifier: Apache-2.0
// Rows against rows, any number of both: blocks of four by four, and what remains at the edges.
#pragma once
#include <cluster/byte_runs.hpp>
#include <cluster/product_block_macload.hpp>
#include <cluster/product_row.hpp>

namespace deeploy::cluster {
/// Both operands lie along the reduction: y(m, n) = sum over k of a[m * a_stride + k] * b[n * b_stride + k]. Strides in
/// bytes.
struct product_operands {
  u8 const* a;
  u8 const* b;
  u8* y;
  bytes a_stride, b_stride;
  bytes y_row, y_column;
  index depth;  ///< at least four
  int core;
  /// One per column, or, where all columns are alike, four copies of one.
  column_record const* records;
  i32 shift, low, high;
};

/// @tparam side_by_side  y_column is one byte
template <signs S, result_store to, bool column_records, bool side_by_side = false, bool mac_load = false>
struct product_tile {
  static constexpr bool packed = side_by_side && !column_records && to != result_store::words;
  static constexpr int record_step = column_records ? 1 : 0;

  static void set_store(product_row& p, product_operands const& v, prepared_scale const& scale) {
    if constexpr (to != result_store::words) {
      p.scale = scale;
      p.shift = v.shift, p.low = v.low, p.high = v.high;
    }
  }

  /// Columns [0, count) of one row, with the roles of the operands as they are.
  static void run_row(product_operands const& v, index m, index count) {
    if (count < product_row::least) {
      for (index n = 0; n < count; ++n) single(v, m, n);
      return;
    }
    product_row p;
    p.set_operands(v.a + m * v.a_stride, v.b, v.b_stride, v.depth, v.core);
    u8* const y = v.y + m * v.y_row;
    p.y = y;
    p.y_step = v.y_column;
    if constexpr (!column_records) {
      p.start = v.records->start;
      set_store(p, v, v.records->scale);
      run_columns<S, to, true, mac_load>(p, count);
    } else if constexpr (to == result_store::words) {
      p.starts = &v.records->start;
      p.starts_step = sizeof(column_record);
      run_columns<S, to, false, mac_load>(p, count);
    } else {
      constexpr index most = 2 * product_row::least;
      i32 sums[most];
      p.starts = &v.records->start;
      p.starts_step = sizeof(column_record);
      p.y_step = 4;
      for (index n = 0; n < count;) {
        index const left = count - n, wide = left <= most ? left : left < most + product_row::least ? product_row::least : most;
        p.y = reinterpret_cast<u8*>(sums);
        run_columns<S, result_store::words, false, mac_load>(p, wide);
        for (index j = 0; j < wide; ++j, ++n)
          put<to>(y + n * v.y_column, sums[j], v.records[n].scale, v.shift, v.low, v.high);
      }
    }
  }

  /// Rows [0, count) of one column: the operands exchange their roles.
  static void run_column(product_operands const& v, index n, index count) {
    if (count < product_row::least) {
      for (index m = 0; m < count; ++m) single(v, m, n);
      return;
    }
    column_record const& record = v.records[n * record_step];
    product_row p;
    p.set_operands(v.b + n * v.b_stride, v.a, v.a_stride, v.depth, v.core);
    p.start = record.start;
    set_store(p, v, record.scale);
    p.y = v.y + n * v.y_column;
    p.y_step = v.y_row;
    run_columns<swapped(S), to, true, mac_load>(p, count);
  }

  DEEPLOY_ALWAYS_INLINE static void single(product_operands const& v, index m, index n) {
    column_record const& record = v.records[n * record_step];
    i32 const sum = dot<S>(record.start, v.a + m * v.a_stride, v.b + n * v.b_stride, reduction(v.depth));
    put<to>(v.y + m * v.y_row + n * v.y_column, sum, record.scale, v.shift, v.low, v.high);
  }

  /// All but the place and number of rows, a, y and row_blocks, of columns [n, n + 4 * blocks).
  [[gnu::always_inline]] static void set_columns(product_block& p, product_operands const& v, index n, index blocks) {
    p.set_operands(v.a, v.a_stride, v.b + n * v.b_stride, v.b_stride, v.depth);
    p.y_row = v.y_row;
    p.y_back = (packed ? 4 : v.y_column) - 3 * v.y_row;
    if constexpr (to != result_store::words) p.shift = v.shift, p.low = v.low, p.high = v.high;
    p.blocks = blocks;
    if constexpr (packed) p.same = *v.records;
    if constexpr (packed && mac_load)
      if (macload_serves(v.depth)) p.set_macload();
  }
  /// Rows that are packed; a, y and row_blocks move.
  [[gnu::always_inline]] static void run_packed_rows(product_block& p, index depth) {
    if constexpr (mac_load)
      if (macload_serves(depth)) return run_macload<S, to>(p);
    run_packed<S, to>(p);
  }

  /// Rows [m, m + 4 * row_blocks) by columns [n, n + 4 * blocks).
  DEEPLOY_ALWAYS_INLINE static void run_blocks(product_block& p, product_operands const& v, index m, index n, index row_blocks, index blocks) {
    for (;;) {
      set_columns(p, v, n, blocks);
      p.a = v.a + m * v.a_stride;
      p.y = v.y + m * v.y_row + n * v.y_column;
      if constexpr (packed) {
        p.row_blocks = row_blocks;
        return run_packed_rows(p, v.depth);
      }
      p.records = v.records + n * record_step;
      p.records_step = record_step * 4 * static_cast<bytes>(sizeof(column_record));
      run<S, to>(p);
      if (--row_blocks == 0) return;
      m += 4;
    }
  }

  /// Two or three rows or columns behind the last four are done by a block that does some results again: that is
  /// shorter than loops of their own.
  static void run_all(product_operands const& v, index rows, index columns) {
    index m = 0;
    if (rows >= 4) {
      if (columns < 4) {
        for (index n = 0; n < columns; ++n) run_column(v, n, rows & ~3);
        m = rows & ~3;
      } else {
        product_block p;
        index high = rows >> 2;
        for (;;) {
          run_blocks(p, v, m, 0, high, columns >> 2);
          if ((columns & 3) > 1) run_blocks(p, v, m, columns - 4, high, 1);
          m += 4 * high;
          if (rows - m < 2) break;
          m = rows - 4, high = 1;
        }
        if ((columns & 3) == 1) {
          run_column(v, columns - 1, rows & ~3);
          if ((rows & 3) > 1)
            for (index i = rows & ~3; i < rows; ++i) single(v, i, columns - 1);
        }
      }
    }
    for (; m < rows; ++m) run_row(v, m, columns);
  }
};

/// Width of the blocks of accumulators that are finished outside of the inner loops.
inline constexpr index sums_wide = 16;

/// Calls finish(m, n, high, wide, sums) for blocks of at most four rows; `v.y` is not used.
template <signs S, bool column_records, class Finish>
[[gnu::always_inline]] inline void each_block(product_operands const& of, index rows, index columns, Finish finish) {
  product_operands v;
  copy_object(v, of);
  constexpr index width = sums_wide;
  alignas(4) i32 sums[4 * width];
  u8 const* const b = v.b;
  column_record const* const records = v.records;
  v.y = reinterpret_cast<u8*>(sums);
  v.y_row = width * 4;
  v.y_column = 4;
  for (index m = 0; m < rows; m += 4, v.a += 4 * v.a_stride)
    for (index n = 0; n < columns; n += width) {
      index const high = rows - m < 4 ? rows - m : 4, wide = columns - n < width ? columns - n : width;
      v.b = b + n * v.b_stride;
      v.records = records + (column_records ? n : 0);
      product_tile<S, result_store::words, column_records>::run_all(v, high, wide);
      finish(m, n, high, wide, sums);
    }
}

/// Calls finish(m, n, sum) for every result, for what has no requantised bytes or whose scales vary along the rows.
template <signs S, class Finish>
void each_product(product_operands const& v, index rows, index columns, Finish finish) {
  each_block<S, false>(v, rows, columns, [&](index m, index n, index high, index wide, i32 const* sums) {
    for (index i = 0; i < high; ++i)
      for (index j = 0; j < wide; ++j) finish(m + i, n + j, sums[i * sums_wide + j]);
  });
}

/// Products whose results take 64-bit arithmetic, or a rounding that the inner loops do not have: from words to bytes.
template <signs S, requant_class R, bool column_records>
void requantised_products(product_operands const& v, index rows, index columns, i32 const* values) {
  each_block<S, column_records>(v, rows, columns, [&](index m, index n, index high, index wide, i32 const* sums) {
    column_record const* const records = v.records + (column_records ? n : 0);
    u8* const y = v.y + m * v.y_row + n * v.y_column;
    for (index j = 0; j < wide; ++j)
      requantise_column<R>(values, records[column_records ? j : 0].scale, 0, sums + j, sums_wide, high,
                           y + j * v.y_column, v.y_row);
  });
}
}  // namespace deeploy::cluster
