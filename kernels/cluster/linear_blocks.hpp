// SPDX-License-Identifier: Apache-2.0
// One row against blocks of sixteen columns, and of eight, whose results lie side by side. All that a core runs here stays
// within 512 bytes, its own instruction cache.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// What the blocks need besides a core's place in them, read by offset.
struct linear_scale {
  bytes b_stride = 0;
  i32 mul = 0, add = 0, shift = 0;
};
struct linear_limits : linear_scale {
  i32 bound = 0, low = 0, high = 0;
};
template <result_store to>
struct linear_scale_of {
  using type = linear_limits;
};
template <>
struct linear_scale_of<result_store::small_i8> {
  using type = linear_scale;
};
template <>
struct linear_scale_of<result_store::small_u8> {
  using type = linear_scale;
};

/// Where a core begins in rows that it walks from word `begin` to the end, then up to there: rows often begin in the same of the
/// 16 banks of L1, and cores that walk them in step would meet there at every word. Between 1 and words - 1.
/// @param words  at least two
[[gnu::always_inline]] constexpr i32 first_word(i32 words, int core) {
  i32 begin = 2 * (core ^ 7) + 1;
  while (begin >= words) [[unlikely]] begin >>= 1;
  return begin;
}

#if defined(__riscv)
// x16 to x31: accumulators, the first eight columns in x24 to x31; x5: a; x8 x9 x11: b and its steps; x15: word of a; x12 x13:
// words of b; x7: bytes of a row; x6: blocks left, less two; x1: y; x10: linear_scale. The outer hardware loop goes round twice:
// to the end of the rows, and, a row back, to where the core began. x8 may be the frame pointer: saved by hand. The last eight
// columns of an odd number of blocks are out of line (3), and come back for their results (2).
#define DEEPLOY_DOT(d, b) ".if %[swapped]\n.insn r 0x57, 1, %[dot], " d ", " b ", x15\n.else\n.insn r 0x57, 1, %[dot], " d ", x15, " b "\n.endif\n"
#define DEEPLOY_NEXT(d, step) ".insn r 0x0b, 7, 0x10, " d ", x8, " step "\n"
#define DEEPLOY_PAIR(c0, c1) DEEPLOY_DOT(c0, "x12") DEEPLOY_NEXT("x12", "x9") DEEPLOY_DOT(c1, "x13") DEEPLOY_NEXT("x13", "x9")
#define DEEPLOY_FIRST ".insn i 0x0b, 2, x15, x5, 4\n" DEEPLOY_NEXT("x12", "x9") DEEPLOY_NEXT("x13", "x9")
#define DEEPLOY_LAST(c0, c1, c2, c3) \
  DEEPLOY_DOT(c0, "x12") DEEPLOY_NEXT("x12", "x9") DEEPLOY_DOT(c1, "x13") DEEPLOY_NEXT("x13", "x11") DEEPLOY_DOT(c2, "x12") DEEPLOY_DOT(c3, "x13")
#define DEEPLOY_STEP_8 DEEPLOY_FIRST DEEPLOY_PAIR("x16", "x17") DEEPLOY_PAIR("x18", "x19") DEEPLOY_LAST("x20", "x21", "x22", "x23")
#define DEEPLOY_STEP_16                                                                                       \
  DEEPLOY_FIRST DEEPLOY_PAIR("x24", "x25") DEEPLOY_PAIR("x26", "x27") DEEPLOY_PAIR("x28", "x29") DEEPLOY_PAIR("x30", "x31") \
  DEEPLOY_PAIR("x16", "x17") DEEPLOY_PAIR("x18", "x19") DEEPLOY_LAST("x20", "x21", "x22", "x23")
#define DEEPLOY_ROUNDS(STEP, inner, outer)                                                                    \
  "lw x14, 0(sp)\nli x12, 2\n.balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, x12, 2 * (" outer ")\n"  \
  ".insn i 0x7b, 4, x0, x14, 2 * (" inner ")\n" STEP "lw x14, 4(sp)\nsub x5, x5, x7\nsub x8, x8, x7\n.option pop\nadd x5, x5, x7\n"
