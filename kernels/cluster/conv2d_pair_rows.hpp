// SPDX-License-Identifier: Apache-2.0
// The inner loop of 3 x 3 depthwise convolutions of stride 2: rows of results, two channels at a time.
#pragma once
#include <cluster/product_block.hpp>

namespace deeploy::cluster {
/// Rows whose windows have the same taps in the padding: those have no weights and are read from a row that exists.
struct pair_segment {
  i32 rows;      ///< none: behind the last segment
  i32 fresh;     ///< the weights of the segment before do not serve
  u8 const* x;   ///< upper tap of the first column that is read: q of the first window, or p where that is no padding
  u8* y;
  bytes a_step, b_step, column;  ///< from the upper tap to the middle one, to the lower one, to the next column's upper one
  u32 mask_ab, mask_c;  ///< of the weights of upper and middle taps, of lower taps
};

/// Two channels of a pixel are a half word, those of two pixels a word: a dot product with a channel's weights in every
/// second byte and zeros between takes two taps. Of the three columns of a window, p, q and s, the last one is the first
/// of the next window and stays in registers.
///
/// The loops below read the members by offset.
struct pair_rows {
  i32 count;  ///< windows of a row with all columns, one at least
  i32 left;   ///< the first window's p is padding
  i32 right;  ///< another window whose s is padding
  bytes x_row, y_row;  ///< from behind a row to the next one
  bytes y_step;
  i32 pairs;
  u8 const* weights;  ///< nine bytes in three rows
  bytes weights_row, weights_channel;
  column_record const* record;
  bytes record_channel;
  i32 shift;
  i32 low, high;
  bytes done = 0;  ///< channels; the loop's own
  static constexpr int most_segments = 3;
  pair_segment segment[most_segments + 1];
};

#if defined(__riscv)
// x16: words of p, later s, x17: their lower taps; x11 to x13: taps; x14 x15: accumulators; x18 to x27: weights, those of
// the two channels in turn: x18 p, x20 q, x22 lower p and q, x24 s, x26 lower s; x5: x; x6 to x8: its steps; x9 x28: y and
// its step; x29 x30, x31 x1: mul and add of the channels, or, where they have the same, x31: count and x1: rows left; x10:
// the shift. x8 may be the frame pointer.
// On the stack: x8, the struct, bounds of both channels, limits, from 24 on the first five members, rows left and segment.
#define DEEPLOY_AB(how, d, a, b) ".insn r 0x57, 1, %[" how "], " d ", " a ", " b "\n"
#define DEEPLOY_BA(how, d, a, b) ".insn r 0x57, 1, %[" how "], " d ", " b ", " a "\n"
#define DEEPLOY_TAP(d, step) ".insn r 0x0b, 7, 0x28, " d ", x5, " step "\n"
#define DEEPLOY_PACK(d, high, low) ".insn r 0x57, 0, 0x68, " d ", " high ", " low "\n"
#define DEEPLOY_BOTH(DOT, how, a, w0, w1) DOT(how, "x14", a, w0) DOT(how, "x15", a, w1)
#define DEEPLOY_P_AND_Q(DOT)                                                                                   \
  DEEPLOY_TAP("x11", "x6") DEEPLOY_TAP("x12", "x7") DEEPLOY_TAP("x13", "x8") DEEPLOY_BOTH(DOT, "first", "x16", "x18", "x19") \
  DEEPLOY_PACK("x12", "x12", "x11") DEEPLOY_PACK("x17", "x13", "x17")
#define DEEPLOY_S(DOT)                                                                                         \
  DEEPLOY_TAP("x11", "x6") DEEPLOY_BOTH(DOT, "dot", "x12", "x20", "x21") DEEPLOY_TAP("x13", "x7")              \
  DEEPLOY_BOTH(DOT, "dot", "x17", "x22", "x23") DEEPLOY_TAP("x17", "x8") DEEPLOY_PACK("x16", "x13", "x11")     \
  DEEPLOY_BOTH(DOT, "dot", "x16", "x24", "x25") DEEPLOY_BOTH(DOT, "dot", "x17", "x26", "x27")
#define DEEPLOY_NO_S(DOT) DEEPLOY_BOTH(DOT, "dot", "x12", "x20", "x21") DEEPLOY_BOTH(DOT, "dot", "x17", "x22", "x23")
#define DEEPLOY_CLAMP "lw x11, 8(sp)\nlw x12, 12(sp)\n.insn r 0x33, 5, 0x0a, x14, x14, x11\n.insn r 0x33, 5, 0x0a, x15, x15, x12\n"
#define DEEPLOY_CLIP_FULL ".insn r 0x33, %[clip], 0x0a, x14, x14, x%[width]\n.insn r 0x33, %[clip], 0x0a, x15, x15, x%[width]\n"
#define DEEPLOY_CLIP_ANY                                                                                       \
  "lw x11, 16(sp)\nlw x12, 20(sp)\n.insn r 0x33, 6, 0x02, x14, x14, x11\n.insn r 0x33, 6, 0x02, x15, x15, x11\n" \
  ".insn r 0x33, 4, 0x02, x14, x14, x12\n.insn r 0x33, 4, 0x02, x15, x15, x12\n"
#define DEEPLOY_BYTES(CLAMP, CLIP, MUL, ADD)                                                                   \
  CLAMP "mul x14, x14, x29\nmul x15, x15, " MUL "\n.insn r 0x5b, 2, 0x20, x14, x30, x10\n.insn r 0x5b, 2, 0x20, x15, " ADD ", x10\n" \
  CLIP ".insn r 0x57, 1, 0x70, x14, x15, x14\n.insn r 0x2b, 5, 0, x28, x9, x14\n"
#define DEEPLOY_WORDS ".insn s 0x2b, 2, x14, 4(x9)\n.insn s 0x2b, 2, x15, 4(x9)\n"
// Weights of a channel at x1, of rows x5 apart: two bytes in each word, with zeros between.
#define DEEPLOY_WEIGHTS(p, q, pq, s, last)                                                                     \
  "lbu x11, 0(x1)\nlbu x12, 1(x1)\nlbu x13, 2(x1)\nadd x1, x1, x5\nlbu x14, 0(x1)\nlbu x15, 1(x1)\nlbu x16, 2(x1)\n" \
  "add x1, x1, x5\nlbu x17, 0(x1)\nlbu x9, 1(x1)\nlbu " last ", 2(x1)\n"                                       \
  DEEPLOY_PACK(p, "x14", "x11") DEEPLOY_PACK(q, "x15", "x12") DEEPLOY_PACK(s, "x16", "x13") DEEPLOY_PACK(pq, "x9", "x17")
#define DEEPLOY_INSIDE(w, mask) "and " w ", " w ", " mask "\n"
#define DEEPLOY_ODD(w) "slli " w ", " w ", 8\n"
// Everything of a pair of channels.
#define DEEPLOY_PAIR                                                                                           \
  "lw x1, 28(x10)\nlw x5, 32(x10)\nlw x6, 36(x10)\nadd x6, x6, x1\n"                                           \
  DEEPLOY_WEIGHTS("x18", "x20", "x22", "x24", "x26") "mv x1, x6\n" DEEPLOY_WEIGHTS("x19", "x21", "x23", "x25", "x27") \
  DEEPLOY_ODD("x19") DEEPLOY_ODD("x21") DEEPLOY_ODD("x23") DEEPLOY_ODD("x25") DEEPLOY_ODD("x27")               \
  ".if %[bytes]\nlw x11, 40(x10)\nlw x12, 44(x10)\nlw x29, 4(x11)\nlw x30, 8(x11)\nadd x12, x12, x11\n"        \
  ".if %[one]\nlw x31, 24(sp)\n.else\nlw x31, 4(x12)\nlw x1, 8(x12)\n.endif\n.if %[clamps]\nlw x13, 12(x11)\nlw x14, 12(x12)\nsw x13, 8(sp)\nsw x14, 12(sp)\n.endif\n.endif\n"
#define DEEPLOY_SEGMENT                                                                                        \
  "lw x11, 48(sp)\nlw x12, 60(x10)\nlw x10, 48(x10)\nlw x14, 0(x11)\nlw x5, 8(x11)\nlw x9, 12(x11)\nlw x6, 16(x11)\n" \
  "lw x7, 20(x11)\nlw x8, 24(x11)\nlw x13, 28(x11)\nlw x11, 32(x11)\n.if %[one]\nmv x1, x14\n.else\nsw x14, 44(sp)\n.endif\nadd x5, x5, x12\nadd x9, x9, x12\n" \
  DEEPLOY_INSIDE("x18", "x13") DEEPLOY_INSIDE("x19", "x13") DEEPLOY_INSIDE("x20", "x13") DEEPLOY_INSIDE("x21", "x13") \
  DEEPLOY_INSIDE("x24", "x13") DEEPLOY_INSIDE("x25", "x13") DEEPLOY_INSIDE("x22", "x11") DEEPLOY_INSIDE("x23", "x11") \
  DEEPLOY_INSIDE("x26", "x11") DEEPLOY_INSIDE("x27", "x11")
#define DEEPLOY_KEEP(from, to) "lw x11, " #from "(x10)\nsw x11, " #to "(sp)\n"
#define DEEPLOY_PAIR_ROWS(DOT, COUNT, RESULTS, instructions)                                                       \
  __asm__ volatile(                                                                                            \
      "addi sp, sp, -64\nsw x8, 0(sp)\nsw x10, 4(sp)\nlw x28, 20(x10)\n"                                        \
      DEEPLOY_KEEP(0, 24) DEEPLOY_KEEP(4, 28) DEEPLOY_KEEP(8, 32) DEEPLOY_KEEP(12, 36) DEEPLOY_KEEP(16, 40)    \
      ".if %[any]\n" DEEPLOY_KEEP(52, 16) DEEPLOY_KEEP(56, 20) ".endif\n"                                      \
      "0:\naddi x11, x10, 64\nsw x11, 48(sp)\n"                                                                \
      "1:\n" DEEPLOY_PAIR "2:\n" DEEPLOY_SEGMENT                                                               \
      "3:\nlw x14, 28(sp)\n.if %[one] == 0\nlw x15, 24(sp)\n.endif\nli x16, 0\nli x17, 0\nbeqz x14, 7f\n"          \
      "4:\n.balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, " COUNT ", 2 * (19 + " instructions ")\n" \
      DEEPLOY_P_AND_Q(DOT) DEEPLOY_S(DOT) RESULTS ".option pop\n"                                              \
      "lw x11, 32(sp)\nlw x12, 36(sp)\nlw x13, 40(sp)\nbnez x11, 8f\n"                                         \
      "5:\nadd x5, x5, x12\nadd x9, x9, x13\n.if %[one]\naddi x1, x1, -1\nbnez x1, 3b\n.else\n"                \
      "lw x14, 44(sp)\naddi x14, x14, -1\nsw x14, 44(sp)\nbnez x14, 3b\n.endif\n"                           \
      "lw x11, 48(sp)\nlw x10, 4(sp)\nlw x12, 36(x11)\nlw x13, 40(x11)\naddi x11, x11, 36\nsw x11, 48(sp)\n"   \
      "beqz x12, 6f\nbeqz x13, 2b\nj 1b\n"                                                                     \
      "6:\nlw x11, 24(x10)\nlw x12, 28(x10)\nlw x13, 36(x10)\nlw x14, 40(x10)\nlw x15, 44(x10)\nlw x16, 60(x10)\n" \
      "slli x13, x13, 1\nslli x15, x15, 1\nadd x12, x12, x13\nadd x14, x14, x15\naddi x16, x16, 2\naddi x11, x11, -1\n" \
      "sw x12, 28(x10)\nsw x14, 40(x10)\nsw x16, 60(x10)\nsw x11, 24(x10)\nbnez x11, 0b\nj 9f\n"               \
      "7:\n" DEEPLOY_TAP("x11", "x6") DEEPLOY_TAP("x12", "x7") DEEPLOY_TAP("x17", "x8") DEEPLOY_PACK("x16", "x12", "x11") "j 4b\n" \
      "8:\n" DEEPLOY_P_AND_Q(DOT) DEEPLOY_NO_S(DOT) RESULTS "lw x12, 36(sp)\nlw x13, 40(sp)\nj 5b\n"           \
      "9:\nlw x8, 0(sp)\naddi sp, sp, 64\n"                                                                    \
      : "+r"(at)                                                                                               \
      : [dot] "i"(dot_code<S>), [first] "i"(dot_code<S> - 0x10), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)), \
        [bytes] "i"(to != result_store::words), [clamps] "i"(to != result_store::words && !is_small(to)),      \
        [any] "i"(to == result_store::any), [one] "i"(one_scale)                                                                   \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")
