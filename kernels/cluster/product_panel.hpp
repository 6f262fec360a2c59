// SPDX-License-Identifier: Apache-2.0
// Panels of four columns against many rows with mac&load, where results lie side by side and all columns are alike: 79
// instructions for four by four results, and 17 for each word of the reduction.
#pragma once
#include <cluster/product_signs.hpp>
#include <cluster/xpulp.hpp>

namespace deeploy::cluster {
/// Blocks of four rows, down the rows of a panel of four columns, then of the next one. The last four rows of a panel, and the last
/// four columns, may overlap those before. One, two or three columns are a panel of four, of which the last ones are not stored.
/// The loop reads the members by offset.
struct product_panel {
  /// Fours of rows, one after the other: how many, and from behind the words of one to the second word of the next.
  struct pass {
    i32 count;
    bytes rows_step;
    bytes y_step;       ///< from behind the last results to where the next ones go
    i32 is_last;        ///< behind it come the first rows again, and the next columns
  };
  u8 const* columns[4];  ///< the second word of each of four columns; of the first two, those of the block that comes next
  bytes rows_step;       ///< of the pass
  i32 words;             ///< less two
  i32 shift;
  bytes y_step;  ///< from a row's last store to the next row
  i32 mul, add;
  u8 const* rows;  ///< the second word of the first row that comes
  bytes row_stride, column_stride;
  bytes columns_step;
  u8 const* last_columns;
  u8* panel_y;  ///< of the panel's first row
  u8* last_y;
  i32 left;  ///< blocks behind the passes that come
  pass *first, *now;
  u8 const* next_columns[2];
  i32 first_count;  ///< of a panel's first pass
  u8* y;            ///< of the first row that comes
  u32 kept;
  i32 panel_blocks;
  pass passes[3];
  i32 end;
  pass part;  ///< the first blocks of the last panel
  i32 part_end;

  /// Of so many rows. The last ones that are no four take a block that overlaps the one before.
  static constexpr index blocks_of(index count) { return (count + 3) >> 2; }

