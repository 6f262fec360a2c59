// SPDX-License-Identifier: Apache-2.0
// The inner block of every product: four rows of one operand against four rows of the other, along the reduction.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// Where a column of results starts and how it is requantised.
struct column_record {
  i32 start;  ///< of the accumulators
  prepared_scale scale;
};

/// Four rows by 4 * blocks columns, or row_blocks times four rows. Both operands lie along the reduction: element k of row i is a[i * a_stride + k].
/// The loop below reads the members by offset.
struct product_block {
  u8 const* a;
  bytes a_stride;
  bytes a_back;  ///< from the last of four rows to the next word of the first
  u8 const* b;   ///< moves on by four rows per block
  bytes b_stride;
  bytes b_back;
  i32 words;  ///< this and the next two: see reduction
  bytes tail_step;
  u32 tail_mask;
  column_record const* records;
  bytes records_step;  ///< per block
  u8* y;
  bytes y_row;
  bytes y_back;  ///< from the last of four rows to the next column of the first, or the next four for run_packed()
  i32 shift;
  i32 low, high;
  i32 blocks;
  column_record same;  ///< of all columns, where they are alike
  bytes b_next;        ///< from where a block leaves b to the next block
  i32 row_blocks = 1;  ///< for run_packed() and run_macload(): four rows of a and y each, one behind the other
  // For run_macload(): from behind a run of blocks to the next four rows, and what it keeps there.
  bytes a_rows, b_first, y_rows;
  u32 kept[6];

  /// After the other members: run_macload() has no tail, and the last word is none of its loop.
  [[gnu::always_inline]] constexpr void set_macload() {
    b_next = 4 * (b_stride - words);
    --words;
    a_rows = 4 * a_stride;
    b_first = -4 * blocks * b_stride;
    y_rows = 4 * (y_row - blocks);
  }