#define DEEPLOY_COPY(c) ".if %[starts]\nmv " c ", x15\n.else\nli " c ", 0\n.endif\n"
#define DEEPLOY_START(COPIES) ".if %[starts]\nlw x15, 12(sp)\n.endif\n" COPIES
#define DEEPLOY_COPY_8 \
  DEEPLOY_COPY("x16") DEEPLOY_COPY("x17") DEEPLOY_COPY("x18") DEEPLOY_COPY("x19") DEEPLOY_COPY("x20") DEEPLOY_COPY("x21") DEEPLOY_COPY("x22") DEEPLOY_COPY("x23")
#define DEEPLOY_COPY_16 \
  DEEPLOY_COPY_8 DEEPLOY_COPY("x24") DEEPLOY_COPY("x25") DEEPLOY_COPY("x26") DEEPLOY_COPY("x27") DEEPLOY_COPY("x28") DEEPLOY_COPY("x29") DEEPLOY_COPY("x30") DEEPLOY_COPY("x31")
#define DEEPLOY_SCALED(c) "mul " c ", " c ", x12\n.insn r 0x5b, 2, 0x20, " c ", x13, x15\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x14\n"
#define DEEPLOY_CLIP(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_SMALL(c) DEEPLOY_SCALED(c) DEEPLOY_CLIP(c)
#define DEEPLOY_FULL(c) DEEPLOY_CLAMP(c) DEEPLOY_SCALED(c) DEEPLOY_CLIP(c)
#define DEEPLOY_ANY(c) DEEPLOY_CLAMP(c) DEEPLOY_SCALED(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x9\n.insn r 0x33, 4, 0x02, " c ", " c ", x11\n"
// Four bytes as a word: p.packlo.b, p.packhi.b.
#define DEEPLOY_WORD(BYTE, c0, c1, c2, c3)                                                                    \
  BYTE(c0) BYTE(c1) BYTE(c2) BYTE(c3) ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n.insn r 0x57, 1, 0x6c, " c0 ", " c3 ", " c2 "\n" \
  ".insn s 0x2b, 2, " c0 ", 4(x1)\n"
#define DEEPLOY_LOAD_SCALE "lw x12, 4(x10)\nlw x13, 8(x10)\nlw x15, 12(x10)\n"
#define DEEPLOY_LOAD_BOUND DEEPLOY_LOAD_SCALE "lw x14, 16(x10)\n"
#define DEEPLOY_LOAD_LIMITS DEEPLOY_LOAD_BOUND "lw x9, 20(x10)\nlw x11, 24(x10)\n"
#define DEEPLOY_STEPS(shift) "slli x12, x9, " shift "\nsub x11, x9, x12\naddi x11, x11, 4\n"
#define DEEPLOY_BLOCKS(BYTE, LOADS, STEPS)                                                                    \
  __asm__ volatile(                                                                                           \
      "addi sp, sp, -16\nsw x15, 0(sp)\nsw x14, 4(sp)\nsw x8, 8(sp)\n.if %[starts]\nsw x11, 12(sp)\n.endif\nmv x8, x12\nmv x1, x13\nbltz x6, 3f\n" \
      DEEPLOY_STEPS("4")                                                                                      \
      "1:\n" DEEPLOY_START(DEEPLOY_COPY_16)                                                                   \
      DEEPLOY_ROUNDS(DEEPLOY_STEP_16, "33", "37") "slli x14, x9, 4\nadd x8, x8, x7\nadd x8, x8, x14\n" LOADS            \
      DEEPLOY_WORD(BYTE, "x24", "x25", "x26", "x27") DEEPLOY_WORD(BYTE, "x28", "x29", "x30", "x31")           \
      "2:\n" DEEPLOY_WORD(BYTE, "x16", "x17", "x18", "x19") DEEPLOY_WORD(BYTE, "x20", "x21", "x22", "x23") STEPS \
      "addi x6, x6, -2\nbgez x6, 1b\naddi x12, x6, 1\nbeqz x12, 3f\nlw x8, 8(sp)\naddi sp, sp, 16\n.subsection 1\n" \
      "3:\n" DEEPLOY_START(DEEPLOY_COPY_8) DEEPLOY_STEPS("3") DEEPLOY_ROUNDS(DEEPLOY_STEP_8, "17", "21") LOADS "j 2b\n.subsection 0\n" \
      : "+r"(a), "+r"(b), "+r"(y), "+r"(left), "+r"(row_bytes), "+r"(b_stride), "+r"(start), "+r"(whole), "+r"(count) \
      : "r"(at), [starts] "i"(starts ? 1 : 0), [dot] "i"(dot_code<S>), [swapped] "i"(S == signs::su ? 1 : 0), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x1", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27",   \
        "x28", "x29", "x30", "x31")

