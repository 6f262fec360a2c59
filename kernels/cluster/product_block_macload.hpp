// SPDX-License-Identifier: Apache-2.0
// The inner block of products with mac&load: 17 instructions for 64 multiply-accumulates, loads and all.
#pragma once
#include <cluster/product_block.hpp>

namespace deeploy::cluster {
/// Does the block below serve? It has no tail, and loads one word ahead.
constexpr bool macload_serves(index depth) { return (depth & 3) == 0 && depth >= 8; }

#if defined(__riscv)
// x16 to x31: the accumulators, row by row. x5 x6 x7 x9: rows of a; x11 to x14: rows of b; x10: the struct; x15 x8: mul and add;
// x1: y, or the bound of accumulators that are clamped. The last operand: bit 0 names A, bits 1 and 2 W; 8 loads this A and
// 16 this W from the pointer afterwards. Blocks are the outer hardware loop: where nothing is clamped it has 508 bytes, and a core's
// own cache 512. So there is little code between its runs. x8 may be the frame pointer: saved by hand.
#define DEEPLOY_ML(d, p, how) ".insn r 0x77, 1, %[macload], " d ", " p ", x" how "\n"
#define DEEPLOY_FIRST_ROWS                                                                                      \
  DEEPLOY_ML("x16", "x7", "0") DEEPLOY_ML("x17", "x7", "2") DEEPLOY_ML("x18", "x7", "4") DEEPLOY_ML("x19", "x7", "14") \
  DEEPLOY_ML("x20", "x9", "1") DEEPLOY_ML("x21", "x9", "3") DEEPLOY_ML("x22", "x9", "5") DEEPLOY_ML("x23", "x9", "15")
#define DEEPLOY_LAST_ROWS_LOADING(LAST)                                                            \
  DEEPLOY_ML("x24", "x5", "0")                                                                     \
  DEEPLOY_ML("x25", "x5", "2") DEEPLOY_ML("x26", "x5", "4") DEEPLOY_ML("x27", "x5", "14")          \
      DEEPLOY_ML("x28", "x11", "17") DEEPLOY_ML("x29", "x12", "19") DEEPLOY_ML("x30", "x13", "21") \
          DEEPLOY_ML("x31", "x14", "23") LAST DEEPLOY_ML("x0", "x6", "9")
// The last word loads the first ones of a again, for the next block.
#define DEEPLOY_LAST_ROWS                                                                                       \
  "lw x5, 0(x10)\nlw x6, 108(x10)\n" DEEPLOY_ML("x24", "x5", "0") DEEPLOY_ML("x25", "x5", "2") DEEPLOY_ML("x26", "x5", "4") \
  DEEPLOY_ML("x27", "x5", "14") DEEPLOY_ML("x28", "x5", "1") DEEPLOY_ML("x29", "x5", "3") DEEPLOY_ML("x30", "x5", "5")         \
  DEEPLOY_ML("x31", "x6", "15")
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_X11_X12(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x11\n.insn r 0x33, 4, 0x02, " c ", " c ", x12\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x1\n"
#define DEEPLOY_NO_CLAMP(c)
#define DEEPLOY_SCALED(c, CLAMP, CLIP) CLAMP(c) "mul " c ", " c ", x15\n.insn r 0x5b, 2, 0x20, " c ", x8, x9\n" CLIP(c)
#define DEEPLOY_LINE(c0, c1, c2, c3, CLAMP, CLIP, y, step, LOADS)                                                 \
  DEEPLOY_SCALED(c0, CLAMP, CLIP)                                                                                 \
  DEEPLOY_SCALED(c1, CLAMP, CLIP) DEEPLOY_SCALED(c2, CLAMP, CLIP)                                                 \
      DEEPLOY_SCALED(c3, CLAMP, CLIP) ".insn r 0x57, 1, 0x70, " c0 ", " c1 ", " c0 "\n" LOADS ".insn r 0x57, 1, 0x6c, " c0 \
                                      ", " c3 ", " c2 "\n.insn r 0x2b, 6, 0, " step ", " y ", " c0 "\n"
#define DEEPLOY_MOVE(x, at) "lw " x ", " #at "(x10)\nadd " x ", " x ", x16\nsw " x ", " #at "(x10)\n"
#define DEEPLOY_MACLOAD_BLOCK(CLAMP, CLIP, in_x1, y, BEFORE, AFTER, Y)                                          \
  __asm__ volatile(                                                                                             \
      "sw x8, 120(x10)\nlw x5, 0(x10)\nlw x9, 4(x10)\nlw x11, 12(x10)\nlw x16, 16(x10)\n"                   \
      "add x6, x5, x9\nadd x7, x6, x9\nadd x9, x7, x9\nsw x6, 108(x10)\nsw x7, 112(x10)\nsw x9, 116(x10)\n"   \
      "add x12, x11, x16\nadd x13, x12, x16\nadd x14, x13, x16\n"                                             \
      "lw x15, 76(x10)\nlw x8, 80(x10)\nlw x1, " in_x1 "(x10)\n.balign 16\n.option push\n.option norvc\nnop\nnop\n"   \
      "3:\n.4byte 0x0000007b | (((4f - 3b) >> 1) << 20)\n"                                                     \
      "5:\n.4byte 0x0000107b | (((6f - 5b) >> 1) << 20)\n"                                                     \
      "1:\nlw x16, 68(x10)\n" DEEPLOY_ML("x0", "x5", "8") DEEPLOY_ML("x0", "x6", "9") \
      "7:\n.4byte 0x0000407b | (1 << 7) | (16 << 15) | (((2f - 7b) >> 1) << 20)\n"                              \
      "lw x31, 24(x10)\nlw x16, 72(x10)\n" DEEPLOY_ML("x0", "x11", "16") DEEPLOY_ML("x0", "x12", "18")          \
      ".insn i 0x7b, 2, x0, x31, 0\nlw x7, 112(x10)\nlw x9, 116(x10)\n" DEEPLOY_ML("x0", "x13", "20") DEEPLOY_ML("x0", "x14", "22") \
      "mv x17, x16\nmv x18, x16\nmv x19, x16\nmv x20, x16\nmv x21, x16\nmv x22, x16\nmv x23, x16\nmv x24, x16\n" \
      "mv x25, x16\nmv x26, x16\nmv x27, x16\nmv x28, x16\nmv x29, x16\nmv x30, x16\nmv x31, x16\n4:\n"     \
      DEEPLOY_FIRST_ROWS DEEPLOY_LAST_ROWS_LOADING("6:\n") DEEPLOY_FIRST_ROWS DEEPLOY_LAST_ROWS                   \
      BEFORE "lw x9, 56(x10)\n"                                                                                 \
      DEEPLOY_LINE("x16", "x17", "x18", "x19", CLAMP, CLIP, y, "x17", "lw x17, 48(x10)\n")                       \
      DEEPLOY_LINE("x20", "x21", "x22", "x23", CLAMP, CLIP, y, "x17", "lw x18, 52(x10)\n")                       \
      DEEPLOY_LINE("x24", "x25", "x26", "x27", CLAMP, CLIP, y, "x17", "lw x16, 88(x10)\n")                       \
      DEEPLOY_LINE("x28", "x29", "x30", "x31", CLAMP, CLIP, y, "x18", "") AFTER                                   \
      "add x11, x11, x16\nadd x12, x12, x16\nadd x13, x13, x16\n2:\nadd x14, x14, x16\n.option pop\n"         \
      "lw x16, 96(x10)\n" DEEPLOY_MOVE("x5", 0) DEEPLOY_MOVE("x6", 108) DEEPLOY_MOVE("x9", 112) DEEPLOY_MOVE("x9", 116)  \
      "lw x9, 104(x10)\n" Y "lw x9, 100(x10)\nadd x11, x11, x9\nadd x12, x12, x9\nadd x13, x13, x9\nadd x14, x14, x9\n" \
      "lw x9, 92(x10)\naddi x9, x9, -1\nsw x9, 92(x10)\nbnez x9, 1b\nlw x8, 120(x10)\n"                      \
      : "+r"(at)                                                                                                \
      : [macload] "i"(macload_code<S>), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")

/// As run_packed(), for reductions that macload_serves().
template <signs S, result_store to>
[[gnu::noinline]] inline void run_macload(product_block& p) {
  register product_block* at __asm__("x10") = &p;
  if constexpr (to == result_store::any) {
    DEEPLOY_MACLOAD_BLOCK(DEEPLOY_CLAMP, DEEPLOY_CLIP_X11_X12, "84", "x7",
                          "sw x11, 124(x10)\nsw x12, 128(x10)\nlw x11, 60(x10)\nlw x12, 64(x10)\nlw x7, 44(x10)\n",
                          "sw x7, 44(x10)\nlw x11, 124(x10)\nlw x12, 128(x10)\n", "add x7, x7, x9\nsw x7, 44(x10)\n");
  } else if constexpr (is_small(to)) {
    DEEPLOY_MACLOAD_BLOCK(DEEPLOY_NO_CLAMP, DEEPLOY_CLIP_FULL, "44", "x1", "", "", "add x1, x1, x9\n");
  } else {
    DEEPLOY_MACLOAD_BLOCK(DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL, "84", "x7", "lw x7, 44(x10)\n", "sw x7, 44(x10)\n",
                          "add x7, x7, x9\nsw x7, 44(x10)\n");
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
#undef DEEPLOY_MOVE
#undef DEEPLOY_LINE
#undef DEEPLOY_MACLOAD_BLOCK
#else
template <signs S, result_store to>
inline void run_macload(product_block& p) {
  product_block one = p;
  ++one.words;
  run_packed<S, to>(one);
}
#endif
}  // namespace deeploy::cluster