  /// @param depth  elements along the reduction, at least four
  [[gnu::always_inline]] constexpr void set_operands(void const* a_at, bytes a_rows_apart, void const* b_at,
                                                     bytes b_rows_apart, index depth) {
    a = static_cast<u8 const*>(a_at);
    a_stride = a_rows_apart;
    a_back = 4 - 3 * a_rows_apart;
    b = static_cast<u8 const*>(b_at);
    b_stride = b_rows_apart;
    b_back = 4 - 3 * b_rows_apart;
    reduction const along(depth);
    words = along.words;
    tail_step = along.tail_step;
    tail_mask = along.tail_mask;
    b_next = tail_mask == 0 ? 4 * b_rows_apart - 4 * words : -4 * words - tail_step;
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators, row by row. x5 x6 x7: a and its steps; x8 x9 x11: b and its steps; x10 x12 x13 x14:
// words of b; x15 x1: words of a. The block's address waits on the stack meanwhile. x8 may be the frame pointer: saved
// by hand.
#define DEEPLOY_AB(d, a, b) ".insn r 0x57, 1, %[dot], " d ", " a ", " b "\n"
#define DEEPLOY_BA(d, a, b) ".insn r 0x57, 1, %[dot], " d ", " b ", " a "\n"
#define DEEPLOY_NEXT(d, p, step) ".insn r 0x0b, 7, 0x10, " d ", " p ", " step "\n"
#define DEEPLOY_MASK(d) "and " d ", " d ", x11\n"
#define DEEPLOY_NO_MASK(d)
// One word along the reduction: 8 loads and 16 products, no result used in the instruction after its load.
#define DEEPLOY_STEP(DOT, b0, b1, b2, b3, a0, a1, MASK, B, B_BACK, A_BACK)                                      \
  DEEPLOY_NEXT(b0, "x8", B) DEEPLOY_NEXT(a0, "x5", "x6") DEEPLOY_NEXT(b1, "x8", B) DEEPLOY_NEXT(a1, "x5", "x6") \
  MASK(a0) MASK(a1) DOT("x16", a0, b0) DEEPLOY_NEXT(b2, "x8", B) DOT("x20", a1, b0) DOT("x17", a0, b1)          \
  DEEPLOY_NEXT(b3, "x8", B_BACK) DOT("x21", a1, b1) DOT("x18", a0, b2) DOT("x22", a1, b2) DOT("x19", a0, b3)    \
  DEEPLOY_NEXT(a0, "x5", "x6") DOT("x23", a1, b3) DEEPLOY_NEXT(a1, "x5", A_BACK) MASK(a0) MASK(a1)              \
  DOT("x24", a0, b0) DOT("x25", a0, b1) DOT("x26", a0, b2) DOT("x27", a0, b3)                                   \
  DOT("x28", a1, b0) DOT("x29", a1, b1) DOT("x30", a1, b2) DOT("x31", a1, b3)
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_ANY(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x14\n.insn r 0x33, 4, 0x02, " c ", " c ", x15\n"
// clipr, mul, addNr, clip, p.sb
#define DEEPLOY_RESULT(c, CLIP, step)                                                                           \
  ".insn r 0x33, 5, 0x0a, " c ", " c ", x13\nmul " c ", " c ", x9\n.insn r 0x5b, 2, 0x20, " c ", x11, x8\n"      \
  CLIP(c) ".insn r 0x2b, 4, 0, " step ", x5, " c "\n"
#define DEEPLOY_SCALE(at) "lw x9, " #at "+4(x12)\nlw x11, " #at "+8(x12)\nlw x13, " #at "+12(x12)\n"
#define DEEPLOY_COLUMN(c0, c1, c2, c3, CLIP) \
  DEEPLOY_RESULT(c0, CLIP, "x6")             \
  DEEPLOY_RESULT(c1, CLIP, "x6") DEEPLOY_RESULT(c2, CLIP, "x6") DEEPLOY_RESULT(c3, CLIP, "x7")
#define DEEPLOY_REQUANTISED(CLIP)                                                                               \
  "lw x8, 56(x10)\nlw x14, 60(x10)\nlw x15, 64(x10)\n" DEEPLOY_SCALE(0)                                         \
  DEEPLOY_COLUMN("x16", "x20", "x24", "x28", CLIP) DEEPLOY_SCALE(16)                                            \
  DEEPLOY_COLUMN("x17", "x21", "x25", "x29", CLIP) DEEPLOY_SCALE(32)                                            \
  DEEPLOY_COLUMN("x18", "x22", "x26", "x30", CLIP) DEEPLOY_SCALE(48)                                            \
  DEEPLOY_COLUMN("x19", "x23", "x27", "x31", CLIP)
#define DEEPLOY_WORD(c, step) ".insn r 0x2b, 6, 0, " step ", x5, " c "\n"
#define DEEPLOY_WORDS(c0, c1, c2, c3) \
  DEEPLOY_WORD(c0, "x6") DEEPLOY_WORD(c1, "x6") DEEPLOY_WORD(c2, "x6") DEEPLOY_WORD(c3, "x7")
#define DEEPLOY_ACCUMULATORS                                                                                    \
  DEEPLOY_WORDS("x16", "x20", "x24", "x28") DEEPLOY_WORDS("x17", "x21", "x25", "x29")                           \
  DEEPLOY_WORDS("x18", "x22", "x26", "x30") DEEPLOY_WORDS("x19", "x23", "x27", "x31")
#define DEEPLOY_PRODUCT_BLOCK(DOT, RESULTS) \
  __asm__ volatile(                                                                                             \
      "addi sp, sp, -16\nsw x8, 4(sp)\nsw x10, 0(sp)\n"                                                         \
      "1:\nlw x5, 0(x10)\nlw x6, 4(x10)\nlw x7, 8(x10)\nlw x8, 12(x10)\nlw x9, 16(x10)\nlw x11, 20(x10)\n"      \
      "lw x12, 36(x10)\nlw x13, 24(x10)\nlw x16, 0(x12)\nlw x17, 16(x12)\nlw x18, 32(x12)\nlw x19, 48(x12)\n"   \
      "mv x20, x16\nmv x21, x17\nmv x22, x18\nmv x23, x19\nmv x24, x16\nmv x25, x17\nmv x26, x18\nmv x27, x19\n" \
      "mv x28, x16\nmv x29, x17\nmv x30, x18\nmv x31, x19\n"                                                    \
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x13, 48\n"                                  \
      DEEPLOY_STEP(DOT, "x10", "x12", "x13", "x14", "x15", "x1", DEEPLOY_NO_MASK, "x9", "x11", "x7")                                                           \
      ".option pop\nlw x10, 0(sp)\nlw x11, 32(x10)\nlw x12, 28(x10)\nbeqz x11, 2f\n"                            \
      "add x5, x5, x12\nadd x8, x8, x12\n" DEEPLOY_STEP(DOT, "x10", "x12", "x13", "x14", "x15", "x1", DEEPLOY_MASK, "x9", "x9", "x6")                          \
      "lw x10, 0(sp)\n"                                                                                         \
      "2:\nlw x12, 36(x10)\nlw x5, 44(x10)\nlw x6, 48(x10)\nlw x7, 52(x10)\n" RESULTS                           \
      "lw x9, 40(x10)\nlw x11, 12(x10)\nlw x13, 16(x10)\nlw x14, 68(x10)\nsw x5, 44(x10)\n"                     \
      "add x12, x12, x9\nslli x13, x13, 2\nadd x11, x11, x13\naddi x14, x14, -1\nsw x12, 36(x10)\n"             \
      "sw x11, 12(x10)\nsw x14, 68(x10)\nbnez x14, 1b\n"                                                        \
      "lw x8, 4(sp)\naddi sp, sp, 16\n"                                                                         \
      : "+r"(at)                                                                                                \
      : [dot] "i"(dot_code<S>), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")

/// Runs a block; afterwards its members have moved behind the last column.
template <signs S, result_store to>
[[gnu::noinline]] inline void run(product_block& p) {
  static_assert(sizeof(product_block) == 132);
  register product_block* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    if constexpr (to == result_store::words) DEEPLOY_PRODUCT_BLOCK(DEEPLOY_BA, DEEPLOY_ACCUMULATORS);
    else if constexpr (to == result_store::any)
      DEEPLOY_PRODUCT_BLOCK(DEEPLOY_BA, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_ANY));
    else DEEPLOY_PRODUCT_BLOCK(DEEPLOY_BA, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_FULL));
  } else {
    if constexpr (to == result_store::words) DEEPLOY_PRODUCT_BLOCK(DEEPLOY_AB, DEEPLOY_ACCUMULATORS);
    else if constexpr (to == result_store::any)
      DEEPLOY_PRODUCT_BLOCK(DEEPLOY_AB, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_ANY));
    else DEEPLOY_PRODUCT_BLOCK(DEEPLOY_AB, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_FULL));
  }
}
// The same where all columns are alike and results lie side by side: rows are stored as words. What stays the same from
// block to block stays in registers, and the way without a tail in 512 bytes, the size of a core's own cache.
// x5: a, then y; x6 x7: steps of a; x8 x9 x1: b and its steps; x10 to x15: words, then steps of y and the scale.
#define DEEPLOY_MASK_X1(d) "and " d ", " d ", x1\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x15\n"
#define DEEPLOY_SCALED(c, CLAMP, CLIP) \
  CLAMP(c) "mul " c ", " c ", x13\n.insn r 0x5b, 2, 0x20, " c ", x14, x10\n" CLIP(c)
