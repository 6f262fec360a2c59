// SPDX-License-Identifier: Apache-2.0
// Panels of four columns against many rows with mac&load, where results lie side by side and all columns are alike: 77
// instructions for four by four results, and 17 for each word of the reduction.
#pragma once
#include <cluster/product_signs.hpp>
#include <cluster/xpulp.hpp>

namespace deeploy::cluster {
/// Blocks of four rows by a panel of four columns, then by the next four. The rows of a block are a quarter of all apart, so that each
/// of four pointers walks a quarter from its beginning to its end and, where rows join, is never moved. One, two or three rows more
/// are a block of their own. The last four columns may overlap those before. One, two or three columns are a panel of four, of which
/// the last ones are not stored.
/// The loop reads the members by offset.
struct product_panel {
  /// Blocks one behind the other.
  struct pass {
    i32 count;
    u8 const* rows;    ///< the first of the first block's rows
    bytes rows_apart;  ///< of a block
    bytes y;           ///< where its results go, from the panel's first one on
    bytes y_apart;     ///< from behind one row's results to those of the next
    bytes y_next;      ///< from behind the last row's to the first one's of the next block
    pass const* next;  ///< none: the next columns
  };
  /// What all parts of a tile have in common.
  struct constants {
    i32 words = 0;  ///< less two
    i32 mul = 0, add = 0, shift = 0;
    bytes row_stride = 0, column_stride = 0;
    constexpr index depth() const { return 4 * (words + 2); }
    constexpr bool rows_join() const { return row_stride == depth(); }
  };
  u8 const* columns;  ///< the first of a panel's
  u8 const* last_columns;
  u8* y;  ///< of the panel
  u8* last_y;
  i32 left;  ///< blocks behind this panel
  i32 panel_blocks;
  pass const* now;
  u32 kept;
  bytes rows_step;  ///< from behind a row to the next one, where they do not join
  pass whole;      ///< of a panel, or its beginning
  pass rest;       ///< rows behind the last four
  pass beginning;  ///< of the first panel, where it is not whole

  /// Of so many rows.
  static constexpr index blocks_of(index count) { return (count + 3) >> 2; }
  /// So many blocks at a panel's end have rows in common; one core has them.
  static constexpr index blocks_in_common(index count) { return (count & 3) <= 1 ? 1 : (count & 3) == 2 && count > 6 ? 3 : 2; }