/// Computes `blocks` blocks, at least one.
/// @param starts  do the accumulators start at `first`, not at 0?
template <signs S, result_store to, bool starts>
[[gnu::always_inline]] inline void run_blocks(u8 const* row, i32 words, i32 begin, u8 const* from, index blocks, u8* results, i32 first,
                                              typename linear_scale_of<to>::type const& scale) {
  register u8 const* a __asm__("x5") = row + 4 * begin;
  register u8 const* b __asm__("x12") = from + 4 * begin;
  register u8* y __asm__("x13") = results;
  register index left __asm__("x6") = blocks - 2;
  register bytes row_bytes __asm__("x7") = 4 * words;
  register bytes b_stride __asm__("x9") = scale.b_stride;
  register i32 start __asm__("x11") = first;
  register i32 whole __asm__("x15") = words - begin;
  register i32 count __asm__("x14") = begin;
  register void const* at __asm__("x10") = &scale;
  if constexpr (to == result_store::any)
    DEEPLOY_BLOCKS(DEEPLOY_ANY, DEEPLOY_LOAD_LIMITS, "lw x9, 0(x10)\n" DEEPLOY_STEPS("4"));
  else if constexpr (is_small(to))
    DEEPLOY_BLOCKS(DEEPLOY_SMALL, DEEPLOY_LOAD_SCALE, "");
  else
    DEEPLOY_BLOCKS(DEEPLOY_FULL, DEEPLOY_LOAD_BOUND, "");
}
#undef DEEPLOY_ANY
#undef DEEPLOY_BLOCKS
#undef DEEPLOY_CLAMP
#undef DEEPLOY_CLIP
#undef DEEPLOY_COPY
#undef DEEPLOY_COPY_16
#undef DEEPLOY_COPY_8
#undef DEEPLOY_DOT
#undef DEEPLOY_FIRST
#undef DEEPLOY_FULL
#undef DEEPLOY_LAST
#undef DEEPLOY_LOAD_BOUND
#undef DEEPLOY_LOAD_LIMITS
#undef DEEPLOY_LOAD_SCALE
#undef DEEPLOY_NEXT
#undef DEEPLOY_PAIR
#undef DEEPLOY_ROUNDS
#undef DEEPLOY_SCALED
#undef DEEPLOY_SMALL
#undef DEEPLOY_START
#undef DEEPLOY_STEPS
#undef DEEPLOY_STEP_16
#undef DEEPLOY_STEP_8
#undef DEEPLOY_WORD
#else
template <signs S, result_store to, bool starts>
inline void run_blocks(u8 const* row, i32 words, i32 begin, u8 const* from, index blocks, u8* results, i32 first,
                       typename linear_scale_of<to>::type const& scale) {
  linear_limits limits;
  static_cast<typename linear_scale_of<to>::type&>(limits) = scale;
  for (index n = 8 * blocks; n > 0; --n, from += scale.b_stride, ++results) {
    i32 sum = starts ? first : 0;
    for (i32 i = 0, k = begin; i < words; ++i, k = k + 1 == words ? 0 : k + 1)
      sum = dot_words<S>(sum, xpulp::load_word(row + 4 * k), xpulp::load_word(from + 4 * k));
    put<to>(results, sum, {scale.mul, scale.add, limits.bound}, scale.shift, limits.low, limits.high);
  }
}
#endif
}  // namespace deeploy::cluster