#define DEEPLOY_LINE(c0, c1, c2, c3, CLAMP, CLIP, step)                                                           \
  DEEPLOY_SCALED(c0, CLAMP, CLIP)                                                                                 \
  DEEPLOY_SCALED(c1, CLAMP, CLIP) DEEPLOY_SCALED(c2, CLAMP, CLIP)                                                 \
      DEEPLOY_SCALED(c3, CLAMP, CLIP) ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n.insn r 0x57, 1, 0x6c, " c0 \
                                      ", " c3 ", " c2                                                             \
                                      "\n"                                                                        \
                                      ".insn r 0x2b, 6, 0, " step ", x5, " c0 "\n"
#define DEEPLOY_CLIP_X6_X7(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x6\n.insn r 0x33, 4, 0x02, " c ", " c ", x7\n"
#define DEEPLOY_PACKED_BLOCK(DOT, CLAMP, CLIP, LIMITS, STEPS) \
  __asm__ volatile(                                                                                             \
      "addi sp, sp, -32\nlw x11, 32(x10)\nsw x8, 4(sp)\nsw x10, 0(sp)\nsw x11, 16(sp)\n"                                                         \
      "0:\nlw x11, 68(x10)\nlw x12, 44(x10)\nsw x11, 8(sp)\nsw x12, 12(sp)\n"                                  \
      "lw x6, 4(x10)\nlw x7, 8(x10)\nlw x8, 12(x10)\nlw x9, 16(x10)\nlw x1, 20(x10)\n.balign 16\n"             \
      "1:\nlw x16, 72(x10)\nlw x5, 0(x10)\nlw x13, 24(x10)\n"                                                  \
      "mv x17, x16\nmv x18, x16\nmv x19, x16\nmv x20, x16\nmv x21, x16\nmv x22, x16\nmv x23, x16\nmv x24, x16\n" \
      "mv x25, x16\nmv x26, x16\nmv x27, x16\nmv x28, x16\nmv x29, x16\nmv x30, x16\nmv x31, x16\n"             \
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x13, 48\n"                                 \
      DEEPLOY_STEP(DOT, "x11", "x12", "x13", "x14", "x15", "x10", DEEPLOY_NO_MASK, "x9", "x1", "x7")            \
      ".option pop\nlw x10, 0(sp)\nlw x11, 16(sp)\nlw x5, 44(x10)\nbnez x11, 3f\n"                           \
      "2:\n" LIMITS "lw x11, 48(x10)\nlw x12, 52(x10)\nlw x13, 76(x10)\nlw x14, 80(x10)\nlw x10, 56(x10)\n" \
      DEEPLOY_LINE("x16", "x17", "x18", "x19", CLAMP, CLIP, "x11") DEEPLOY_LINE("x20", "x21", "x22", "x23", CLAMP, CLIP, "x11") \
      DEEPLOY_LINE("x24", "x25", "x26", "x27", CLAMP, CLIP, "x11") DEEPLOY_LINE("x28", "x29", "x30", "x31", CLAMP, CLIP, "x12") \
      "lw x10, 0(sp)\nlw x12, 8(sp)\nlw x11, 88(x10)\n" STEPS "sw x5, 44(x10)\nadd x8, x8, x11\n"              \
      "addi x12, x12, -1\nsw x12, 8(sp)\nbnez x12, 1b\nj 4f\n"                                                \
      "3:\nlw x12, 28(x10)\nlw x5, 0(x10)\nlw x13, 24(x10)\nmv x1, x11\nadd x5, x5, x12\nslli x13, x13, 2\n"   \
      "add x5, x5, x13\nadd x8, x8, x12\n"                                                                     \
      DEEPLOY_STEP(DOT, "x11", "x12", "x13", "x14", "x15", "x10", DEEPLOY_MASK_X1, "x9", "x9", "x6")            \
      "lw x10, 0(sp)\nlw x1, 20(x10)\nlw x5, 44(x10)\nj 2b\n"                                                 \
      "4:\nlw x11, 92(x10)\nlw x5, 0(x10)\nlw x6, 4(x10)\nlw x7, 48(x10)\nlw x12, 12(sp)\nslli x6, x6, 2\nslli x7, x7, 2\n" \
      "add x5, x5, x6\nadd x12, x12, x7\naddi x11, x11, -1\nsw x5, 0(x10)\nsw x12, 44(x10)\nsw x11, 92(x10)\nbnez x11, 0b\n" \
      "lw x8, 4(sp)\naddi sp, sp, 32\n"                                                                        \
      : "+r"(at)                                                                                                \
      : [dot] "i"(dot_code<S>), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")
