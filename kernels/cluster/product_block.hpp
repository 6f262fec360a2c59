// SPDX-License-Identifier: Apache-2.0
// The inner block of every product: four rows of one operand against four rows of the other, along the reduction.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// Where a column of results starts and how it is requantised.
struct column_record {
  i32 start = 0;  ///< of the accumulators
  prepared_scale scale = {};
};

/// Four rows by 4 * blocks columns. Both operands lie along the reduction: element k of row i is a[i * a_stride + k].
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
  bytes y_back;  ///< from the last of four rows to the next column of the first
  i32 shift;
  i32 low, high;
  i32 blocks;

  /// @param depth  elements along the reduction, at least four
  constexpr void set_operands(void const* a_at, bytes a_rows_apart, void const* b_at, bytes b_rows_apart, index depth) {
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
  }
};

#if defined(__riscv)
// x16 to x31: the accumulators, row by row. x5 x6 x7: a and its steps; x8 x9 x11: b and its steps; x10 x12 x13 x14: words
// of b; x15 x1: words of a. The block's address waits on the stack meanwhile. x8 may be the frame pointer: saved by hand.
#define DEEPLOY_AB(d, a, b) ".insn r 0x57, 1, %[dot], " d ", " a ", " b "\n"
#define DEEPLOY_BA(d, a, b) ".insn r 0x57, 1, %[dot], " d ", " b ", " a "\n"
#define DEEPLOY_NEXT(d, p, step) ".insn r 0x0b, 7, 0x10, " d ", " p ", " step "\n"
#define DEEPLOY_MASK(d) "and " d ", " d ", x11\n"
#define DEEPLOY_NO_MASK(d)
#define DEEPLOY_STEP(DOT, MASK, B_BACK, A_BACK)                                                                 \
  DEEPLOY_NEXT("x10", "x8", "x9") DEEPLOY_NEXT("x15", "x5", "x6") DEEPLOY_NEXT("x12", "x8", "x9")               \
  DEEPLOY_NEXT("x1", "x5", "x6") MASK("x15") MASK("x1") DOT("x16", "x15", "x10") DEEPLOY_NEXT("x13", "x8", "x9") \
  DOT("x20", "x1", "x10") DOT("x17", "x15", "x12") DEEPLOY_NEXT("x14", "x8", B_BACK) DOT("x21", "x1", "x12")    \
  DOT("x18", "x15", "x13") DOT("x22", "x1", "x13") DOT("x19", "x15", "x14") DEEPLOY_NEXT("x15", "x5", "x6")     \
  DOT("x23", "x1", "x14") DEEPLOY_NEXT("x1", "x5", A_BACK) MASK("x15") MASK("x1") DOT("x24", "x15", "x10")      \
  DOT("x25", "x15", "x12") DOT("x26", "x15", "x13") DOT("x27", "x15", "x14") DOT("x28", "x1", "x10")            \
  DOT("x29", "x1", "x12") DOT("x30", "x1", "x13") DOT("x31", "x1", "x14")
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_ANY(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x14\n.insn r 0x33, 4, 0x02, " c ", " c ", x15\n"
// clipr, mul, addNr, clip, p.sb
#define DEEPLOY_RESULT(c, CLIP, step)                                                                           \
  ".insn r 0x33, 5, 0x0a, " c ", " c ", x13\nmul " c ", " c ", x9\n.insn r 0x5b, 2, 0x20, " c ", x11, x8\n"      \
  CLIP(c) ".insn r 0x2b, 4, 0, " step ", x5, " c "\n"
#define DEEPLOY_SCALE(at) "lw x9, " #at "+4(x12)\nlw x11, " #at "+8(x12)\nlw x13, " #at "+12(x12)\n"
#define DEEPLOY_COLUMN(c0, c1, c2, c3, CLIP)                                                                    \
  DEEPLOY_RESULT(c0, CLIP, "x6") DEEPLOY_RESULT(c1, CLIP, "x6") DEEPLOY_RESULT(c2, CLIP, "x6") DEEPLOY_RESULT(c3, CLIP, "x7")
#define DEEPLOY_REQUANTISED(CLIP)                                                                               \
  "lw x8, 56(x10)\nlw x14, 60(x10)\nlw x15, 64(x10)\n" DEEPLOY_SCALE(0)                                         \
  DEEPLOY_COLUMN("x16", "x20", "x24", "x28", CLIP) DEEPLOY_SCALE(16)                                            \
  DEEPLOY_COLUMN("x17", "x21", "x25", "x29", CLIP) DEEPLOY_SCALE(32)                                            \
  DEEPLOY_COLUMN("x18", "x22", "x26", "x30", CLIP) DEEPLOY_SCALE(48)                                            \
  DEEPLOY_COLUMN("x19", "x23", "x27", "x31", CLIP)
#define DEEPLOY_WORD(c, step) ".insn r 0x2b, 6, 0, " step ", x5, " c "\n"
#define DEEPLOY_WORDS(c0, c1, c2, c3) DEEPLOY_WORD(c0, "x6") DEEPLOY_WORD(c1, "x6") DEEPLOY_WORD(c2, "x6") DEEPLOY_WORD(c3, "x7")
#define DEEPLOY_ACCUMULATORS                                                                                    \
  DEEPLOY_WORDS("x16", "x20", "x24", "x28") DEEPLOY_WORDS("x17", "x21", "x25", "x29")                           \
  DEEPLOY_WORDS("x18", "x22", "x26", "x30") DEEPLOY_WORDS("x19", "x23", "x27", "x31")
#define DEEPLOY_PRODUCT_BLOCK(DOT, RESULTS)                                                                     \
  __asm__ volatile(                                                                                             \
      "addi sp, sp, -16\nsw x8, 4(sp)\nsw x10, 0(sp)\n"                                                         \
      "1:\nlw x5, 0(x10)\nlw x6, 4(x10)\nlw x7, 8(x10)\nlw x8, 12(x10)\nlw x9, 16(x10)\nlw x11, 20(x10)\n"      \
      "lw x12, 36(x10)\nlw x13, 24(x10)\nlw x16, 0(x12)\nlw x17, 16(x12)\nlw x18, 32(x12)\nlw x19, 48(x12)\n"   \
      "mv x20, x16\nmv x21, x17\nmv x22, x18\nmv x23, x19\nmv x24, x16\nmv x25, x17\nmv x26, x18\nmv x27, x19\n" \
      "mv x28, x16\nmv x29, x17\nmv x30, x18\nmv x31, x19\n"                                                    \
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x13, 48\n"                                  \
      DEEPLOY_STEP(DOT, DEEPLOY_NO_MASK, "x11", "x7")                                                           \
      ".option pop\nlw x10, 0(sp)\nlw x11, 32(x10)\nlw x12, 28(x10)\nbeqz x11, 2f\n"                            \
      "add x5, x5, x12\nadd x8, x8, x12\n" DEEPLOY_STEP(DOT, DEEPLOY_MASK, "x9", "x6")                          \
      "lw x10, 0(sp)\n"                                                                                         \
      "2:\nlw x12, 36(x10)\nlw x5, 44(x10)\nlw x6, 48(x10)\nlw x7, 52(x10)\n" RESULTS                           \
      "lw x9, 40(x10)\nlw x11, 12(x10)\nlw x13, 16(x10)\nlw x14, 68(x10)\nsw x5, 44(x10)\n"                     \
      "add x12, x12, x9\nslli x13, x13, 2\nadd x11, x11, x13\naddi x14, x14, -1\nsw x12, 36(x10)\n"             \
      "sw x11, 12(x10)\nsw x14, 68(x10)\nbnez x14, 1b\n"                                                        \
      "lw x8, 4(sp)\naddi sp, sp, 16\n"                                                                         \
      : "+r"(at)                                                                                                \
      : [dot] "i"(dot_code<S>), [clip] "i"(to == result_store::full_u8 ? 2 : 1), [width] "i"(to == result_store::full_u8 ? 9 : 8) \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")

/// Runs a block; afterwards its members have moved behind the last column.
template <signs S, result_store to>
[[gnu::noinline]] inline void run(product_block& p) {
  static_assert(sizeof(product_block) == 72);
  register product_block* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    if constexpr (to == result_store::words) DEEPLOY_PRODUCT_BLOCK(DEEPLOY_BA, DEEPLOY_ACCUMULATORS);
    else if constexpr (to == result_store::any) DEEPLOY_PRODUCT_BLOCK(DEEPLOY_BA, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_ANY));
    else DEEPLOY_PRODUCT_BLOCK(DEEPLOY_BA, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_FULL));
  } else {
    if constexpr (to == result_store::words) DEEPLOY_PRODUCT_BLOCK(DEEPLOY_AB, DEEPLOY_ACCUMULATORS);
    else if constexpr (to == result_store::any) DEEPLOY_PRODUCT_BLOCK(DEEPLOY_AB, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_ANY));
    else DEEPLOY_PRODUCT_BLOCK(DEEPLOY_AB, DEEPLOY_REQUANTISED(DEEPLOY_CLIP_FULL));
  }
}
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
#endif
}  // namespace deeploy::cluster
