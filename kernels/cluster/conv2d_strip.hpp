// SPDX-License-Identifier: Apache-2.0
// The inner loop of 3 x 3 depthwise convolutions: two channels of a strip of columns, row by row downwards.
#pragma once
#include <cluster/product_signs.hpp>

namespace deeploy::cluster {
/// Three rows of two channels at one column: bytes 0 to 2 of a word per channel, the oldest row first.
///
/// A strip keeps such words for all its columns. Taking in one more row shifts every word by a byte, in one
/// instruction.
struct channel_pair {
  u32 of[2] = {};
  static constexpr u32 take_0 = 0x03040201, take_1 = 0x03050201, take_two_0 = 0x03060402, take_two_1 = 0x03070502;
  void take(u32 pair) {
    of[0] = xpulp::shuffle2b(of[0], pair, take_0);
    of[1] = xpulp::shuffle2b(of[1], pair, take_1);
  }
  /// Two rows at once: `pairs` holds both, the older one in the lower half.
  void take_two(u32 pairs) {
    of[0] = xpulp::shuffle2b(of[0], pairs, take_two_0);
    of[1] = xpulp::shuffle2b(of[1], pairs, take_two_1);
  }
};

/// Rows of results that take in their input rows in the same way.
struct strip_rows {
  u8 const* x = nullptr;
  bytes x_column = 0;  ///< to the next column; at stride 2 from the newer row to the older one there
  bytes x_back = 0;    ///< from the last column to the first of the next row
  bytes x_row = 0;     ///< stride 2: from the older row to the newer one
  i32 rows = 0;
};

/// A strip of four columns of results at stride 1, two at stride 2. The loops below read the members by offset.
///
/// With one scale for both channels their results are stored together. Else (`apart`) a row of the first channel comes
/// before that of the second: bytes, or accumulators as words.
struct channel_strip {
  channel_pair state[6];
  u32 weights[3][2];   ///< by column of the window
  u32 take[2];         ///< how a word takes in a row, or two
  strip_rows part[2];  ///< the second one for rows that are padding, or partly so
  u8* y;
  bytes y_column;
  bytes y_back;  ///< from the last result of a row to the first of the next
  prepared_scale scale[2];
  i32 shift;
  bytes y_other;  ///< apart: from the last result of the first channel to the first of the second one
};

#if defined(__riscv)
// x16 on: words of the columns, two channels each; x28 to x31, x1, x5: weights; x8: x; x11 x12: y and its step; x14
// x15: loaded pairs, then results. x6 x7 x9 x13 change between what taking in and what requantising needs.
#define DEEPLOY_L(d, step) ".insn r 0x0b, 7, 0x28, " d ", x8, " step "\n"
#define DEEPLOY_T(c0, c1, d) ".insn r 0x57, 1, 0x64, " c0 ", " d ", x6\n.insn r 0x57, 1, 0x64, " c1 ", " d ", x7\n"
#define DEEPLOY_AB(how, d, a, b) ".insn r 0x57, 1, %[" how "], " d ", " a ", " b "\n"
#define DEEPLOY_BA(how, d, a, b) ".insn r 0x57, 1, %[" how "], " d ", " b ", " a "\n"
#define DEEPLOY_CLAMP(c) ".insn r 0x33, 5, 0x0a, " c ", " c ", x13\n"
#define DEEPLOY_NO_CLAMP(c)
#define DEEPLOY_RESULT(c, CLAMP) \
  CLAMP(c)                       \
  "mul " c ", " c ", x6\n.insn r 0x5b, 2, 0x20, " c ", x7, x9\n.insn r 0x33, %[clip], 0x0a, " c ", " c ", x%[width]\n"
#define DEEPLOY_PIXEL(DOT, a0, a1, b0, b1, c0, c1, CLAMP)                                                              \
  DOT("first", "x14", a0, "x28")                                                                                       \
  DOT("first", "x15", a1, "x29") DOT("dot", "x14", b0, "x30") DOT("dot", "x15", b1, "x31") DOT("dot", "x14", c0, "x1") \
      DOT("dot", "x15", c1, "x5") DEEPLOY_RESULT("x14", CLAMP)                                                         \
          DEEPLOY_RESULT("x15", CLAMP) ".insn r 0x57, 1, 0x70, x15, x15, x14\n"
#define DEEPLOY_PUT(step) ".insn r 0x2b, 5, 0, " step ", x11, x15\n"
#define DEEPLOY_BEFORE(BOUND) "lw x6, 132(x10)\nlw x7, 136(x10)\nlw x9, 156(x10)\n" BOUND
// Taking in a row: all columns, or without the first, the last or both, which then are padding and stay zero.
#define DEEPLOY_TAKE_1_0_6                                                                                     \
  DEEPLOY_L("x14", "x9") DEEPLOY_L("x15", "x9") DEEPLOY_T("x16", "x17", "x14") DEEPLOY_L("x14", "x9")          \
  DEEPLOY_T("x18", "x19", "x15") DEEPLOY_L("x15", "x9") DEEPLOY_T("x20", "x21", "x14") DEEPLOY_L("x14", "x9")  \
  DEEPLOY_T("x22", "x23", "x15") DEEPLOY_L("x15", "x13") DEEPLOY_T("x24", "x25", "x14") DEEPLOY_T("x26", "x27", "x15")
#define DEEPLOY_TAKE_1_1_6                                                                                     \
  DEEPLOY_L("x15", "x9") DEEPLOY_L("x14", "x9") DEEPLOY_T("x18", "x19", "x15") DEEPLOY_L("x15", "x9")          \
  DEEPLOY_T("x20", "x21", "x14") DEEPLOY_L("x14", "x9") DEEPLOY_T("x22", "x23", "x15") DEEPLOY_L("x15", "x13") \
  DEEPLOY_T("x24", "x25", "x14") DEEPLOY_T("x26", "x27", "x15")
#define DEEPLOY_TAKE_1_0_5                                                                                     \
  DEEPLOY_L("x14", "x9") DEEPLOY_L("x15", "x9") DEEPLOY_T("x16", "x17", "x14") DEEPLOY_L("x14", "x9")          \
  DEEPLOY_T("x18", "x19", "x15") DEEPLOY_L("x15", "x9") DEEPLOY_T("x20", "x21", "x14") DEEPLOY_L("x14", "x13") \
  DEEPLOY_T("x22", "x23", "x15") DEEPLOY_T("x24", "x25", "x14")
#define DEEPLOY_TAKE_1_1_5                                                                                     \
  DEEPLOY_L("x15", "x9") DEEPLOY_L("x14", "x9") DEEPLOY_T("x18", "x19", "x15") DEEPLOY_L("x15", "x9")          \
  DEEPLOY_T("x20", "x21", "x14") DEEPLOY_L("x14", "x13") DEEPLOY_T("x22", "x23", "x15") DEEPLOY_T("x24", "x25", "x14")
#define DEEPLOY_TWO(c0, c1, step) \
  DEEPLOY_L("x14", "x9") DEEPLOY_L("x15", step) ".insn r 0x57, 0, 0x68, x14, x15, x14\n" DEEPLOY_T(c0, c1, "x14")
#define DEEPLOY_MIDDLE DEEPLOY_TWO("x18", "x19", "x13") DEEPLOY_TWO("x20", "x21", "x13")
#define DEEPLOY_TAKE_2_0_5 \
  DEEPLOY_TWO("x16", "x17", "x13") DEEPLOY_MIDDLE DEEPLOY_TWO("x22", "x23", "x13") DEEPLOY_TWO("x24", "x25", "x26")
#define DEEPLOY_TAKE_2_1_5 DEEPLOY_MIDDLE DEEPLOY_TWO("x22", "x23", "x13") DEEPLOY_TWO("x24", "x25", "x26")
#define DEEPLOY_TAKE_2_0_4 DEEPLOY_TWO("x16", "x17", "x13") DEEPLOY_MIDDLE DEEPLOY_TWO("x22", "x23", "x26")
#define DEEPLOY_TAKE_2_1_4 DEEPLOY_MIDDLE DEEPLOY_TWO("x22", "x23", "x26")
#define DEEPLOY_ROW_1(DOT, TAKE, CLAMP, BOUND)                                                                 \
  "lw x6, 72(x10)\nlw x7, 76(x10)\nlw x9, 84(x10)\nlw x13, 88(x10)\n" TAKE DEEPLOY_BEFORE(BOUND)               \
  DEEPLOY_PIXEL(DOT, "x16", "x17", "x18", "x19", "x20", "x21", CLAMP) DEEPLOY_PUT("x12")                       \
  DEEPLOY_PIXEL(DOT, "x18", "x19", "x20", "x21", "x22", "x23", CLAMP) DEEPLOY_PUT("x12")                       \
  DEEPLOY_PIXEL(DOT, "x20", "x21", "x22", "x23", "x24", "x25", CLAMP) DEEPLOY_PUT("x12")                       \
  DEEPLOY_PIXEL(DOT, "x22", "x23", "x24", "x25", "x26", "x27", CLAMP) "lw x13, 128(x10)\n" DEEPLOY_PUT("x13")
#define DEEPLOY_ROW_2(DOT, TAKE, CLAMP, BOUND)                                                                 \
  "lw x6, 72(x10)\nlw x7, 76(x10)\nlw x9, 92(x10)\nlw x13, 84(x10)\n" TAKE DEEPLOY_BEFORE(BOUND)               \
  DEEPLOY_PIXEL(DOT, "x16", "x17", "x18", "x19", "x20", "x21", CLAMP) DEEPLOY_PUT("x12")                       \
  DEEPLOY_PIXEL(DOT, "x20", "x21", "x22", "x23", "x24", "x25", CLAMP) DEEPLOY_PUT("x27")
// Apart: rows of one channel, results one by one in x14.
#define DEEPLOY_BYTE(step)                                                                                     \
  DEEPLOY_RESULT("x14", DEEPLOY_CLAMP) ".insn r 0x2b, 4, 0, " step ", x11, x14\n"
#define DEEPLOY_WORD(step) ".insn r 0x2b, 6, 0, " step ", x11, x14\n"
#define DEEPLOY_ONE(DOT, a, b, c, w0, w1, w2, STORE, step)                                                     \
  DOT("first", "x14", a, w0) DOT("dot", "x14", b, w1) DOT("dot", "x14", c, w2) STORE(step)
#define DEEPLOY_FOUR(DOT, a, b, c, d, e, f, w0, w1, w2, STORE, step)                                  \
  DEEPLOY_ONE(DOT, a, b, c, w0, w1, w2, STORE, "x12") DEEPLOY_ONE(DOT, b, c, d, w0, w1, w2, STORE, "x12")      \
  DEEPLOY_ONE(DOT, c, d, e, w0, w1, w2, STORE, "x12") DEEPLOY_ONE(DOT, d, e, f, w0, w1, w2, STORE, step)
#define DEEPLOY_ROW_1_APART(DOT, TAKE, STORE)                                                                  \
  "lw x6, 72(x10)\nlw x7, 76(x10)\nlw x9, 84(x10)\nlw x13, 88(x10)\n" TAKE                                    \
  DEEPLOY_BEFORE("lw x13, 140(x10)\nlw x15, 160(x10)\n")                                                       \
  DEEPLOY_FOUR(DOT, "x16", "x18", "x20", "x22", "x24", "x26", "x28", "x30", "x1", STORE, "x15")             \
  "lw x6, 144(x10)\nlw x7, 148(x10)\nlw x13, 152(x10)\nlw x15, 128(x10)\n"                                     \
  DEEPLOY_FOUR(DOT, "x17", "x19", "x21", "x23", "x25", "x27", "x29", "x31", "x5", STORE, "x15")
#define DEEPLOY_ROW_2_APART(DOT, TAKE, STORE)                                                                  \
  "lw x6, 72(x10)\nlw x7, 76(x10)\nlw x9, 92(x10)\nlw x13, 84(x10)\n" TAKE                                    \
  DEEPLOY_BEFORE("lw x13, 140(x10)\nlw x15, 160(x10)\n")                                                       \
  DEEPLOY_ONE(DOT, "x16", "x18", "x20", "x28", "x30", "x1", STORE, "x12")                                      \
  DEEPLOY_ONE(DOT, "x20", "x22", "x24", "x28", "x30", "x1", STORE, "x15")                                      \
  "lw x6, 144(x10)\nlw x7, 148(x10)\nlw x13, 152(x10)\n"                                                       \
  DEEPLOY_ONE(DOT, "x17", "x19", "x21", "x29", "x31", "x5", STORE, "x12")                                      \
  DEEPLOY_ONE(DOT, "x21", "x23", "x25", "x29", "x31", "x5", STORE, "x27")
#define DEEPLOY_STRIP(EXTRA, AGAIN, ROW, instructions)                                                                \
  __asm__ volatile(                                                                                                   \
      "addi sp, sp, -16\nsw x8, 0(sp)\n"                                                                              \
      "lw x16, 0(x10)\nlw x17, 4(x10)\nlw x18, 8(x10)\nlw x19, 12(x10)\nlw x20, 16(x10)\nlw x21, 20(x10)\n"           \
      "lw x22, 24(x10)\nlw x23, 28(x10)\nlw x24, 32(x10)\nlw x25, 36(x10)\nlw x28, 48(x10)\nlw x29, 52(x10)\n"        \
      "lw x30, 56(x10)\nlw x31, 60(x10)\nlw x1, 64(x10)\nlw x5, 68(x10)\nlw x11, 120(x10)\nlw x12, 124(x10)\n" EXTRA  \
      "1:\nlw x14, 96(x10)\nlw x8, 80(x10)\n" AGAIN                                                                   \
      "beqz x14, 2f\n"                                                                                                \
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, x14, 2 * (" instructions ")\n" ROW                \
      ".option pop\n2:\nlw x14, 116(x10)\nbeqz x14, 3f\nsw x14, 96(x10)\nsw x0, 116(x10)\n"                           \
      "lw x14, 100(x10)\nlw x15, 104(x10)\nsw x14, 80(x10)\nlw x14, 108(x10)\nsw x15, 84(x10)\nlw x15, 112(x10)\n"    \
      "sw x14, 88(x10)\nsw x15, 92(x10)\nj 1b\n"                                                                      \
      "3:\nlw x8, 0(sp)\naddi sp, sp, 16\n"                                                                           \
      : "+r"(at)                                                                                                      \
      :                                                                                                               \
      [dot] "i"(dot_code<S>), [first] "i"(dot_code<S> - 0x10), [clip] "i"(clip_code(to)), [width] "i"(clip_width(to)) \
      : "memory", "x1", "x5", "x6", "x7", "x9", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", \
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31")
#define DEEPLOY_STRIP_1(DOT, TAKE, taken)                                                                   \
  if constexpr (to == result_store::words)                                                                  \
    DEEPLOY_STRIP("lw x26, 40(x10)\nlw x27, 44(x10)\n", "", DEEPLOY_ROW_1_APART(DOT, TAKE, DEEPLOY_WORD),   \
                  "45 + " taken);                                                                           \
  else if constexpr (apart)                                                                                 \
    DEEPLOY_STRIP("lw x26, 40(x10)\nlw x27, 44(x10)\n", "", DEEPLOY_ROW_1_APART(DOT, TAKE, DEEPLOY_BYTE),   \
                  "77 + " taken);                                                                           \
  else if constexpr (is_small(to))                                                                          \
    DEEPLOY_STRIP("lw x26, 40(x10)\nlw x27, 44(x10)\n", "", DEEPLOY_ROW_1(DOT, TAKE, DEEPLOY_NO_CLAMP, ""), \
                  "64 + " taken);                                                                           \
  else                                                                                                      \
    DEEPLOY_STRIP("lw x26, 40(x10)\nlw x27, 44(x10)\n", "",                                                 \
                  DEEPLOY_ROW_1(DOT, TAKE, DEEPLOY_CLAMP, "lw x13, 140(x10)\n"), "73 + " taken)
#define DEEPLOY_STRIP_2(DOT, TAKE, taken)                                                                    \
  if constexpr (to == result_store::words)                                                                   \
    DEEPLOY_STRIP("lw x27, 128(x10)\n", "lw x26, 88(x10)\n", DEEPLOY_ROW_2_APART(DOT, TAKE, DEEPLOY_WORD),   \
                  "28 + " taken);                                                                            \
  else if constexpr (apart)                                                                                  \
    DEEPLOY_STRIP("lw x27, 128(x10)\n", "lw x26, 88(x10)\n", DEEPLOY_ROW_2_APART(DOT, TAKE, DEEPLOY_BYTE),   \
                  "44 + " taken);                                                                            \
  else if constexpr (is_small(to))                                                                           \
    DEEPLOY_STRIP("lw x27, 128(x10)\n", "lw x26, 88(x10)\n", DEEPLOY_ROW_2(DOT, TAKE, DEEPLOY_NO_CLAMP, ""), \
                  "35 + " taken);                                                                            \
  else                                                                                                       \
    DEEPLOY_STRIP("lw x27, 128(x10)\n", "lw x26, 88(x10)\n",                                                 \
                  DEEPLOY_ROW_2(DOT, TAKE, DEEPLOY_CLAMP, "lw x13, 140(x10)\n"), "40 + " taken)
#define DEEPLOY_STRIPS(DOT)                                                                                    \
  if constexpr (stride == 1 && low == 0 && high == 6) { DEEPLOY_STRIP_1(DOT, DEEPLOY_TAKE_1_0_6, "18"); }      \
  if constexpr (stride == 1 && low == 1 && high == 6) { DEEPLOY_STRIP_1(DOT, DEEPLOY_TAKE_1_1_6, "15"); }      \
  if constexpr (stride == 1 && low == 0 && high == 5) { DEEPLOY_STRIP_1(DOT, DEEPLOY_TAKE_1_0_5, "15"); }      \
  if constexpr (stride == 1 && low == 1 && high == 5) { DEEPLOY_STRIP_1(DOT, DEEPLOY_TAKE_1_1_5, "12"); }      \
  if constexpr (stride == 2 && low == 0 && high == 5) { DEEPLOY_STRIP_2(DOT, DEEPLOY_TAKE_2_0_5, "25"); }      \
  if constexpr (stride == 2 && low == 1 && high == 5) { DEEPLOY_STRIP_2(DOT, DEEPLOY_TAKE_2_1_5, "20"); }      \
  if constexpr (stride == 2 && low == 0 && high == 4) { DEEPLOY_STRIP_2(DOT, DEEPLOY_TAKE_2_0_4, "20"); }      \
  if constexpr (stride == 2 && low == 1 && high == 4) { DEEPLOY_STRIP_2(DOT, DEEPLOY_TAKE_2_1_4, "15"); }

/// Runs a strip whose input columns [low, high) are no padding.
template <signs S, result_store to, int stride, int low, int high, bool apart>
[[gnu::noinline]] inline void run(channel_strip& p) {
  static_assert(sizeof(channel_strip) == 164);
  register channel_strip* at __asm__("x10") = &p;
  if constexpr (S == signs::su) {
    DEEPLOY_STRIPS(DEEPLOY_BA)
  } else {
    DEEPLOY_STRIPS(DEEPLOY_AB)
  }
}
#undef DEEPLOY_L
#undef DEEPLOY_T
#undef DEEPLOY_AB
#undef DEEPLOY_BA
#undef DEEPLOY_CLAMP
#undef DEEPLOY_NO_CLAMP
#undef DEEPLOY_RESULT
#undef DEEPLOY_PIXEL
#undef DEEPLOY_PUT
#undef DEEPLOY_BEFORE
#undef DEEPLOY_TAKE_1_0_6
#undef DEEPLOY_TAKE_1_1_6
#undef DEEPLOY_TAKE_1_0_5
#undef DEEPLOY_TAKE_1_1_5
#undef DEEPLOY_TWO
#undef DEEPLOY_MIDDLE
#undef DEEPLOY_TAKE_2_0_5
#undef DEEPLOY_TAKE_2_1_5
#undef DEEPLOY_TAKE_2_0_4
#undef DEEPLOY_TAKE_2_1_4
#undef DEEPLOY_BYTE
#undef DEEPLOY_WORD
#undef DEEPLOY_ONE
#undef DEEPLOY_FOUR
#undef DEEPLOY_ROW_1_APART
#undef DEEPLOY_ROW_2_APART
#undef DEEPLOY_ROW_1
#undef DEEPLOY_ROW_2
#undef DEEPLOY_STRIP
#undef DEEPLOY_STRIP_1
#undef DEEPLOY_STRIP_2
#undef DEEPLOY_STRIPS
#else
template <signs S, result_store to, int stride, int low, int high, bool apart>
inline void run(channel_strip& p) {
  constexpr int outputs = stride == 1 ? 4 : 2;
  for (strip_rows& q : p.part)
    for (; q.rows > 0; --q.rows) {
      for (int i = low; i < high; ++i) {
        bytes const on = i + 1 == high ? q.x_back : q.x_column;
        if (stride == 1) {
          p.state[i].take(xpulp::load_half(q.x));
        } else {
          p.state[i].take_two(xpulp::packh(xpulp::load_half(q.x + q.x_row), xpulp::load_half(q.x)));
          q.x += q.x_row;
        }
        q.x += on;
      }
      auto sum_of = [&](int j, int k) {
        i32 sum = 0;
        for (int s = 0; s < 3; ++s) sum = dot_words<S>(sum, p.state[j * stride + s].of[k], p.weights[s][k]);
        return sum;
      };
      if constexpr (apart) {
        for (int k = 0; k < 2; ++k)
          for (int j = 0; j < outputs; ++j) {
            put<to>(p.y, sum_of(j, k), p.scale[k], p.shift, 0, 0);
            p.y += j + 1 < outputs ? p.y_column : k == 0 ? p.y_other : p.y_back;
          }
        continue;
      }
      for (int j = 0; j < outputs; ++j) {
        u32 pair[2];
        for (int k = 0; k < 2; ++k)
          pair[k] = static_cast<u32>(requantised<to>(sum_of(j, k), p.scale[0], p.shift, 0, 0));
        xpulp::store_half(p.y, xpulp::packlob(pair[1], pair[1], pair[0]));
        p.y += j + 1 == outputs ? p.y_back : p.y_column;
      }
    }
}
#endif
}  // namespace deeploy::cluster