#define DEEPLOY_BY_RESULT(DOT, COUNT, MUL, ADD)                                                                \
  if constexpr (to == result_store::words) DEEPLOY_PAIR_ROWS(DOT, COUNT, DEEPLOY_WORDS, "2");                  \
  else if constexpr (to == result_store::any)                                                                  \
    DEEPLOY_PAIR_ROWS(DOT, COUNT, DEEPLOY_BYTES(DEEPLOY_CLAMP, DEEPLOY_CLIP_ANY, MUL, ADD), "16");             \
  else if constexpr (is_small(to))                                                                             \
    DEEPLOY_PAIR_ROWS(DOT, COUNT, DEEPLOY_BYTES("", DEEPLOY_CLIP_FULL, MUL, ADD), "8");                        \
  else                                                                                                         \
    DEEPLOY_PAIR_ROWS(DOT, COUNT, DEEPLOY_BYTES(DEEPLOY_CLAMP, DEEPLOY_CLIP_FULL, MUL, ADD), "12")
#define DEEPLOY_BY_SCALES(DOT)                                                                                 \
  if constexpr (one_scale) {                                                                                   \
    DEEPLOY_BY_RESULT(DOT, "x31", "x29", "x30");                                                               \
  } else {                                                                                                     \
    DEEPLOY_BY_RESULT(DOT, "x15", "x31", "x1");                                                                \
  }

