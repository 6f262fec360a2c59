// SPDX-License-Identifier: Apache-2.0
// Panels of four columns against many rows with mac&load, where results lie side by side and all columns are alike: 81
// instructions for four by four results, and 17 for each word of the reduction.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// Rows by columns, at least four of each: fours of rows, and of columns, of which the last ones may overlap those before.
/// The loop reads the members by offset.
struct product_panel {
  /// Fours of rows, one after the other: how many, and from behind the words of one to the second word of the next.
  struct pass {
    i32 count;
    bytes rows_step;
    u8 const* columns[2];  ///< of the block that comes next; null: behind the last pass
    bytes y_step;          ///< from behind the last results to where the next ones go
  };
  u8 const* columns[4];  ///< the second word of each of four columns; of the first two, those of the block that comes next
  bytes rows_step;       ///< of the pass
  i32 words;             ///< less two
  i32 shift;
  bytes y_row;
  i32 mul, add;
  u8 const* rows;  ///< the first row's second word
  bytes row_stride, column_stride;
  bytes columns_step;
  u8 const* last_columns;
  u8* y;  ///< of the panel
  u8* last_y;
  i32 panels;
  pass *first, *now;
  u32 kept;
  pass passes[3];  ///< the last one goes back to the first rows, and on to the next columns
  u32 end[4];

