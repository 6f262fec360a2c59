// SPDX-License-Identifier: Apache-2.0
// The inner block of products with mac&load: 17 instructions for 64 multiply-accumulates, loads and all.
#pragma once
#include <cluster/product_block.hpp>

namespace deeploy::cluster {
/// Does the block below serve? It has no tail, and loads one word ahead.
constexpr bool macload_serves(index depth) { return (depth & 3) == 0 && depth >= 8; }

#if defined(__riscv)
// x16 to x31: the accumulators, row by row. x5 x6 x7 x9: rows of a; x11 to x14: rows of b; x10: words; x15 x8: mul and add;
// x1: y, or the bound of accumulators that are clamped. The last operand: bit 0 names A, bits 1 and 2 W; 8 loads this A and
// 16 this W from the pointer afterwards. On the stack: x8, from 4 on the rows of a, from 20 on steps of y, shift, step of b,
// start, y, limits. Blocks are the outer hardware loop: where nothing is clamped it has 512 bytes, as a core's own cache.
#define DEEPLOY_ML(d, p, how) ".insn r 0x77, 1, %[macload], " d ", " p ", x" how "\n"
#define DEEPLOY_FIRST_ROWS                                                                                      \
  DEEPLOY_ML("x16", "x7", "0") DEEPLOY_ML("x17", "x7", "2") DEEPLOY_ML("x18", "x7", "4") DEEPLOY_ML("x19", "x7", "14") \
  DEEPLOY_ML("x20", "x9", "1") DEEPLOY_ML("x21", "x9", "3") DEEPLOY_ML("x22", "x9", "5") DEEPLOY_ML("x23", "x9", "15")
#define DEEPLOY_LAST_ROWS_LOADING                                                                  \
  DEEPLOY_ML("x24", "x5", "0")                                                                     \
  DEEPLOY_ML("x25", "x5", "2") DEEPLOY_ML("x26", "x5", "4") DEEPLOY_ML("x27", "x5", "14")          \
      DEEPLOY_ML("x28", "x11", "17") DEEPLOY_ML("x29", "x12", "19") DEEPLOY_ML("x30", "x13", "21") \
          DEEPLOY_ML("x31", "x14", "23") DEEPLOY_ML("x0", "x6", "9")
#define DEEPLOY_LAST_ROWS                                                                                       \
  DEEPLOY_ML("x24", "x5", "0") DEEPLOY_ML("x25", "x5", "2") DEEPLOY_ML("x26", "x5", "4") DEEPLOY_ML("x27", "x5", "6") \
  DEEPLOY_ML("x28", "x5", "1") DEEPLOY_ML("x29", "x5", "3") DEEPLOY_ML("x30", "x5", "5") DEEPLOY_ML("x31", "x5", "7")
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_X11_X12(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x11\n.insn r 0x33, 4, 0x02, " c ", " c ", x12\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x1\n"
#define DEEPLOY_NO_CLAMP(c)
#define DEEPLOY_SCALED(c, CLAMP, CLIP) CLAMP(c) "mul " c ", " c ", x15\n.insn r 0x5b, 2, 0x20, " c ", x8, x9\n" CLIP(c)
#define DEEPLOY_LINE(c0, c1, c2, c3, CLAMP, CLIP, y, step)                                                        \
  DEEPLOY_SCALED(c0, CLAMP, CLIP)                                                                                 \
  DEEPLOY_SCALED(c1, CLAMP, CLIP) DEEPLOY_SCALED(c2, CLAMP, CLIP)                                                 \
      DEEPLOY_SCALED(c3, CLAMP, CLIP) ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n.insn r 0x57, 1, 0x6c, " c0 \
                                      ", " c3 ", " c2 "\n.insn r 0x2b, 6, 0, " step ", " y ", " c0 "\n"
#define DEEPLOY_KEEP(from, to) "lw x5, " #from "(x10)\nsw x5, " #to "(sp)\n"
#define DEEPLOY_MACLOAD_BLOCK(CLAMP, CLIP, in_x1, y, BEFORE, AFTER)                                             \
  __asm__ volatile(                                                                                             \
      "addi sp, sp, -64\nsw x8, 0(sp)\n"                                                                       \
      DEEPLOY_KEEP(48, 20) DEEPLOY_KEEP(52, 24) DEEPLOY_KEEP(56, 28) DEEPLOY_KEEP(88, 32) DEEPLOY_KEEP(72, 36)   \
      DEEPLOY_KEEP(60, 44) DEEPLOY_KEEP(64, 48) "sw x10, 60(sp)\n3:\n" DEEPLOY_KEEP(44, 40)                     \
      "lw x5, 0(x10)\nlw x9, 4(x10)\nlw x11, 12(x10)\nlw x12, 16(x10)\nadd x6, x5, x9\nadd x7, x6, x9\nadd x9, x7, x9\n" \
      "sw x5, 4(sp)\nsw x6, 8(sp)\nsw x7, 12(sp)\nsw x9, 16(sp)\nadd x13, x11, x12\nadd x14, x13, x12\nadd x9, x14, x12\n" \
      "mv x12, x13\nmv x13, x14\nmv x14, x9\nlw x15, 76(x10)\nlw x8, 80(x10)\nlw x1, " in_x1 "(x10)\nlw x16, 68(x10)\nlw x10, 24(x10)\n" \
      ".balign 16\n.option push\n.option norvc\n.rept 3\nnop\n.endr\n"                                      \
      "1:\n.4byte 0x0000407b | (1 << 7) | (16 << 15) | (((2f - 1b) >> 1) << 20)\n"                              \
      "lw x5, 4(sp)\nlw x16, 36(sp)\n" DEEPLOY_ML("x0", "x11", "16") DEEPLOY_ML("x0", "x12", "18")             \
      "lw x6, 8(sp)\nlw x7, 12(sp)\nlw x9, 16(sp)\n" DEEPLOY_ML("x0", "x13", "20") DEEPLOY_ML("x0", "x14", "22") \
      DEEPLOY_ML("x0", "x5", "8") DEEPLOY_ML("x0", "x6", "9")                                                   \
      "mv x17, x16\nmv x18, x16\nmv x19, x16\nmv x20, x16\nmv x21, x16\nmv x22, x16\nmv x23, x16\nmv x24, x16\n" \
      "mv x25, x16\nmv x26, x16\nmv x27, x16\nmv x28, x16\nmv x29, x16\nmv x30, x16\nmv x31, x16\n"          \
      ".insn i 0x7b, 4, x0, x10, 34\n" DEEPLOY_FIRST_ROWS DEEPLOY_LAST_ROWS_LOADING DEEPLOY_FIRST_ROWS DEEPLOY_LAST_ROWS \
      BEFORE "lw x6, 20(sp)\nlw x7, 24(sp)\nlw x9, 28(sp)\n"                                                     \
      DEEPLOY_LINE("x16", "x17", "x18", "x19", CLAMP, CLIP, y, "x6") DEEPLOY_LINE("x20", "x21", "x22", "x23", CLAMP, CLIP, y, "x6") \
      DEEPLOY_LINE("x24", "x25", "x26", "x27", CLAMP, CLIP, y, "x6") "lw x16, 32(sp)\n"                           \
      DEEPLOY_LINE("x28", "x29", "x30", "x31", CLAMP, CLIP, y, "x7") AFTER                                        \
      "add x11, x11, x16\nadd x12, x12, x16\nadd x13, x13, x16\n2:\nadd x14, x14, x16\n"                   \
      ".option pop\nlw x10, 60(sp)\nlw x11, 92(x10)\nlw x5, 0(x10)\nlw x6, 4(x10)\nlw x7, 48(x10)\nlw x12, 44(x10)\n" \
      "slli x6, x6, 2\nslli x7, x7, 2\nadd x5, x5, x6\nadd x12, x12, x7\naddi x11, x11, -1\nsw x5, 0(x10)\n"     \
      "sw x12, 44(x10)\nsw x11, 92(x10)\nbnez x11, 3b\nlw x8, 0(sp)\naddi sp, sp, 64\n"                         \
      : "+r"(at)                                                                                                \
      : [macload] "i"(macload_code<S>), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")

/// As run_packed(), for reductions that macload_serves().
template <signs S, result_store to>
[[gnu::noinline]] inline void run_macload(product_block& p) {
  register product_block* at __asm__("x10") = &p;
  p.b_next = 4 * (p.b_stride - p.words);
  --p.words;  // the last word loads nothing
  if constexpr (to == result_store::any) {
    DEEPLOY_MACLOAD_BLOCK(DEEPLOY_CLAMP, DEEPLOY_CLIP_X11_X12, "84", "x5",
                          "sw x11, 52(sp)\nsw x12, 56(sp)\nlw x11, 44(sp)\nlw x12, 48(sp)\nlw x5, 40(sp)\n",
                          "sw x5, 40(sp)\nlw x11, 52(sp)\nlw x12, 56(sp)\n");
  } else if constexpr (is_small(to)) {
    DEEPLOY_MACLOAD_BLOCK(DEEPLOY_NO_CLAMP, DEEPLOY_CLIP_FULL, "44", "x1", "", "");
  } else {
    DEEPLOY_MACLOAD_BLOCK(DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL, "84", "x5", "lw x5, 40(sp)\n", "sw x5, 40(sp)\n");
  }
}
#undef DEEPLOY_ML
#undef DEEPLOY_FIRST_ROWS
#undef DEEPLOY_LAST_ROWS_LOADING
#undef DEEPLOY_LAST_ROWS
#undef DEEPLOY_CLIP_FULL
#undef DEEPLOY_CLIP_X11_X12
#undef DEEPLOY_CLAMP
#undef DEEPLOY_NO_CLAMP
#undef DEEPLOY_SCALED
#undef DEEPLOY_KEEP
#undef DEEPLOY_LINE
#undef DEEPLOY_MACLOAD_BLOCK
#else
template <signs S, result_store to>
inline void run_macload(product_block& p) {
  run_packed<S, to>(p);
}
#endif
}  // namespace deeploy::cluster
