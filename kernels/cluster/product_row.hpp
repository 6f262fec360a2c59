// SPDX-License-Identifier: Apache-2.0
// One row of the first operand against many of the second: linear layers on one token, and what is left of blocks.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// One row by 16 * blocks or 4 * blocks columns, all with one scale. The loops below read the members by offset.
struct product_row {
  u8 const* a;
  u8 const* b;  ///< moves on, as `starts` and `y` do
  bytes b_stride;
  bytes b_back;  ///< from the last row of b to the next word of the first
  i32 words;     ///< before the start of the walk; tail_step and tail_mask: see reduction
  bytes tail_step;
  u32 tail_mask;
  i32 const* starts;  ///< of the accumulators
  bytes starts_step;
  u8* y;
  bytes y_step;
  prepared_scale scale;
  i32 shift;
  i32 low, high;
  i32 blocks;
  i32 words_behind;  ///< of the reduction, walked first: the walk starts there and wraps around
  bytes wrap;

  /// @param start  word of the reduction to start with: rows often begin in the same bank of L1, and cores that walk
  /// them in
  ///               step would meet there at every word
  [[gnu::always_inline]] constexpr void set_operands(void const* a_at, void const* b_at, bytes b_rows_apart,
                                                     index depth, i32 start) {
    reduction const along(depth);
    if (start >= along.words) start = 0;
    a = static_cast<u8 const*>(a_at) + 4 * start;
    b = static_cast<u8 const*>(b_at) + 4 * start;
    b_stride = b_rows_apart;
    words = start;
    words_behind = along.words - start;
    wrap = 4 * along.words;
    tail_step = along.tail_step + (start == 0 ? 0 : wrap - 4 * start);
    tail_mask = along.tail_mask;
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators; x5: a; x8 x9 x11: b and its steps; x15: word of a; x12 x13: words of b; x6: mask of the
// tail; x10: the struct. x8 may be the frame pointer: saved by hand.
#define DEEPLOY_AB(d, b) ".insn r 0x57, 1, %[dot], " d ", x15, " b "\n"
#define DEEPLOY_BA(d, b) ".insn r 0x57, 1, %[dot], " d ", " b ", x15\n"
#define DEEPLOY_NEXT(d, step) ".insn r 0x0b, 7, 0x10, " d ", x8, " step "\n"
#define DEEPLOY_PAIR(DOT, c0, c1) DOT(c0, "x12") DEEPLOY_NEXT("x12", "x9") DOT(c1, "x13") DEEPLOY_NEXT("x13", "x9")
#define DEEPLOY_LAST_PAIRS(DOT, c0, c1, c2, c3, BACK)                                        \
  DOT(c0, "x12") DEEPLOY_NEXT("x12", "x9") DOT(c1, "x13") DEEPLOY_NEXT("x13", BACK) DOT(c2, "x12") DOT(c3, "x13")
#define DEEPLOY_FIRST(MASK) ".insn i 0x0b, 2, x15, x5, 4\n" DEEPLOY_NEXT("x12", "x9") DEEPLOY_NEXT("x13", "x9") MASK
#define DEEPLOY_STEP_16(DOT, MASK, BACK)                                                                     \
  DEEPLOY_FIRST(MASK) DEEPLOY_PAIR(DOT, "x16", "x17") DEEPLOY_PAIR(DOT, "x18", "x19") DEEPLOY_PAIR(DOT, "x20", "x21") \
  DEEPLOY_PAIR(DOT, "x22", "x23") DEEPLOY_PAIR(DOT, "x24", "x25") DEEPLOY_PAIR(DOT, "x26", "x27")            \
  DEEPLOY_LAST_PAIRS(DOT, "x28", "x29", "x30", "x31", BACK)
#define DEEPLOY_STEP_4(DOT, MASK, BACK) DEEPLOY_FIRST(MASK) DEEPLOY_LAST_PAIRS(DOT, "x16", "x17", "x18", "x19", BACK)
#define DEEPLOY_START(c) ".insn r 0x0b, 7, 0x10, " c ", x14, x7\n"
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_ANY(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x14\n.insn r 0x33, 4, 0x02, " c ", " c ", x15\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x13\n"
#define DEEPLOY_NO_CLAMP(c)
#define DEEPLOY_RESULT(c, CLAMP, CLIP)                                                                       \
  CLAMP(c) "mul " c ", " c ", x9\n.insn r 0x5b, 2, 0x20, " c ", x11, x8\n" CLIP(c) ".insn r 0x2b, 4, 0, x6, x5, " c "\n"
#define DEEPLOY_REQUANTISED(c) DEEPLOY_RESULT(c, DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL)
#define DEEPLOY_SMALL(c) DEEPLOY_RESULT(c, DEEPLOY_NO_CLAMP, DEEPLOY_CLIP_FULL)
#define DEEPLOY_LIMITED(c) DEEPLOY_RESULT(c, DEEPLOY_CLAMP, DEEPLOY_CLIP_ANY)
#define DEEPLOY_WORD(c) ".insn r 0x2b, 6, 0, x6, x5, " c "\n"
#define DEEPLOY_ALL_4(EACH) EACH("x16") EACH("x17") EACH("x18") EACH("x19")
#define DEEPLOY_ALL_16(EACH)                                                                                 \
  DEEPLOY_ALL_4(EACH) EACH("x20") EACH("x21") EACH("x22") EACH("x23") EACH("x24") EACH("x25") EACH("x26") EACH("x27") \
  EACH("x28") EACH("x29") EACH("x30") EACH("x31")
#define DEEPLOY_PRODUCT_ROW(DOT, RESULT, STEP, ALL, instructions, columns_log2) \
  __asm__ volatile(                                                                                          \
      "addi sp, sp, -16\nsw x8, 0(sp)\n"                                                                     \
      "1:\nlw x14, 28(x10)\nlw x7, 32(x10)\nlw x5, 0(x10)\nlw x8, 4(x10)\nlw x9, 8(x10)\nlw x11, 12(x10)\nlw x13, 72(x10)\n" \
      ALL(DEEPLOY_START)                                                                                     \
      "lw x7, 16(x10)\n3:\n.balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x13, 2 * " instructions "\n"             \
      STEP(DOT, "", "x11")                                                                                   \
      ".option pop\nbeqz x7, 4f\nlw x12, 76(x10)\nmv x13, x7\nli x7, 0\nsub x5, x5, x12\nsub x8, x8, x12\nj 3b\n" \
      "4:\nsw x14, 28(x10)\nlw x6, 24(x10)\nlw x12, 20(x10)\nbeqz x6, 2f\n"                         \
      "add x5, x5, x12\nadd x8, x8, x12\n" STEP(DOT, "and x15, x15, x6\n", "x9")                             \
      "2:\nlw x12, 4(x10)\nslli x9, x9, " columns_log2 "\nlw x7, 68(x10)\nadd x12, x12, x9\nsw x12, 4(x10)\naddi x7, x7, -1\nsw x7, 68(x10)\n" \
      "lw x5, 36(x10)\nlw x6, 40(x10)\nlw x9, 44(x10)\nlw x11, 48(x10)\nlw x13, 52(x10)\nlw x8, 56(x10)\n"   \
      "lw x14, 60(x10)\nlw x15, 64(x10)\n" ALL(RESULT)                                                       \
      "sw x5, 36(x10)\nbnez x7, 1b\n"                                                                        \
      "lw x8, 0(sp)\naddi sp, sp, 16\n"                                                                      \
      : "+r"(at)                                                                                             \
      : [dot] "i"(dot_code<S>), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", \
        "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")
#define DEEPLOY_PRODUCT_ROWS(DOT, RESULT)                                                    \
  if constexpr (columns == 16) DEEPLOY_PRODUCT_ROW(DOT, RESULT, DEEPLOY_STEP_16, DEEPLOY_ALL_16, "33", "4"); \
  else DEEPLOY_PRODUCT_ROW(DOT, RESULT, DEEPLOY_STEP_4, DEEPLOY_ALL_4, "9", "2")

/// Runs the blocks; afterwards the members have moved behind the last column.
template <signs S, result_store to, int columns>
[[gnu::noinline]] inline void run(product_row& p) {
  static_assert(sizeof(product_row) == 80 && (columns == 16 || columns == 4));
  p.b_back = 4 - (columns - 1) * p.b_stride;
  register product_row* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    if constexpr (to == result_store::words) { DEEPLOY_PRODUCT_ROWS(DEEPLOY_BA, DEEPLOY_WORD); }
    else if constexpr (to == result_store::any) { DEEPLOY_PRODUCT_ROWS(DEEPLOY_BA, DEEPLOY_LIMITED); }
    else if constexpr (is_small(to)) { DEEPLOY_PRODUCT_ROWS(DEEPLOY_BA, DEEPLOY_SMALL); }
    else { DEEPLOY_PRODUCT_ROWS(DEEPLOY_BA, DEEPLOY_REQUANTISED); }
  } else {
    if constexpr (to == result_store::words) { DEEPLOY_PRODUCT_ROWS(DEEPLOY_AB, DEEPLOY_WORD); }
    else if constexpr (to == result_store::any) { DEEPLOY_PRODUCT_ROWS(DEEPLOY_AB, DEEPLOY_LIMITED); }
    else if constexpr (is_small(to)) { DEEPLOY_PRODUCT_ROWS(DEEPLOY_AB, DEEPLOY_SMALL); }
    else { DEEPLOY_PRODUCT_ROWS(DEEPLOY_AB, DEEPLOY_REQUANTISED); }
  }
}
#undef DEEPLOY_AB
#undef DEEPLOY_BA
#undef DEEPLOY_NEXT
#undef DEEPLOY_PAIR
#undef DEEPLOY_LAST_PAIRS
#undef DEEPLOY_FIRST
#undef DEEPLOY_STEP_16
#undef DEEPLOY_STEP_4
#undef DEEPLOY_START
#undef DEEPLOY_CLIP_FULL
#undef DEEPLOY_CLIP_ANY
#undef DEEPLOY_CLAMP
#undef DEEPLOY_NO_CLAMP
#undef DEEPLOY_RESULT
#undef DEEPLOY_SMALL
#undef DEEPLOY_REQUANTISED
#undef DEEPLOY_LIMITED
#undef DEEPLOY_WORD
#undef DEEPLOY_ALL_4
#undef DEEPLOY_ALL_16
#undef DEEPLOY_PRODUCT_ROW
#undef DEEPLOY_PRODUCT_ROWS
#else
template <signs S, result_store to, int columns>
inline void run(product_row& p) {
  u8 const* const a = p.a - 4 * p.words;
  reduction const along(p.wrap + (p.tail_mask == 0 ? 0 : 4 + p.tail_step - (p.words == 0 ? 0 : p.wrap - 4 * p.words)));
  for (; p.blocks > 0; --p.blocks)
    for (int j = 0; j < columns; ++j) {
      put<to>(p.y, dot<S>(*p.starts, a, p.b - 4 * p.words, along), p.scale, p.shift, p.low, p.high);
      p.starts = reinterpret_cast<i32 const*>(reinterpret_cast<u8 const*>(p.starts) + p.starts_step);
      p.b += p.b_stride;
      p.y += p.y_step;
    }
}
#endif
}  // namespace deeploy::cluster
