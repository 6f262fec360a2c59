// SPDX-License-Identifier: Apache-2.0
// The inner loop of 3 x 3 depthwise convolutions of stride 1: strips of four columns of one channel's plane, row by row downwards.
#pragma once
#include <cluster/product_block.hpp>

namespace deeploy::cluster {
/// The loops below read the members by offset.
///
/// A word holds four neighbours of a row, of which a result takes three: a word at every second column gives two results,
/// with the weights as they are and moved up by a byte.
struct plane_strips {
  u8 const* x;  ///< moves on from channel to channel, as y, weights and record do
  bytes x_row;   ///< from the last word of a row to the first of the next
  bytes x_next;  ///< from behind the last row of a strip to the next strip; so y_next
  i32 row_pairs;  ///< of results
  i32 odd_row;    ///< another one
  i32 strips;
  u8* y;
  bytes y_column;
  bytes y_back;  ///< from the last result of a row to the first of the next
  bytes y_next;
  u8 const* weights;  ///< nine bytes in three rows, with one more byte before the last row and behind the others
  bytes weights_row;
  column_record const* record;
  i32 channels;
  i32 shift;
  i32 low, high;
  bytes x_channel, weights_channel, record_channel;  ///< from channel to channel; those of y lie side by side
  bytes x_last, y_last;                              ///< added for the last of several strips
  i32 strips_left;                                   ///< the loop's own
  static constexpr index wide = 4;