/// Runs all pairs: bytes side by side, or the accumulators of both channels one after the other as words.
///
/// @tparam one_scale  all channels have the same record
template <signs S, result_store to, bool one_scale>
[[gnu::noinline]] inline void run(pair_rows& p) {
  static_assert(sizeof(pair_rows) == 64 + 36 * (pair_rows::most_segments + 1));
  static_assert(to != result_store::words || !one_scale);
  register pair_rows* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    DEEPLOY_BY_SCALES(DEEPLOY_BA)
  } else {
    DEEPLOY_BY_SCALES(DEEPLOY_AB)
  }
}
#undef DEEPLOY_AB
#undef DEEPLOY_BA
#undef DEEPLOY_BOTH
#undef DEEPLOY_BYTES
#undef DEEPLOY_BY_RESULT
#undef DEEPLOY_BY_SCALES
#undef DEEPLOY_CLAMP
#undef DEEPLOY_CLIP_ANY
#undef DEEPLOY_CLIP_FULL
#undef DEEPLOY_INSIDE
#undef DEEPLOY_KEEP
#undef DEEPLOY_NO_S
#undef DEEPLOY_ODD
#undef DEEPLOY_PACK
#undef DEEPLOY_PAIR
#undef DEEPLOY_PAIR_ROWS
#undef DEEPLOY_P_AND_Q
#undef DEEPLOY_S
#undef DEEPLOY_SEGMENT
#undef DEEPLOY_TAP
#undef DEEPLOY_WEIGHTS
#undef DEEPLOY_WORDS
#else
template <signs S, result_store to, bool one_scale>
inline void run(pair_rows& p) {
  for (; p.pairs > 0; --p.pairs, p.done += 2, p.weights += 2 * p.weights_channel,
                      p.record = reinterpret_cast<column_record const*>(reinterpret_cast<u8 const*>(p.record) + 2 * p.record_channel))
    for (pair_segment const* g = p.segment; g->rows != 0; ++g) {
      u32 weights[2][3] = {};  // of a channel's columns
      for (int c = 0; c < 2; ++c)
        for (int tap = 0; tap < 9; ++tap) {
          u32 const inside[] = {g->mask_ab & 1, g->mask_ab >> 16 & 1, g->mask_c & 1};
          weights[c][tap % 3] |= inside[tap / 3] * p.weights[c * p.weights_channel + tap / 3 * p.weights_row + tap % 3] << (8 * (tap / 3));
        }
      u8 const* x = g->x + p.done;
      u8* y = g->y + p.done;
      for (i32 row = 0; row < g->rows; ++row, x += p.x_row, y += p.y_row) {
        u32 columns[2][3] = {};
        auto const next = [&](int which) {
          u8 const* const taps[] = {x, x + g->a_step, x + g->a_step + g->b_step};
          for (int c = 0; c < 2; ++c) columns[c][which] = taps[0][c] | u32{taps[1][c]} << 8 | u32{taps[2][c]} << 16;
          x += g->a_step + g->b_step + g->column;
        };
        if (p.left == 0) next(2);
        for (i32 i = 0; i < p.count + (p.right != 0); ++i, y += to == result_store::words ? 8 : p.y_step) {
          for (auto& of : columns) of[0] = of[2], of[2] = 0;
          next(1);
          if (i < p.count) next(2);
          for (int c = 0; c < 2; ++c) {
            i32 sum = 0;
            for (int which = 0; which < 3; ++which) sum = dot_words<S>(sum, columns[c][which], weights[c][which]);
            auto const* const record = reinterpret_cast<column_record const*>(reinterpret_cast<u8 const*>(p.record) + c * p.record_channel);
            put<to>(y + c * (to == result_store::words ? 4 : 1), sum, record->scale, p.shift, p.low, p.high);
          }
        }
      }
    }
}
#endif
}  // namespace deeploy::cluster