  /// Blocks of rows by columns of results at `to`, at least four rows.
  ///
  /// @param begin  the first block of the first panel
  /// @param count  of blocks, at least one
  template <bool joins, int few>
  [[gnu::always_inline]] void set_part(constants const& c, u8 const* a, index a_rows, u8 const* b, index b_columns, u8* to, bytes y_row, index begin,
                                       index count) {
    constexpr bytes stored = few == 0 ? 0 : few - 1;  // bytes that a row's stores have moved on before the last one
    bytes const a_stride = c.row_stride;
    if constexpr (!joins) rows_step = a_stride - c.depth();
    columns = b, y = to;
    if constexpr (few == 0) last_columns = b + (b_columns - 4) * c.column_stride, last_y = to + b_columns - 4;
    index const blocks = a_rows >> 2, over = a_rows & 3;
    whole = {blocks, a, blocks * a_stride, 0, blocks * y_row - stored, y_row - 3 * blocks * y_row - stored, nullptr};
    now = &whole;
    panel_blocks = blocks;
    if (over != 0) {
      ++panel_blocks;
      whole.next = &rest;
      // The last four rows; or the last one four times, as another core may write the rows before it.
      index const first = over == 1 ? a_rows - 1 : a_rows - 4;
      rest = {1, a + first * a_stride, over == 1 ? 0 : a_stride, first * y_row, (over == 1 ? 0 : y_row) - stored, 0, nullptr};
    }
    left = count - panel_blocks;
    if (begin != 0 || left < 0) {
      left += begin;
      beginning = whole;
      beginning.count = blocks - begin, beginning.rows += begin * a_stride, beginning.y = begin * y_row;
      now = begin < blocks ? &beginning : &rest;
      if (left < 0) beginning.count = count, beginning.next = nullptr, left = 0;
    }
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators, row by row. x11 to x14: rows, of which A0 and A1 hold words; x5 x6 x7 x9: columns, of which W0 to W3
// do; x15 x8 x10: mul, add and shift; x1: y. What changes from panel to panel lies on the stack: words, columns, mul and steps of y.
// The last operand of mac&load: bit 0 names A, bits 1 and 2 W; 8 loads this A and 16 this W from the pointer afterwards.
// A block is the outer hardware loop: where rows join it has 128 instructions, none of them compressed, as no one says that these
// may stand in it: the 512 bytes of a core's own cache. Its first word needs no accumulators that are zero; its last one loads the
// second word of the columns for the next block, and leaves the rows' pointers behind the rows, where the next ones begin: so nothing
// behind the last row is read. Saved by hand: x8, which may be the frame pointer. In each word the loads are two products apart, as
// far as they can be: rows often begin in the same bank of L1.
#define DEEPLOY_ML(d, p, how) ".insn r 0x77, 1, %[macload], " d ", " p ", x" how "\n"
#define DEEPLOY_DOT(d, a, b) ".if %[swapped]\n.insn r 0x57, 1, %[dot], " d ", " b ", " a "\n.else\n.insn r 0x57, 1, %[dot], " d ", " a ", " b "\n.endif\n"
#define DEEPLOY_NEXT(d, p) ".insn i 0x0b, 2, " d ", " p ", 4\n"
#define DEEPLOY_FIRST_ROWS(L0, L1, L2, L3)                                                                              \
  DEEPLOY_ML("x16", "x13", "0") L0 DEEPLOY_ML("x17", "x13", "2") DEEPLOY_ML("x0", "x12", "9") DEEPLOY_ML("x18", "x13", "4") L1   \
  DEEPLOY_ML("x19", "x13", "14") DEEPLOY_ML("x20", "x14", "1") L2 DEEPLOY_ML("x21", "x14", "3") DEEPLOY_ML("x22", "x14", "5") L3 \
  DEEPLOY_ML("x23", "x14", "15")
#define DEEPLOY_LAST_ROWS(LOADS_ROW, END)                                                                                 \
  DEEPLOY_ML("x24", "x11", "0") DEEPLOY_ML("x28", "x5", "17")                                                             \
  DEEPLOY_ML("x25", "x11", "2") DEEPLOY_ML("x29", "x6", "19") DEEPLOY_ML("x26", "x11", "4") DEEPLOY_ML("x30", "x7", "21") \
  DEEPLOY_ML("x27", "x11", LOADS_ROW) END DEEPLOY_ML("x31", "x9", "23")
#define DEEPLOY_RESULT(c) "mul " c ", " c ", x15\n.insn r 0x5b, 2, 0x20, " c ", x8, x10\n.insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
// A row's results, and its stores, of which the last one is behind a label: a word, or bytes. The step to the next row is loaded to
// where a result has been.
#define DEEPLOY_ROW(c0, c1, c2, c3, STEP, END, LOAD)                                                                      \
  DEEPLOY_RESULT(c0) LOAD                                                                                                 \
  ".if %[few] != 1\n" DEEPLOY_RESULT(c1) ".endif\n.if %[few] != 1 && %[few] != 2\n" DEEPLOY_RESULT(c2) ".endif\n"         \
  ".if %[few] == 0\n" DEEPLOY_RESULT(c3) ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n.endif\n" STEP                    \
  ".if %[few] == 0\n.insn r 0x57, 1, 0x6c, " c0 ", " c3 ", " c2 "\n.endif\n"                                              \
  ".if %[few] > 1\n.insn s 0x2b, 0, " c0 ", 1(x1)\n.endif\n.if %[few] > 2\n.insn s 0x2b, 0, " c1 ", 1(x1)\n.endif\n" END    \
  ".if %[few] == 0\n.insn r 0x2b, 6, 0, x%[step], x1, " c0 "\n.elseif %[few] == 1\n.insn r 0x2b, 4, 0, x%[step], x1, " c0 "\n" \
  ".elseif %[few] == 2\n.insn r 0x2b, 4, 0, x%[step], x1, " c1 "\n.else\n.insn r 0x2b, 4, 0, x%[step], x1, " c2 "\n.endif\n"

/// Computes all of it.
/// @tparam joins  a row begins where the one before ends
/// @tparam few    columns, where there is no panel of four
template <signs S, result_store to, bool joins, int few = 0>
[[gnu::always_inline]] inline void run(product_panel& p, product_panel::constants const& c) {
  static_assert(is_small(to) && sizeof(product_panel) == 120 && sizeof(c) == 24);
  register product_panel* at __asm__("x10") = &p;
  register product_panel::constants const* constants __asm__("x11") = &c;
  __asm__ volatile(
      "sw x8, 28(x10)\naddi sp, sp, -48\nlw x5, 0(x11)\nlw x6, 4(x11)\nlw x8, 8(x11)\nlw x7, 12(x11)\nlw x16, 20(x11)\n"
      ".if %[joins] == 0\nlw x9, 32(x10)\nsw x9, 44(sp)\n.endif\nsw x5, 0(sp)\nsw x6, 20(sp)\nsw x7, 40(sp)\nsw x10, 32(sp)\nsw x16, 36(sp)\n"
      "lw x14, 24(x10)\nlw x5, 0(x10)\n"
      // The loop begins a line: aligned from here, as the linker may shorten an alignment behind the labels' distances. There are 96 bytes up
      // to it: what is compressed says so.
      ".balign 16\n.option push\n.option rvc\n"
      "3:\n.4byte 0x0000007b | (((4f - 3b) >> 1) << 20)\n5:\n.4byte 0x0000107b | (((6f - 5b) >> 1) << 20)\n"
      // A panel.
      "1:\nc.addi x5, 4\n.option norvc\n.if %[few] == 1\nmv x6, x5\n.else\nadd x6, x5, x16\n.endif\n"
      ".if %[few] == 1 || %[few] == 2\nmv x7, x6\n.else\nadd x7, x6, x16\n.endif\n.if %[few] != 0\nmv x9, x7\n.else\nadd x9, x7, x16\n.endif\n.option rvc\n"
      "c.swsp x5, 4(sp)\n" DEEPLOY_ML("x0", "x5", "16") "c.swsp x6, 8(sp)\n" DEEPLOY_ML("x0", "x6", "18")
      "c.swsp x7, 12(sp)\n" DEEPLOY_ML("x0", "x7", "20") "c.swsp x9, 16(sp)\n" DEEPLOY_ML("x0", "x9", "22")
      // A pass.
      "2:\nc.lw x11, 4(x14)\n.option norvc\nlw x16, 8(x14)\nlw x1, 8(x10)\nlw x17, 12(x14)\nadd x12, x11, x16\nlw x18, 16(x14)\nadd x13, x12, x16\n"
      "lw x19, 20(x14)\n.option rvc\nc.add x1, x17\nc.lw x15, 0(x14)\n.option norvc\nadd x14, x13, x16\n.option rvc\nc.swsp x18, 24(sp)\n"
      "c.swsp x19, 28(sp)\nc.lwsp x10, 40(sp)\nc.lwsp x18, 0(sp)\n.option norvc\n"
      "7:\n.4byte 0x0000407b | (1 << 7) | (15 << 15) | (((9f - 7b) >> 1) << 20)\n"
DEEPLOY_NEXT("x19", "x11") ".insn i 0x7b, 2, x0, x18, 0\nlw x28, -8(x5)\n""lw x29, -8(x6)\n" DEEPLOY_DOT("x16", "x19", "x28")
      DEEPLOY_NEXT("x23", "x12") DEEPLOY_DOT("x17", "x19", "x29") "lw x30, -8(x7)\n" DEEPLOY_DOT("x20", "x23", "x28") "lw x31, -8(x9)\n"
      DEEPLOY_DOT("x21", "x23", "x29") DEEPLOY_DOT("x18", "x19", "x30") DEEPLOY_NEXT("x27", "x13") DEEPLOY_DOT("x19", "x19", "x31")
      DEEPLOY_DOT("x22", "x23", "x30") DEEPLOY_NEXT("x15", "x14") DEEPLOY_DOT("x23", "x23", "x31") DEEPLOY_DOT("x24", "x27", "x28")
      DEEPLOY_ML("x0", "x11", "8") DEEPLOY_DOT("x25", "x27", "x29") DEEPLOY_DOT("x26", "x27", "x30") DEEPLOY_DOT("x27", "x27", "x31")
      DEEPLOY_DOT("x28", "x15", "x28") DEEPLOY_DOT("x29", "x15", "x29") DEEPLOY_DOT("x30", "x15", "x30") DEEPLOY_DOT("x31", "x15", "x31")
      "4:\n" DEEPLOY_FIRST_ROWS("", "", "", "") DEEPLOY_LAST_ROWS("14", "6:\n")
      DEEPLOY_FIRST_ROWS("lw x5, 4(sp)\n", "lw x6, 8(sp)\n", "lw x7, 12(sp)\n", "lw x9, 16(sp)\n")
      ".if %[joins] == 0\nlw x15, 44(sp)\nadd x11, x11, x15\nadd x12, x12, x15\nadd x13, x13, x15\nadd x14, x14, x15\n.endif\nlw x15, 20(sp)\n"
      DEEPLOY_LAST_ROWS("6", "")
      DEEPLOY_ROW("x16", "x17", "x18", "x19", "lw x%[step], 24(sp)\n", "", "") DEEPLOY_ROW("x20", "x21", "x22", "x23", "", "", "")
      DEEPLOY_ROW("x24", "x25", "x26", "x27", "", "", "") DEEPLOY_ROW("x28", "x29", "x30", "x31", "lw x%[step], 28(sp)\n", "9:\n", "lw x18, 0(sp)\n")
      "lw x10, 32(sp)\nlw x14, 24(x10)\nlw x13, 16(x10)\nlw x14, 24(x14)\nlw x17, 0(x10)\nsw x14, 24(x10)\n.insn b 0x63, 1, x14, x0, 2b\n"
      // The next panel, or the first blocks of it.
      ".option rvc\nbeqz x13, 9f\nlw x16, 36(sp)\nlw x15, 4(x10)\nslli x12, x16, 2\nadd x5, x17, x12\nlw x12, 8(x10)\n.insn r 0x33, 5, 0x02, x5, x5, x15\n"
      "lw x15, 12(x10)\nsw x5, 0(x10)\naddi x12, x12, 4\nlw x11, 20(x10)\n.insn r 0x33, 5, 0x02, x12, x12, x15\nsw x12, 8(x10)\n"
      "addi x14, x10, 36\nsw x14, 24(x10)\nblt x13, x11, 8f\nsub x13, x13, x11\n7:\nsw x13, 16(x10)\nj 1b\n"
      "8:\nsw x13, 0(x14)\nsw x0, 24(x14)\nli x13, 0\nj 7b\n"
      "9:\n.option pop\nlw x8, 28(x10)\naddi sp, sp, 48\n"
      : "+r"(at), "+r"(constants)
      : [macload] "i"(macload_code<S>), [dot] "i"(dot_code<S> - 0x10), [swapped] "i"(S == signs::su ? 1 : 0), [clip] "i"(clip_code(to)),
        [width] "i"(clip_width(to)), [joins] "i"(joins ? 1 : 0), [few] "i"(few), [step] "i"(few == 0 ? 17 : 19)
      : "memory", "x1", "x5", "x6", "x7", "x9", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
        "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31");
}
#undef DEEPLOY_DOT
#undef DEEPLOY_FIRST_ROWS
#undef DEEPLOY_LAST_ROWS
#undef DEEPLOY_ML
#undef DEEPLOY_NEXT
#undef DEEPLOY_RESULT
#undef DEEPLOY_ROW
#else
template <signs S, result_store to, bool joins, int few = 0>
inline void run(product_panel& p, product_panel::constants const& c) {
  reduction const along(c.depth());
  for (;;) {
    for (product_panel::pass const* now = p.now; now != nullptr; now = now->next) {
      u8 const* a = now->rows;
      u8* y = p.y + now->y;
      for (i32 block = now->count; block > 0; --block, a += c.row_stride, y += now->y_next - now->y_apart)
        for (int i = 0; i < 4; ++i, y += now->y_apart + (few == 0 ? 0 : few - 1))
          for (int j = 0; j < (few == 0 ? 4 : few); ++j)
            put<to>(y + j, dot<S>(0, a + i * now->rows_apart, p.columns + j * c.column_stride, along), {c.mul, c.add, 0}, c.shift, 0, 0);
    }
    if (p.left == 0) return;
    u8 const* const next = p.columns + 4 * c.column_stride;
    p.columns = next < p.last_columns ? next : p.last_columns;
    p.y = p.y + 4 < p.last_y ? p.y + 4 : p.last_y;
    if (p.left < p.panel_blocks) p.whole.count = p.left, p.whole.next = nullptr;
    p.left -= p.left < p.panel_blocks ? p.left : p.panel_blocks;
    p.now = &p.whole;
  }
}
#endif
}  // namespace deeploy::cluster