  /// Where four do not divide the columns, which are four at least, the last strip does some again.
  [[gnu::always_inline]] void set_columns(index columns) {
    index const again = -columns & (wide - 1);
    strips = (columns + wide - 1) / wide;
    x_last = -again, y_last = -again * y_column;
  }
  [[gnu::always_inline]] void set_rows(index rows, bytes pitch, bytes y_row) {
    row_pairs = rows >> 1;
    odd_row = rows & 1;
    x_next = wide - (rows + 2) * pitch;
    y_next = wide * y_column - rows * y_row;
  }
};

#if defined(__riscv)
// x16 to x21: weights; x22 on: words of rows, x28 to x31: results; x5 x6: x and its step; x7 x8 x9: y and its steps; x11
// to x15 and x1: mul, add, shift, bound and limits; x10: the struct. x8 may be the frame pointer: saved by hand.
#define DEEPLOY_AB(how, d, a, b) ".insn r 0x57, 1, %[" how "], " d ", " a ", " b "\n"
#define DEEPLOY_BA(how, d, a, b) ".insn r 0x57, 1, %[" how "], " d ", " b ", " a "\n"
#define DEEPLOY_L(d) ".insn i 0x0b, 2, " d ", x5, 2\n"
#define DEEPLOY_LAST(d) ".insn r 0x0b, 7, 0x10, " d ", x5, x6\n"
#define DEEPLOY_PAIR(DOT, how, row, next, w0, w1)                                                              \
  DOT(how, "x28", row, w0) DOT(how, "x29", row, w1) DOT(how, "x30", next, w0) DOT(how, "x31", next, w1)
#define DEEPLOY_SIX(DOT, a, b, c, d, e, f)                                                                     \
  DEEPLOY_PAIR(DOT, "first", a, b, "x16", "x17") DEEPLOY_PAIR(DOT, "dot", c, d, "x18", "x19") DEEPLOY_PAIR(DOT, "dot", e, f, "x20", "x21")
// Two rows stay for the next results. Two rows of results at a time, so that words move half as often.
#define DEEPLOY_BEFORE DEEPLOY_L("x22") DEEPLOY_LAST("x23") DEEPLOY_L("x24") DEEPLOY_LAST("x25")
#define DEEPLOY_ONE(DOT) \
  DEEPLOY_L("x26") DEEPLOY_LAST("x27") DEEPLOY_SIX(DOT, "x22", "x23", "x24", "x25", "x26", "x27")
#define DEEPLOY_TWO(DOT) \
  DEEPLOY_L("x22") DEEPLOY_LAST("x23") DEEPLOY_SIX(DOT, "x24", "x25", "x26", "x27", "x22", "x23")
#define DEEPLOY_MOVE "mv x24, x22\nmv x25, x23\nmv x22, x26\nmv x23, x27\n"
#define DEEPLOY_ROWS(DOT, RESULTS, instructions)                                                             \
  "beqz x28, 2f\n.balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x28, 2 * (2 * (14 + " instructions ") + 4)\n" \
  DEEPLOY_ONE(DOT) RESULTS DEEPLOY_TWO(DOT) RESULTS DEEPLOY_MOVE ".option pop\n"                         \
  "2:\nlw x28, 16(x10)\nbeqz x28, 3f\n" DEEPLOY_ONE(DOT) RESULTS "3:\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x14\n"
#define DEEPLOY_NO_CLAMP(c)
#define DEEPLOY_CLIP_FULL(c) ".insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_CLIP_ANY(c) ".insn r 0x33, 6, 0x02, " c ", " c ", x15\n.insn r 0x33, 4, 0x02, " c ", " c ", x1\n"
#define DEEPLOY_BYTE(c, CLAMP, CLIP, step)                                                                     \
  CLAMP(c) "mul " c ", " c ", x11\n.insn r 0x5b, 2, 0x20, " c ", x12, x13\n" CLIP(c) ".insn r 0x2b, 4, 0, " step ", x7, " c "\n"
#define DEEPLOY_BYTES(CLAMP, CLIP)                                                                             \
  DEEPLOY_BYTE("x28", CLAMP, CLIP, "x8") DEEPLOY_BYTE("x29", CLAMP, CLIP, "x8")                                \
  DEEPLOY_BYTE("x30", CLAMP, CLIP, "x8") DEEPLOY_BYTE("x31", CLAMP, CLIP, "x9")
#define DEEPLOY_WORD(c, step) ".insn r 0x2b, 6, 0, " step ", x7, " c "\n"
#define DEEPLOY_WORDS DEEPLOY_WORD("x28", "x8") DEEPLOY_WORD("x29", "x8") DEEPLOY_WORD("x30", "x8") DEEPLOY_WORD("x31", "x9")
// Words of three weights, and the same a byte further up. The word of the last row ends with it, the others begin there.
#define DEEPLOY_WEIGHTS                                                                                        \
  "lw x1, 40(x10)\nlw x5, 44(x10)\nli x9, 0xffffff\nlw x16, 0(x1)\nadd x1, x1, x5\nlw x18, 0(x1)\n" \
  "add x1, x1, x5\nlw x20, -1(x1)\nand x16, x16, x9\nand x18, x18, x9\nsrli x20, x20, 8\nslli x17, x16, 8\n"   \
  "slli x19, x18, 8\nslli x21, x20, 8\n"
#define DEEPLOY_STRIPS(ROWS)                                                                           \
  __asm__ volatile(                                                                                            \
      "addi sp, sp, -16\nsw x8, 0(sp)\n"                                                                       \
      "lw x6, 4(x10)\nlw x8, 28(x10)\n.if %[bytes]\nlw x13, 56(x10)\n.endif\n"                                 \
      "0:\n" DEEPLOY_WEIGHTS "lw x28, 48(x10)\nlw x30, 20(x10)\nlw x9, 32(x10)\nlw x5, 0(x10)\nlw x7, 24(x10)\n" \
      ".if %[bytes]\nlw x11, 4(x28)\nlw x12, 8(x28)\n.endif\n.if %[clamps]\nlw x14, 12(x28)\n.endif\n"         \
      ".if %[any]\nlw x15, 60(x10)\nlw x1, 64(x10)\n.endif\n"                                                  \
      "1:\nsw x30, 88(x10)\nlw x28, 12(x10)\n" DEEPLOY_BEFORE ROWS                                                     \
      "lw x30, 88(x10)\nlw x28, 8(x10)\nlw x29, 36(x10)\naddi x30, x30, -1\nadd x5, x5, x28\nadd x7, x7, x29\n" \
      "beqz x30, 4f\naddi x31, x30, -1\nbnez x31, 1b\nlw x28, 80(x10)\nlw x29, 84(x10)\nadd x5, x5, x28\nadd x7, x7, x29\nj 1b\n" \
      "4:\nlw x14, 52(x10)\nlw x5, 0(x10)\nlw x7, 24(x10)\nlw x9, 40(x10)\nlw x11, 48(x10)\n"       \
      "addi x14, x14, -1\naddi x7, x7, 1\nsw x14, 52(x10)\nlw x28, 68(x10)\nlw x29, 72(x10)\nlw x30, 76(x10)\n" \
      "sw x7, 24(x10)\nadd x5, x5, x28\nadd x9, x9, x29\nadd x11, x11, x30\nsw x5, 0(x10)\nsw x9, 40(x10)\n"    \
      "sw x11, 48(x10)\nbnez x14, 0b\nlw x8, 0(sp)\naddi sp, sp, 16\n"                                         \
      : "+r"(at)                                                                                               \
      : [dot] "i"(dot_code<S>), [first] "i"(dot_code<S> - 0x10), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)), \
        [bytes] "i"(to != result_store::words), [clamps] "i"(to != result_store::words && !is_small(to)),      \
        [any] "i"(to == result_store::any)                                                                     \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")
