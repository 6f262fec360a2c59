// SPDX-License-Identifier: Apache-2.0
// One row of the first operand against many of the second: linear layers on one token, and what is left of blocks.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// A part of the reduction: whole words of the first operand from `a` on, `b_offset` bytes into the rows of the second.
struct row_part {
  u8 const* a;
  bytes b_offset;
  i32 words;
};

/// One row by blocks of 16 columns and a last one of 8, all with one scale. The loops below read the members by offset.
struct product_row {
  u8 const* b;  ///< moves on, as `starts` and `y` do
  bytes b_stride;
  index columns;  ///< left, a multiple of eight
  u8* y;
  bytes y_step;
  prepared_scale scale;
  i32 shift;
  i32 low, high;
  i32 start;          ///< of all accumulators, or
  i32 const* starts;  ///< of each of them
  bytes starts_step;
  row_part const* first;  ///< of the parts, up to one without words
  row_part part[4];
  u32 tail;      ///< the last elements of the first operand, behind zeros

  static constexpr index least = 8;  ///< columns of a block

  /// The reduction is `words` whole words; after b_stride.
  [[gnu::always_inline]] void set_words(u8 const* a, i32 words, int core) {
    // Rows often begin in the same of the 16 banks of L1, or next to it, and cores that walk them in step would meet there at every
    // word: each one starts two words before the core before it, and comes round to the words it left out.
    i32 begin = 14 - 2 * core;
    if (begin >= words || ((b_stride + 2) & 31) > 4) begin = 0;
    first = part + 1;
    part[1] = {a + 4 * begin, 4 * begin, words - begin};
    part[2] = {a, 0, begin};
    part[3].words = 0;
  }
  /// @param depth  elements along the reduction, at least four
  [[gnu::always_inline]] void set_operands(u8 const* a, u8 const* b_at, bytes b_rows_apart, index depth, int core) {
    b = b_at;
    b_stride = b_rows_apart;
    set_words(a, depth >> 2, core);
    if (reduction const along(depth); along.tail_mask != 0) {
      tail = xpulp::load_word(a + depth - 4) & along.tail_mask;
      part[0] = {reinterpret_cast<u8 const*>(&tail), depth - 4, 1};
      first = part;
    }
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators; x5: a; x8 x9 x11: b and its steps; x15: word of a; x12 x13: words of b; x7: the part;
// x10: the struct. x8 may be the frame pointer: saved by hand. With mac&load x16 to x23 are the accumulators, x24 to
// x31 the rows of b, of which W0 to W3 hold words of four at a time; the last word of a part loads nothing.
#define DEEPLOY_AB(d, b) ".insn r 0x57, 1, %[dot], " d ", x15, " b "\n"
#define DEEPLOY_BA(d, b) ".insn r 0x57, 1, %[dot], " d ", " b ", x15\n"
#define DEEPLOY_NEXT(d, step) ".insn r 0x0b, 7, 0x10, " d ", x8, " step "\n"
#define DEEPLOY_PAIR(DOT, c0, c1) DOT(c0, "x12") DEEPLOY_NEXT("x12", "x9") DOT(c1, "x13") DEEPLOY_NEXT("x13", "x9")
#define DEEPLOY_FIRST ".insn i 0x0b, 2, x15, x5, 4\n" DEEPLOY_NEXT("x12", "x9") DEEPLOY_NEXT("x13", "x9")
#define DEEPLOY_LAST(DOT, c0, c1, c2, c3)                                    \
  DOT(c0, "x12") DEEPLOY_NEXT("x12", "x9") DOT(c1, "x13") DEEPLOY_NEXT("x13", "x11") DOT(c2, "x12") DOT(c3, "x13")
#define DEEPLOY_STEP_16(DOT)                                                                                 \
  DEEPLOY_FIRST DEEPLOY_PAIR(DOT, "x16", "x17") DEEPLOY_PAIR(DOT, "x18", "x19") DEEPLOY_PAIR(DOT, "x20", "x21") \
  DEEPLOY_PAIR(DOT, "x22", "x23") DEEPLOY_PAIR(DOT, "x24", "x25") DEEPLOY_PAIR(DOT, "x26", "x27")            \
  DEEPLOY_LAST(DOT, "x28", "x29", "x30", "x31")
#define DEEPLOY_STEP_8(DOT)                                                                                  \
  DEEPLOY_FIRST DEEPLOY_PAIR(DOT, "x16", "x17") DEEPLOY_PAIR(DOT, "x18", "x19") DEEPLOY_LAST(DOT, "x20", "x21", "x22", "x23")
#define DEEPLOY_LOOP(instructions) ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x13, 2 * " instructions "\n"
#define DEEPLOY_WIDE(DOT) "add x8, x8, x12\nbltz x14, 5f\n" DEEPLOY_LOOP("33") DEEPLOY_STEP_16(DOT) ".option pop\n6:\n"
#define DEEPLOY_NARROW(DOT) \
  "j 7f\n5:\nslli x12, x9, 3\nsub x11, x9, x12\naddi x11, x11, 4\n" DEEPLOY_LOOP("17") DEEPLOY_STEP_8(DOT) ".option pop\nj 6b\n7:\n"
#define DEEPLOY_ML(d, p, how) ".insn r 0x77, 1, %[macload], " d ", " p ", x" how "\n"
#define DEEPLOY_ML_FIRST \
  DEEPLOY_ML("x16", "x28", "16") DEEPLOY_ML("x17", "x29", "18") DEEPLOY_ML("x18", "x30", "20") DEEPLOY_ML("x19", "x31", "22")
#define DEEPLOY_ML_DOTS                                                                                       \
  "add x24, x8, x12\nadd x25, x24, x9\nadd x26, x25, x9\nadd x27, x26, x9\nadd x28, x27, x9\nadd x29, x28, x9\n"   \
  "add x30, x29, x9\nadd x31, x30, x9\n" DEEPLOY_ML("x0", "x5", "8")                                          \
  DEEPLOY_ML("x0", "x24", "17") DEEPLOY_ML("x0", "x25", "19") DEEPLOY_ML("x0", "x26", "21") DEEPLOY_ML("x0", "x27", "23") \
  "addi x13, x13, -1\nbeqz x13, 5f\n" DEEPLOY_LOOP("9") DEEPLOY_ML_FIRST                                      \
  DEEPLOY_ML("x20", "x24", "16") DEEPLOY_ML("x21", "x25", "18") DEEPLOY_ML("x22", "x26", "20")                \
  DEEPLOY_ML("x23", "x5", "14") DEEPLOY_ML("x0", "x27", "23") ".option pop\n5:\n" DEEPLOY_ML_FIRST            \
  DEEPLOY_ML("x20", "x5", "0") DEEPLOY_ML("x21", "x5", "2") DEEPLOY_ML("x22", "x5", "4") DEEPLOY_ML("x23", "x5", "6")
#define DEEPLOY_ALL_8(EACH) \
  EACH("x16") EACH("x17") EACH("x18") EACH("x19") EACH("x20") EACH("x21") EACH("x22") EACH("x23")
#define DEEPLOY_REST_8(EACH) \
  EACH("x24") EACH("x25") EACH("x26") EACH("x27") EACH("x28") EACH("x29") EACH("x30") EACH("x31")
#define DEEPLOY_NONE(EACH)
#define DEEPLOY_START(c) ".insn r 0x0b, 7, 0x10, " c ", x14, x15\n"
#define DEEPLOY_COPY(c) "mv " c ", x15\n"
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_ANY(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x13\n.insn r 0x33, 4, 0x02, " c ", " c ", x15\n"
#define DEEPLOY_BOUND "lw x12, 28(x10)\n"
#define DEEPLOY_LIMITS "lw x13, 36(x10)\nlw x15, 40(x10)\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x12\n"
#define DEEPLOY_NO_CLAMP(c)
#define DEEPLOY_BYTE(c, CLAMP, CLIP) CLAMP(c) "mul " c ", " c ", x9\n.insn r 0x5b, 2, 0x20, " c ", x11, x8\n" CLIP(c) ".insn r 0x2b, 4, 0, x7, x5, " c "\n"
#define DEEPLOY_SMALL_FULL(c) DEEPLOY_BYTE(c, DEEPLOY_NO_CLAMP, DEEPLOY_CLIP_FULL)
#define DEEPLOY_CLAMPED_FULL(c) DEEPLOY_BYTE(c, DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL)
#define DEEPLOY_CLAMPED_ANY(c) DEEPLOY_BYTE(c, DEEPLOY_CLAMP, DEEPLOY_CLIP_ANY)
#define DEEPLOY_REQUANTISED(LOADS, EACH, REST) \
  "lw x9, 20(x10)\nlw x11, 24(x10)\nlw x8, 32(x10)\n" LOADS DEEPLOY_ALL_8(EACH) REST(EACH)
#define DEEPLOY_WORD(c) ".insn r 0x2b, 6, 0, x7, x5, " c "\n"
#define DEEPLOY_ADVANCE(columns)                                                                             \
  "li x12, " columns "\nlw x9, 4(x10)\nlw x13, 0(x10)\n.insn r 0x33, 4, 0x02, x12, x6, x12\nsub x6, x6, x12\n"     \
  "mul x9, x9, x12\nsw x5, 12(x10)\nsw x6, 8(x10)\nadd x13, x13, x9\nsw x13, 0(x10)\nbgtz x6, 1b\n"
#define DEEPLOY_PRODUCT_ROW(STARTS, DOTS, RESULTS, ADVANCE, OUT_OF_LINE) \
  __asm__ volatile(                                                                                          \
      "addi sp, sp, -16\nsw x8, 0(sp)\n"                                                                     \
      "1:\nlw x6, 8(x10)\nlw x9, 4(x10)\nlw x7, 56(x10)\n" STARTS "addi x14, x6, -16\nlw x13, 8(x7)\n"        \
      "slli x12, x9, 4\nsub x11, x9, x12\naddi x11, x11, 4\n"                                                \
      "2:\nlw x12, 4(x7)\nlw x8, 0(x10)\nlw x5, 0(x7)\n" DOTS                                                \
      "lw x13, 20(x7)\naddi x7, x7, 12\nbnez x13, 2b\n"                                                      \
      "lw x5, 12(x10)\nlw x7, 16(x10)\n" RESULTS ADVANCE OUT_OF_LINE                                         \
      "lw x8, 0(sp)\naddi sp, sp, 16\n"                                                                      \
      : "+r"(at)                                                                                             \
      : [dot] "i"(dot_code<S>), [macload] "i"(macload_code<S>), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", \
        "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")
#define DEEPLOY_BY_RESULT(SAME, EACH, DOTS, REST, ADVANCE, OUT_OF_LINE)                                     \
  if constexpr (!same_start) DEEPLOY_PRODUCT_ROW(EACH, DOTS, DEEPLOY_ALL_8(DEEPLOY_WORD) REST(DEEPLOY_WORD), ADVANCE, OUT_OF_LINE); \
  else if constexpr (to == result_store::words)                                                             \
    DEEPLOY_PRODUCT_ROW(SAME, DOTS, DEEPLOY_ALL_8(DEEPLOY_WORD) REST(DEEPLOY_WORD), ADVANCE, OUT_OF_LINE);   \
  else if constexpr (to == result_store::any)                                                               \
    DEEPLOY_PRODUCT_ROW(SAME, DOTS, DEEPLOY_REQUANTISED(DEEPLOY_BOUND DEEPLOY_LIMITS, DEEPLOY_CLAMPED_ANY, REST), ADVANCE, OUT_OF_LINE); \
  else if constexpr (is_small(to))                                                                          \
    DEEPLOY_PRODUCT_ROW(SAME, DOTS, DEEPLOY_REQUANTISED("", DEEPLOY_SMALL_FULL, REST), ADVANCE, OUT_OF_LINE); \
  else                                                                                                      \
    DEEPLOY_PRODUCT_ROW(SAME, DOTS, DEEPLOY_REQUANTISED(DEEPLOY_BOUND, DEEPLOY_CLAMPED_FULL, REST), ADVANCE, OUT_OF_LINE)
#define DEEPLOY_SAME(REST) "lw x15, 44(x10)\n" DEEPLOY_ALL_8(DEEPLOY_COPY) REST(DEEPLOY_COPY)
#define DEEPLOY_EACH(REST) "lw x14, 48(x10)\nlw x15, 52(x10)\n" DEEPLOY_ALL_8(DEEPLOY_START) REST(DEEPLOY_START) "sw x14, 48(x10)\n"
#define DEEPLOY_IF_WIDE(EACH) "slti x14, x6, 16\nbnez x14, 3f\n" DEEPLOY_REST_8(EACH) "3:\n"
#define DEEPLOY_START_IF_WIDE(EACH) "slti x12, x6, 16\nbnez x12, 3f\n" DEEPLOY_REST_8(EACH) "3:\n"
#define DEEPLOY_BY_RESULT_16(DOT)                                                                            \
  DEEPLOY_BY_RESULT(DEEPLOY_SAME(DEEPLOY_REST_8), DEEPLOY_EACH(DEEPLOY_START_IF_WIDE), DEEPLOY_WIDE(DOT), DEEPLOY_IF_WIDE, \
                    DEEPLOY_ADVANCE("16"), DEEPLOY_NARROW(DOT))

/// Computes all columns.
template <signs S, result_store to, bool same_start, bool mac_load>
[[gnu::noinline]] inline void run(product_row& p) {
  static_assert(sizeof(product_row) == 112 && (same_start || to == result_store::words));
  register product_row* at __asm__("x10") = &p;
  if constexpr (mac_load) {
    DEEPLOY_BY_RESULT(DEEPLOY_SAME(DEEPLOY_NONE), DEEPLOY_EACH(DEEPLOY_NONE), DEEPLOY_ML_DOTS, DEEPLOY_NONE, DEEPLOY_ADVANCE("8"), "");
  } else if constexpr (S == signs::su) {
    DEEPLOY_BY_RESULT_16(DEEPLOY_BA);
  } else {
    DEEPLOY_BY_RESULT_16(DEEPLOY_AB);
  }
}
#undef DEEPLOY_AB
#undef DEEPLOY_ADVANCE
#undef DEEPLOY_ALL_8
#undef DEEPLOY_BA
#undef DEEPLOY_BOUND
#undef DEEPLOY_BYTE
#undef DEEPLOY_BY_RESULT
#undef DEEPLOY_BY_RESULT_16
#undef DEEPLOY_CLAMP
#undef DEEPLOY_CLAMPED_ANY
#undef DEEPLOY_CLAMPED_FULL
#undef DEEPLOY_CLIP_ANY
#undef DEEPLOY_CLIP_FULL
#undef DEEPLOY_COPY
#undef DEEPLOY_EACH
#undef DEEPLOY_FIRST
#undef DEEPLOY_IF_WIDE
#undef DEEPLOY_LAST
#undef DEEPLOY_LIMITS
#undef DEEPLOY_LOOP
#undef DEEPLOY_ML
#undef DEEPLOY_ML_DOTS
#undef DEEPLOY_ML_FIRST
#undef DEEPLOY_NARROW
#undef DEEPLOY_NEXT
#undef DEEPLOY_NO_CLAMP
#undef DEEPLOY_NONE
#undef DEEPLOY_PAIR
#undef DEEPLOY_PRODUCT_ROW
#undef DEEPLOY_REQUANTISED
#undef DEEPLOY_REST_8
#undef DEEPLOY_SAME
#undef DEEPLOY_SMALL_FULL
#undef DEEPLOY_START
#undef DEEPLOY_START_IF_WIDE
#undef DEEPLOY_STEP_16
#undef DEEPLOY_STEP_8
#undef DEEPLOY_WIDE
#undef DEEPLOY_WORD
#else
template <signs S, result_store to, bool same_start, bool mac_load>
inline void run(product_row& p) {
  for (; p.columns > 0; --p.columns, p.b += p.b_stride, p.y += p.y_step) {
    i32 sum = p.start;
    if constexpr (!same_start) {
      sum = *p.starts;
      p.starts = reinterpret_cast<i32 const*>(reinterpret_cast<u8 const*>(p.starts) + p.starts_step);
    }
    for (row_part const* part = p.first; part->words != 0; ++part)
      for (i32 k = 0; k < 4 * part->words; k += 4)
        sum = dot_words<S>(sum, xpulp::load_word(part->a + k), xpulp::load_word(p.b + part->b_offset + k));
    put<to>(p.y, sum, p.scale, p.shift, p.low, p.high);
  }
}
#endif

/// Columns [0, count), at least eight. Where eight do not divide them the first ones are done twice.
template <signs S, result_store to, bool same_start, bool mac_load>
[[gnu::always_inline]] inline void run_columns(product_row& p, index count) {
  constexpr index least = product_row::least;
  if (index const odd = count & (least - 1); odd != 0) [[unlikely]] {
    u8 const* const b = p.b + odd * p.b_stride;
    u8* const y = p.y + odd * p.y_step;
    i32 const* starts = nullptr;
    if constexpr (!same_start)
      starts = reinterpret_cast<i32 const*>(reinterpret_cast<u8 const*>(p.starts) + odd * p.starts_step);
    p.columns = least;
    run<S, to, same_start, mac_load>(p);
    p.b = b, p.y = y, p.starts = starts;
  }
  p.columns = count & -least;
  run<S, to, same_start, mac_load>(p);
}
}  // namespace deeploy::cluster