  /// What all parts of a tile have in common.
  ///
  /// @param depth  a multiple of four, at least twelve
  [[gnu::always_inline]] constexpr void set_operands(bytes a_stride, bytes b_stride, bytes y_row, index depth) {
    words = (depth >> 2) - 2;
    row_stride = a_stride, column_stride = b_stride, y_step = y_row;
    columns_step = 4 * b_stride;
    end = part_end = 0;
  }
  /// Blocks of rows by columns of results at `to`, at least four rows.
  ///
  /// @param begin  the first block of the first panel
  /// @param count  of blocks, at least one
  template <int few>
  [[gnu::always_inline]] void set_part(u8 const* a, index a_rows, u8 const* b, index b_columns, u8* to, index begin, index count) {
    bytes const from_last = -4 * (words + 1), y_row = y_step;  // from behind the words of a row to its second one
    u8 const* column = b + 4;
    for (int i = 0; i < 4; ++i) {
      columns[i] = column;
      if (few == 0 || i < few - 1) column += column_stride;
    }
    if constexpr (few != 0) {
      next_columns[0] = columns[0], next_columns[1] = columns[1];
      y_step = y_row - (few - 1);
    } else {
      last_columns = columns[0] + (b_columns - 4) * column_stride;
      next_columns[0] = columns[0] + xpulp::min(4, b_columns - 4) * column_stride, next_columns[1] = next_columns[0] + column_stride;
      last_y = to + b_columns - 4;
    }
    rows = a + 4 + 4 * begin * row_stride;
    panel_y = to, y = to + 4 * begin * y_row;
    index const blocks = a_rows >> 2, over = a_rows & 3;
    // Without rows left there is no pass of a block that overlaps the one before.
    pass* const whole = over == 0 ? passes + 1 : passes;
    if (over != 0) [[unlikely]]
      passes[1] = {1, over * row_stride + from_last, (over - 4) * y_row, 0};
    passes[2] = {1, (4 - a_rows) * row_stride + from_last, 0, 1};
    whole->rows_step = part.rows_step = 4 * row_stride + from_last;
    whole->y_step = part.y_step = 0, whole->is_last = part.is_last = 0;
    first = blocks == 1 ? whole + 1 : whole;
    first_count = blocks == 1 ? 1 : blocks - 1;
    // The first panel, from `begin` on, or some blocks of it; a core that has the last whole block has the one over it, too.
    panel_blocks = blocks_of(a_rows);
    left = count - (panel_blocks - begin);
    now = first;
    if (left < 0)
      part.count = count, now = &part, left = 0;
    else if (blocks != 1 && (whole->count = first_count - begin) == 0)
      now = whole + 1;
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators, four rows of each column. x11 to x14: columns, of which A0 and A1 hold words; x5 x6 x7 x9: rows,
// of which W0 to W3 do; x10: the struct; x15 x8 x14: mul, add and shift; x1: y. The last operand of mac&load: bit 0 names A, bits
// 1 and 2 W; 8 loads this A and 16 this W from the pointer afterwards. A block is the outer hardware loop: 528 bytes without compressed
// instructions, of which no one says that they may stand in it, a line more than a core's own cache has. Its last word loads the
// second ones of the next block. Saved by hand: x8, which may be the frame pointer. In each word the loads are two products apart, as
// far as they can be: rows often begin in the same bank of L1.
#define DEEPLOY_ML(d, p, how) ".insn r 0x77, 1, %[macload], " d ", " p ", x" how "\n"
#define DEEPLOY_DOT(d, a, b) ".if %[swapped]\n.insn r 0x57, 1, %[dot], " d ", " b ", " a "\n.else\n.insn r 0x57, 1, %[dot], " d ", " a ", " b "\n.endif\n"
#define DEEPLOY_WORD(BETWEEN, LAST)                                                                                        \
  DEEPLOY_ML("x16", "x13", "0") DEEPLOY_ML("x17", "x13", "2") DEEPLOY_ML("x0", "x12", "9") DEEPLOY_ML("x18", "x13", "4")      \
  DEEPLOY_ML("x19", "x13", "14") DEEPLOY_ML("x20", "x14", "1") DEEPLOY_ML("x21", "x14", "3") DEEPLOY_ML("x22", "x14", "5")    \
  DEEPLOY_ML("x23", "x14", "15") BETWEEN DEEPLOY_ML("x24", "x11", "0") DEEPLOY_ML("x28", "x5", "17")                         \
  DEEPLOY_ML("x25", "x11", "2") DEEPLOY_ML("x29", "x6", "19") DEEPLOY_ML("x26", "x11", "4") DEEPLOY_ML("x30", "x7", "21")     \
  DEEPLOY_ML("x27", "x11", "14") LAST DEEPLOY_ML("x31", "x9", "23")
#define DEEPLOY_RESULT(c) "mul " c ", " c ", x15\n.insn r 0x5b, 2, 0x20, " c ", x8, x14\n.insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
// A row's results, and its stores, of which the last one is behind a label: a word, or bytes.
#define DEEPLOY_ROW(c0, c1, c2, c3, LAST)                                                                                 \
  DEEPLOY_RESULT(c0)                                                                                                      \
  ".if %[few] != 1\n" DEEPLOY_RESULT(c1) ".endif\n.if %[few] != 1 && %[few] != 2\n" DEEPLOY_RESULT(c2) ".endif\n"         \
  ".if %[few] == 0\n" DEEPLOY_RESULT(c3) ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n.insn r 0x57, 1, 0x6c, " c0 ", " c3 ", " c2 "\n.endif\n" \
  ".if %[few] > 1\n.insn s 0x2b, 0, " c0 ", 1(x1)\n.endif\n.if %[few] > 2\n.insn s 0x2b, 0, " c1 ", 1(x1)\n.endif\n" LAST   \
  ".if %[few] == 0\n.insn r 0x2b, 6, 0, x13, x1, " c0 "\n.elseif %[few] == 1\n.insn r 0x2b, 4, 0, x13, x1, " c0 "\n"      \
  ".elseif %[few] == 2\n.insn r 0x2b, 4, 0, x13, x1, " c1 "\n.else\n.insn r 0x2b, 4, 0, x13, x1, " c2 "\n.endif\n"

/// Computes all of it.
/// @tparam few  columns, where there is no panel of four
template <signs S, result_store to, int few = 0>
[[gnu::noinline]] inline void run(product_panel& p) {
  static_assert(is_small(to) && sizeof(product_panel) == 176);
  register product_panel* at __asm__("x10") = &p;
  __asm__ volatile(
      "sw x8, 96(x10)\nlw x11, 0(x10)\nlw x12, 4(x10)\nlw x5, 40(x10)\nlw x16, 44(x10)\n"
      "lw x8, 36(x10)\nlw x1, 92(x10)\nadd x6, x5, x16\nadd x7, x6, x16\nadd x9, x7, x16\n"
      DEEPLOY_ML("x0", "x11", "8") DEEPLOY_ML("x0", "x5", "16") DEEPLOY_ML("x0", "x6", "18")
      DEEPLOY_ML("x0", "x7", "20") DEEPLOY_ML("x0", "x9", "22") "lw x14, 76(x10)\n"
      // The loop begins a line: aligned from here, as the linker may shorten an alignment behind the labels' distances.
      ".balign 16\n.option push\n.option norvc\n"
      "3:\n.4byte 0x0000007b | (((4f - 3b) >> 1) << 20)\n5:\n.4byte 0x0000107b | (((6f - 5b) >> 1) << 20)\n"
      ".option rvc\n"
      // A pass. The last one goes on to the next columns, the others stay. A branch of a fixed size: labels are counted over it.
      "2:\nlw x15, 4(x14)\nsw x15, 16(x10)\nlw x15, 12(x14)\n.insn b 0x63, 0, x15, x0, 8f\nlw x15, 80(x10)\nsw x15, 0(x10)\nlw x15, 84(x10)\nsw x15, 4(x10)\n"
      "8:\nlw x15, 0(x14)\n"
      "7:\n.4byte 0x0000407b | (1 << 7) | (15 << 15) | (((9f - 7b) >> 1) << 20)\n"
      ".option norvc\nlw x13, 20(x10)\nlw x14, 12(x10)\n.insn i 0x7b, 2, x0, x13, 0\nlw x13, 8(x10)\n"
      "lw x28, -8(x5)\nlw x20, -8(x11)\nlw x29, -8(x6)\n" DEEPLOY_DOT("x16", "x20", "x28") "lw x30, -8(x7)\n" DEEPLOY_DOT("x17", "x20", "x29")
      "lw x31, -8(x9)\n" DEEPLOY_DOT("x18", "x20", "x30") "lw x24, -4(x12)\n" DEEPLOY_DOT("x19", "x20", "x31") "lw x27, -4(x13)\n"
      DEEPLOY_DOT("x20", "x24", "x28") DEEPLOY_DOT("x21", "x24", "x29") DEEPLOY_DOT("x22", "x24", "x30") DEEPLOY_DOT("x23", "x24", "x31")
      "lw x15, -4(x14)\n"
      DEEPLOY_DOT("x24", "x27", "x28") DEEPLOY_DOT("x25", "x27", "x29") DEEPLOY_DOT("x26", "x27", "x30") DEEPLOY_DOT("x27", "x27", "x31")
      DEEPLOY_DOT("x28", "x15", "x28") DEEPLOY_DOT("x29", "x15", "x29") DEEPLOY_DOT("x30", "x15", "x30") DEEPLOY_DOT("x31", "x15", "x31")
      "4:\n" DEEPLOY_WORD("", "6:\n")
      DEEPLOY_WORD("lw x11, 0(x10)\nlw x12, 4(x10)\nlw x13, 16(x10)\nlw x15, 32(x10)\nlw x14, 24(x10)\nadd x5, x5, x13\nadd x6, x6, x13\nadd x7, x7, x13\nadd x9, x9, x13\nlw x13, 28(x10)\n", "")
      DEEPLOY_ROW("x16", "x20", "x24", "x28", "") DEEPLOY_ROW("x17", "x21", "x25", "x29", "")
      DEEPLOY_ROW("x18", "x22", "x26", "x30", "") DEEPLOY_ROW("x19", "x23", "x27", "x31", "9:\n")
      ".option rvc\nlw x14, 76(x10)\nlw x15, 8(x14)\naddi x14, x14, 16\nsw x14, 76(x10)\nadd x1, x1, x15\nlw x15, 0(x14)\nbnez x15, 2b\n"
      "lw x13, 68(x10)\nbeqz x13, 1f\n"
      // The next panel, or the first blocks of it.
      "lw x16, 0(x10)\nlw x17, 48(x10)\nlw x19, 52(x10)\nlw x18, 56(x10)\nlw x15, 60(x10)\nlw x14, 64(x10)\n"
      "add x20, x16, x17\nadd x20, x20, x17\nsw x20, 8(x10)\nadd x20, x20, x17\nsw x20, 12(x10)\n"
      "add x16, x16, x19\n.insn r 0x33, 5, 0x02, x16, x16, x18\nadd x17, x17, x16\nsw x16, 80(x10)\nsw x17, 84(x10)\n"
      "addi x15, x15, 4\n.insn r 0x33, 5, 0x02, x15, x15, x14\nsw x15, 60(x10)\nmv x1, x15\n"
      "lw x14, 72(x10)\nlw x15, 88(x10)\nlw x16, 100(x10)\nblt x13, x16, 8f\nsub x13, x13, x16\n7:\nsw x13, 68(x10)\nsw x14, 76(x10)\nsw x15, 0(x14)\nj 2b\n"
      "8:\nmv x15, x13\nli x13, 0\naddi x14, x10, 156\nj 7b\n"
      "1:\n.option pop\nlw x8, 96(x10)\n"
      : "+r"(at)
      : [macload] "i"(macload_code<swapped(S)>), [dot] "i"(dot_code<S> - 0x10), [swapped] "i"(S == signs::us ? 1 : 0), [clip] "i"(clip_code(to)),
        [width] "i"(clip_width(to)), [few] "i"(few)
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
        "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31");
}
#undef DEEPLOY_DOT
#undef DEEPLOY_ML
#undef DEEPLOY_RESULT
#undef DEEPLOY_ROW
#undef DEEPLOY_WORD
#else
template <signs S, result_store to, int few = 0>
inline void run(product_panel& p) {
  index const depth = 4 * (p.words + 2);
  reduction const along(depth);
  u8 const* a = p.rows - 4;
  for (;;) {
    for (bool ends = false; !ends; ++p.now) {
      ends = p.now == &p.part || p.now->is_last != 0;
      for (i32 block = p.now->count; block > 0; --block, a += depth - 4 + p.now->rows_step)
        for (int i = 0; i < 4; ++i, p.y += p.y_step + (few == 0 ? 0 : few - 1))
          for (int j = 0; j < (few == 0 ? 4 : few); ++j)
            put<to>(p.y + j, dot<S>(0, a + i * p.row_stride, p.columns[0] - 4 + j * p.column_stride, along), {p.mul, p.add, 0}, p.shift, 0, 0);
      p.y += p.now->y_step;
    }
    if (p.left == 0) return;
    p.columns[0] = p.next_columns[0];
    u8 const* const next = p.columns[0] + p.columns_step;
    p.next_columns[0] = next < p.last_columns ? next : p.last_columns;
    p.y = p.panel_y = p.panel_y + 4 < p.last_y ? p.panel_y + 4 : p.last_y;
    bool const is_part = p.left < p.panel_blocks;
    p.now = is_part ? &p.part : p.first;
    p.now->count = is_part ? p.left : p.first_count;
    p.left -= is_part ? p.left : p.panel_blocks;
  }
}
#endif
}  // namespace deeploy::cluster