#define DEEPLOY_PACKED(DOT)                                                                          \
  if constexpr (to == result_store::any)                                                             \
    DEEPLOY_PACKED_BLOCK(DOT, DEEPLOY_CLAMP, DEEPLOY_CLIP_X6_X7, "lw x6, 60(x10)\nlw x7, 64(x10)\nlw x15, 84(x10)\n", \
                         "lw x6, 4(x10)\nlw x7, 8(x10)\n");                                          \
  else if constexpr (is_small(to))                                                                   \
    DEEPLOY_PACKED_BLOCK(DOT, DEEPLOY_NO_MASK, DEEPLOY_CLIP_FULL, "", "");                           \
  else                                                                                               \
    DEEPLOY_PACKED_BLOCK(DOT, DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL, "lw x15, 84(x10)\n", "")

/// Runs a block whose columns are all alike (`same`) and lie side by side in y.
template <signs S, result_store to>
[[gnu::noinline]] inline void run_packed(product_block& p) {
  register product_block* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    DEEPLOY_PACKED(DEEPLOY_BA);
  } else {
    DEEPLOY_PACKED(DEEPLOY_AB);
  }
}
#undef DEEPLOY_MASK_X1
#undef DEEPLOY_SCALED
#undef DEEPLOY_LINE
#undef DEEPLOY_CLIP_X6_X7
#undef DEEPLOY_PACKED_BLOCK
#undef DEEPLOY_PACKED
#undef DEEPLOY_CLAMP
#undef DEEPLOY_PRODUCT_BLOCK
#undef DEEPLOY_AB
#undef DEEPLOY_BA
#undef DEEPLOY_NEXT
#undef DEEPLOY_MASK
#undef DEEPLOY_NO_MASK
#undef DEEPLOY_CLIP_FULL
#undef DEEPLOY_CLIP_ANY
#undef DEEPLOY_RESULT
#undef DEEPLOY_SCALE
#undef DEEPLOY_WORD
#undef DEEPLOY_ACCUMULATORS
#undef DEEPLOY_WORDS
#undef DEEPLOY_REQUANTISED
#undef DEEPLOY_COLUMN
#undef DEEPLOY_STEP
#else
template <signs S, result_store to>
inline void run(product_block& p) {
  reduction along(0);
  along.words = p.words, along.tail_step = p.tail_step, along.tail_mask = p.tail_mask;
  for (; p.blocks > 0; --p.blocks) {
    for (int j = 0; j < 4; ++j)
      for (int i = 0; i < 4; ++i) {
        i32 const sum = dot<S>(p.records[j].start, p.a + i * p.a_stride, p.b + j * p.b_stride, along);
        put<to>(p.y, sum, p.records[j].scale, p.shift, p.low, p.high);
        p.y += i == 3 ? p.y_back : p.y_row;
      }
    p.b += 4 * p.b_stride;
    p.records = reinterpret_cast<column_record const*>(reinterpret_cast<u8 const*>(p.records) + p.records_step);
  }
}
template <signs S, result_store to>
inline void run_packed(product_block& p) {
  column_record const all[4] = {p.same, p.same, p.same, p.same};
  for (; p.row_blocks > 0; --p.row_blocks, p.a += 4 * p.a_stride) {
    product_block one = p;
    one.records = all;
    one.records_step = 0;
    one.y_back -= 3;
    run<S, to>(one);
    p.y += 4 * p.y_row;
  }
}
#endif
}  // namespace deeploy::cluster