#define DEEPLOY_BY_RESULT(DOT)                                                                   \
  if constexpr (to == result_store::words) DEEPLOY_STRIPS(DEEPLOY_ROWS(DOT, DEEPLOY_WORDS, "4"));              \
  else if constexpr (to == result_store::any)                                                                  \
    DEEPLOY_STRIPS(DEEPLOY_ROWS(DOT, DEEPLOY_BYTES(DEEPLOY_CLAMP, DEEPLOY_CLIP_ANY), "24"));                   \
  else if constexpr (is_small(to))                                                                             \
    DEEPLOY_STRIPS(DEEPLOY_ROWS(DOT, DEEPLOY_BYTES(DEEPLOY_NO_CLAMP, DEEPLOY_CLIP_FULL), "16"));               \
  else DEEPLOY_STRIPS(DEEPLOY_ROWS(DOT, DEEPLOY_BYTES(DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL), "20"))

/// Runs the strips: bytes, or accumulators as words.
template <signs S, result_store to>
[[gnu::noinline]] inline void run(plane_strips& p) {
  static_assert(sizeof(plane_strips) == 92);
  register plane_strips* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    DEEPLOY_BY_RESULT(DEEPLOY_BA);
  } else {
    DEEPLOY_BY_RESULT(DEEPLOY_AB);
  }
}
#undef DEEPLOY_AB
#undef DEEPLOY_BA
#undef DEEPLOY_BEFORE
#undef DEEPLOY_BYTE
#undef DEEPLOY_BYTES
#undef DEEPLOY_BY_RESULT
#undef DEEPLOY_CLAMP
#undef DEEPLOY_CLIP_ANY
#undef DEEPLOY_CLIP_FULL
#undef DEEPLOY_L
#undef DEEPLOY_LAST
#undef DEEPLOY_MOVE
#undef DEEPLOY_NO_CLAMP
#undef DEEPLOY_ONE
#undef DEEPLOY_PAIR
#undef DEEPLOY_ROWS
#undef DEEPLOY_SIX
#undef DEEPLOY_STRIPS
#undef DEEPLOY_TWO
#undef DEEPLOY_WEIGHTS
#undef DEEPLOY_WORD
#undef DEEPLOY_WORDS
#else
template <signs S, result_store to>
inline void run(plane_strips& p) {
  bytes const pitch = p.x_row + 2;
  i32 const rows = 2 * p.row_pairs + p.odd_row;
  for (; p.channels > 0; --p.channels, p.x += p.x_channel, p.weights += p.weights_channel, ++p.y) {
    u32 weights[3];
    for (int r = 0; r < 3; ++r) {
      u8 const* const w = p.weights + r * p.weights_row;
      weights[r] = r < 2 ? xpulp::load_word(w) & 0xFFFFFF : xpulp::load_word(w - 1) >> 8;
    }
    u8 const* x = p.x;
    u8* y = p.y;
    for (i32 strip = 0; strip < p.strips; ++strip, x += p.x_next, y += p.y_next) {
      if (strip > 0 && strip + 1 == p.strips) x += p.x_last, y += p.y_last;
      for (i32 row = 0; row < rows; ++row, x += pitch)
        for (int j = 0; j < plane_strips::wide; ++j) {
          i32 sum = 0;
          for (int r = 0; r < 3; ++r)
            sum = dot_words<S>(sum, xpulp::load_word(x + r * pitch + j / 2 * 2), weights[r] << (j % 2 * 8));
          put<to>(y, sum, p.record->scale, p.shift, p.low, p.high);
          y += j + 1 < plane_strips::wide ? p.y_column : p.y_back;
        }
      x += 2 * pitch;
    }
    p.record = reinterpret_cast<column_record const*>(reinterpret_cast<u8 const*>(p.record) + p.record_channel);
  }
}
#endif
}  // namespace deeploy::cluster