  /// What all parts of a tile have in common.
  ///
  /// @param depth  a multiple of four, at least twelve
  [[gnu::always_inline]] constexpr void set_operands(bytes a_stride, bytes b_stride, bytes y_stride, index depth) {
    words = (depth >> 2) - 2;
    row_stride = a_stride, column_stride = b_stride, y_row = y_stride;
    columns_step = 4 * b_stride;
    end[3] = 0;
    passes[1].count = passes[2].count = 1;
    passes[2].y_step = 0;
  }
  /// Rows by columns of results at `to`, at least four of each.
  [[gnu::always_inline]] void set_part(u8 const* a, index a_rows, u8 const* b, index b_columns, u8* to) {
    bytes const from_last = -4 * (words + 1);  // from behind the words of a row to its second one
    u8 const* column = b + 4;
    last_columns = column + (b_columns - 4) * column_stride;
    for (int i = 0; i < 4; ++i, column += column_stride) columns[i] = column;
    rows = a + 4;
    y = to, last_y = to + b_columns - 4;
    panels = (b_columns + 3) >> 2;
    index const blocks = a_rows >> 2, left = a_rows & 3;
    // Without rows left there is no pass of a block that overlaps the one before.
    pass* const whole = left == 0 ? passes + 1 : passes;
    whole->count = blocks - 1, whole->rows_step = 4 * row_stride + from_last, whole->y_step = 0;
    if (left != 0) [[unlikely]]
      passes[1].count = 1, passes[1].rows_step = left * row_stride + from_last, passes[1].y_step = (left - 4) * y_row;
    passes[2].rows_step = (4 - a_rows) * row_stride + from_last;
    first = blocks == 1 ? whole + 1 : whole;
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators, four rows of each column. x5 x6 x7 x9: columns, of which A0 and A1 hold words; x11 to x14: rows,
// of which W0 to W3 do; x10: the struct; x15 x8: mul and add; x1: y. The last operand of mac&load: bit 0 names A, bits 1 and 2 W;
// 8 loads this A and 16 this W from the pointer afterwards. A block is the outer hardware loop of 512 bytes, the size of a core's
// own cache. Its last word loads the second ones of the next block. x8 may be the frame pointer: saved by hand.
#define DEEPLOY_ML(d, p, how) ".insn r 0x77, 1, %[macload], " d ", " p ", x" how "\n"
#define DEEPLOY_DOT(d, a, b) ".if %[swapped]\n.insn r 0x57, 1, %[dot], " d ", " b ", " a "\n.else\n.insn r 0x57, 1, %[dot], " d ", " a ", " b "\n.endif\n"
#define DEEPLOY_WORD(BETWEEN, LAST)                                                                                       \
  DEEPLOY_ML("x16", "x7", "0") DEEPLOY_ML("x17", "x7", "2") DEEPLOY_ML("x18", "x7", "4") DEEPLOY_ML("x19", "x7", "14")    \
  DEEPLOY_ML("x20", "x9", "1") DEEPLOY_ML("x21", "x9", "3") DEEPLOY_ML("x22", "x9", "5") DEEPLOY_ML("x23", "x9", "15")    \
  DEEPLOY_ML("x24", "x5", "0") DEEPLOY_ML("x25", "x5", "2") DEEPLOY_ML("x26", "x5", "4") DEEPLOY_ML("x27", "x5", "14")    \
  BETWEEN DEEPLOY_ML("x28", "x11", "17") DEEPLOY_ML("x29", "x12", "19") DEEPLOY_ML("x30", "x13", "21") DEEPLOY_ML("x31", "x14", "23") \
  LAST DEEPLOY_ML("x0", "x6", "9")
#define DEEPLOY_RESULT(c) "mul " c ", " c ", x15\n.insn r 0x5b, 2, 0x20, " c ", x8, x9\n.insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_ROW(c0, c1, c2, c3, LAST)                                                                                 \
  DEEPLOY_RESULT(c0) DEEPLOY_RESULT(c1) DEEPLOY_RESULT(c2) DEEPLOY_RESULT(c3)                                             \
  ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n.insn r 0x57, 1, 0x6c, " c0 ", " c3 ", " c2 "\n" LAST ".insn r 0x2b, 6, 0, x7, x1, " c0 "\n"

/// Computes all of it.
template <signs S, result_store to>
[[gnu::noinline]] inline void run(product_panel& p) {
  static_assert(is_small(to) && sizeof(product_panel) == 160);
  register product_panel* at __asm__("x10") = &p;
  __asm__ volatile(
      "sw x8, 80(x10)\nlw x5, 0(x10)\nlw x6, 4(x10)\nlw x11, 40(x10)\nlw x16, 44(x10)\nlw x8, 36(x10)\nlw x1, 60(x10)\n"
      "add x12, x11, x16\nadd x13, x12, x16\nadd x14, x13, x16\n"
      DEEPLOY_ML("x0", "x5", "8") DEEPLOY_ML("x0", "x6", "9") DEEPLOY_ML("x0", "x11", "16") DEEPLOY_ML("x0", "x12", "18")
      DEEPLOY_ML("x0", "x13", "20") DEEPLOY_ML("x0", "x14", "22")
      // The pass begins a line: aligned from here, as the linker may shorten an alignment behind the labels' distances.
      ".balign 16\n.option push\n.option norvc\nnop\nnop\nnop\n"
      "3:\n.4byte 0x0000007b | (((4f - 3b) >> 1) << 20)\n5:\n.4byte 0x0000107b | (((6f - 5b) >> 1) << 20)\n.option pop\n"
      // A panel: the last pass goes on to the next columns, the others stay.
      "1:\nlw x9, 72(x10)\nlw x16, 0(x10)\nlw x17, 4(x10)\nlw x18, 52(x10)\nlw x19, 56(x10)\nlw x20, 48(x10)\nadd x18, x18, x16\n"
      ".insn r 0x33, 5, 0x02, x18, x18, x19\nadd x20, x20, x18\nsw x16, 92(x10)\nsw x17, 96(x10)\nsw x16, 112(x10)\nsw x17, 116(x10)\n"
      "sw x18, 132(x10)\nsw x20, 136(x10)\nsw x9, 76(x10)\nlw x15, 12(x9)\n"
      // A pass. All between two runs of blocks is in two lines of the cache, so that the loop's others stay.
      ".option push\n.option rvc\nc.nop\n"
      "2:\nsw x15, 4(x10)\nlw x15, 4(x9)\nsw x15, 16(x10)\nlw x15, 8(x9)\nsw x15, 0(x10)\nlw x15, 0(x9)\n"
      "7:\n.4byte 0x0000407b | (1 << 7) | (15 << 15) | (((9f - 7b) >> 1) << 20)\n"
      "lw x15, 20(x10)\nlw x9, 12(x10)\n.option norvc\nlw x7, 8(x10)\n.insn i 0x7b, 2, x0, x15, 0\n"
      "lw x28, -8(x11)\nlw x20, -8(x5)\nlw x29, -8(x12)\n" DEEPLOY_DOT("x16", "x20", "x28") "lw x30, -8(x13)\n" DEEPLOY_DOT("x17", "x20", "x29")
      "lw x31, -8(x14)\n" DEEPLOY_DOT("x18", "x20", "x30") "lw x24, -8(x6)\n" DEEPLOY_DOT("x19", "x20", "x31") "lw x27, -4(x7)\n"
      DEEPLOY_DOT("x20", "x24", "x28") DEEPLOY_DOT("x21", "x24", "x29") DEEPLOY_DOT("x22", "x24", "x30") DEEPLOY_DOT("x23", "x24", "x31")
      "lw x15, -4(x9)\n"
      DEEPLOY_DOT("x24", "x27", "x28") DEEPLOY_DOT("x25", "x27", "x29") DEEPLOY_DOT("x26", "x27", "x30") DEEPLOY_DOT("x27", "x27", "x31")
      DEEPLOY_DOT("x28", "x15", "x28") DEEPLOY_DOT("x29", "x15", "x29") DEEPLOY_DOT("x30", "x15", "x30") DEEPLOY_DOT("x31", "x15", "x31")
      "4:\n" DEEPLOY_WORD("", "6:\n")
      "lw x5, 0(x10)\nlw x6, 4(x10)\n"
      DEEPLOY_WORD("lw x7, 16(x10)\n.option rvc\nlw x15, 32(x10)\nlw x9, 24(x10)\nadd x11, x11, x7\nadd x12, x12, x7\nadd x13, x13, x7\nadd x14, x14, x7\n.option norvc\n", "")
      "lw x7, 28(x10)\n"
      DEEPLOY_ROW("x16", "x20", "x24", "x28", "") DEEPLOY_ROW("x17", "x21", "x25", "x29", "")
      DEEPLOY_ROW("x18", "x22", "x26", "x30", "") DEEPLOY_ROW("x19", "x23", "x27", "x31", "9:\n") ".option pop\n"
      ".option push\n.option rvc\nlw x9, 76(x10)\nlw x15, 16(x9)\naddi x9, x9, 20\nsw x9, 76(x10)\nadd x1, x1, x15\nlw x15, 12(x9)\nbnez x15, 2b\n.option pop\n"
      "lw x16, 0(x10)\nlw x17, 48(x10)\nlw x18, 60(x10)\nlw x19, 64(x10)\nslli x20, x17, 1\nadd x16, x16, x20\nsw x16, 8(x10)\n"
      "add x16, x16, x17\nsw x16, 12(x10)\naddi x18, x18, 4\n.insn r 0x33, 5, 0x02, x18, x18, x19\nlw x16, 68(x10)\nsw x18, 60(x10)\nmv x1, x18\n"
      "addi x16, x16, -1\nsw x16, 68(x10)\nbnez x16, 1b\nlw x8, 80(x10)\n"
      : "+r"(at)
      : [macload] "i"(macload_code<swapped(S)>), [dot] "i"(dot_code<S> - 0x10), [swapped] "i"(S == signs::us ? 1 : 0), [clip] "i"(clip_code(to)),
        [width] "i"(clip_width(to))
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
        "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31");
}
#undef DEEPLOY_DOT
#undef DEEPLOY_ML
#undef DEEPLOY_RESULT
#undef DEEPLOY_ROW
#undef DEEPLOY_WORD
#else
template <signs S, result_store to>
inline void run(product_panel& p) {
  index const depth = 4 * (p.words + 2);
  reduction const along(depth);
  for (; p.panels > 0; --p.panels) {
    u8 const* a = p.rows - 4;
    u8* y = p.y;
    for (product_panel::pass const* now = p.first; now <= p.passes + 2; ++now) {
      for (i32 block = now->count; block > 0; --block, a += depth - 4 + now->rows_step) {
        for (int i = 0; i < 4; ++i, y += p.y_row)
          for (int j = 0; j < 4; ++j)
            put<to>(y + j, dot<S>(0, a + i * p.row_stride, p.columns[0] - 4 + j * p.column_stride, along), {p.mul, p.add, 0}, p.shift, 0, 0);
      }
      y += now->y_step;
    }
    u8 const* const next = p.columns[0] + p.columns_step;
    p.columns[0] = next < p.last_columns ? next : p.last_columns;
    p.y = p.y + 4 < p.last_y ? p.y + 4 : p.last_y;
  }
}
#endif
}  // namespace deeploy::cluster
