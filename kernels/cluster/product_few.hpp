// SPDX-License-Identifier: Apache-2.0
// One row against less than eight: what is left of a core's columns where all cores have as many as each other.
#pragma once
#include <cluster/product_row.hpp>

namespace deeploy::cluster {
#if defined(__riscv)
#define DEEPLOY_LOAD(d, p) ".insn i 0x0b, 2, %[" d "], %[" p "], 4\n"
#define DEEPLOY_DOT(sum, b) ".if %[swapped]\n.insn r 0x57, 1, %[dot], %[" sum "], %[" b "], %[x]\n.else\n.insn r 0x57, 1, %[dot], %[" sum "], %[x], %[" b "]\n.endif\n"
#define DEEPLOY_ML(sum, p, how) ".insn r 0x77, 1, %[macload], " sum ", %[" p "], x" how "\n"
#define DEEPLOY_DOTS(BEFORE, instructions, BODY, AFTER, count_of, ...)                                                    \
  __asm__ volatile(BEFORE ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[words], 2 * " instructions "\n" BODY ".option pop\n" AFTER \
                   : [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z), [a] "+r"(a), __VA_ARGS__                                   \
                   : [words] "r"(count_of), [dot] "i"(dot_code<S>), [swapped] "i"(S == signs::su ? 1 : 0), [macload] "i"(macload_code<S>) \
                   : "memory")
#endif

/// Adds to each sum the dot product of the row at a and one of the rows from b on.
/// @tparam columns  4, 2 or 1
template <signs S, int columns, bool mac_load>
[[gnu::always_inline]] inline void few_dots(i32 (&sum)[columns], u8 const* a, u8 const* b, bytes b_stride, reduction const& along) {
  u8 const* at[columns];
  for (int i = 0; i < columns; ++i) at[i] = b + i * b_stride;
#if defined(__riscv)
  u32 x, y, z;
  // With mac&load the last word loads nothing, and nothing uses a register in the instruction after its load: those that
  // only load name the other A.
  if (mac_load && along.words > 1) {
    if constexpr (columns == 4)
      DEEPLOY_DOTS(DEEPLOY_ML("x0", "a", "8") DEEPLOY_ML("x0", "b0", "16") DEEPLOY_ML("x0", "b1", "18") DEEPLOY_ML("x0", "b2", "20") DEEPLOY_ML("x0", "b3", "22"),
                   "5", DEEPLOY_ML("%[s0]", "b0", "16") DEEPLOY_ML("%[s1]", "b1", "18") DEEPLOY_ML("%[s2]", "b2", "20") DEEPLOY_ML("%[s3]", "a", "14") DEEPLOY_ML("x0", "b3", "23"),
                   DEEPLOY_ML("%[s0]", "a", "0") DEEPLOY_ML("%[s1]", "a", "2") DEEPLOY_ML("%[s2]", "a", "4") DEEPLOY_ML("%[s3]", "a", "6"), along.words - 1,
                   [b0] "+r"(at[0]), [b1] "+r"(at[1]), [b2] "+r"(at[2]), [b3] "+r"(at[3]), [s0] "+r"(sum[0]), [s1] "+r"(sum[1]), [s2] "+r"(sum[2]), [s3] "+r"(sum[3]));
    if constexpr (columns == 2)
      DEEPLOY_DOTS(DEEPLOY_ML("x0", "a", "8") DEEPLOY_ML("x0", "b0", "16") DEEPLOY_ML("x0", "b1", "18"), "3",
                   DEEPLOY_ML("%[s0]", "b0", "16") DEEPLOY_ML("%[s1]", "a", "10") DEEPLOY_ML("x0", "b1", "19"),
                   DEEPLOY_ML("%[s0]", "a", "0") DEEPLOY_ML("%[s1]", "a", "2"), along.words - 1,
                   [b0] "+r"(at[0]), [b1] "+r"(at[1]), [s0] "+r"(sum[0]), [s1] "+r"(sum[1]));
    if constexpr (columns == 1)
      DEEPLOY_DOTS(DEEPLOY_ML("x0", "a", "8") DEEPLOY_ML("x0", "b0", "16"), "2", DEEPLOY_ML("%[s0]", "a", "8") DEEPLOY_ML("x0", "b0", "17"),
                   DEEPLOY_ML("%[s0]", "a", "0"), along.words - 1, [b0] "+r"(at[0]), [s0] "+r"(sum[0]));
  } else {
    if constexpr (columns == 4)
      DEEPLOY_DOTS("", "9", DEEPLOY_LOAD("x", "a") DEEPLOY_LOAD("y", "b0") DEEPLOY_LOAD("z", "b1") DEEPLOY_DOT("s0", "y") DEEPLOY_LOAD("y", "b2")
                   DEEPLOY_DOT("s1", "z") DEEPLOY_LOAD("z", "b3") DEEPLOY_DOT("s2", "y") DEEPLOY_DOT("s3", "z"), "", along.words,
                   [b0] "+r"(at[0]), [b1] "+r"(at[1]), [b2] "+r"(at[2]), [b3] "+r"(at[3]), [s0] "+r"(sum[0]), [s1] "+r"(sum[1]), [s2] "+r"(sum[2]), [s3] "+r"(sum[3]));
    if constexpr (columns == 2)
      DEEPLOY_DOTS("", "5", DEEPLOY_LOAD("x", "a") DEEPLOY_LOAD("y", "b0") DEEPLOY_LOAD("z", "b1") DEEPLOY_DOT("s0", "y") DEEPLOY_DOT("s1", "z"), "", along.words,
                   [b0] "+r"(at[0]), [b1] "+r"(at[1]), [s0] "+r"(sum[0]), [s1] "+r"(sum[1]));
    if constexpr (columns == 1)
      DEEPLOY_DOTS("", "3", DEEPLOY_LOAD("x", "a") DEEPLOY_LOAD("y", "b0") DEEPLOY_DOT("s0", "y"), "", along.words, [b0] "+r"(at[0]), [s0] "+r"(sum[0]));
  }
#else
  for (i32 k = 0; k < along.words; ++k, a += 4)
    for (int i = 0; i < columns; ++i) {
      sum[i] = dot_words<S>(sum[i], xpulp::load_word(a), xpulp::load_word(at[i]));
      at[i] += 4;
    }
#endif
  if (along.tail_mask == 0) return;
  u32 const last = xpulp::load_word(a + along.tail_step) & along.tail_mask;
  for (int i = 0; i < columns; ++i) sum[i] = dot_words<S>(sum[i], last, xpulp::load_word(at[i] + along.tail_step));
}
#if defined(__riscv)
#undef DEEPLOY_DOT
#undef DEEPLOY_DOTS
#undef DEEPLOY_LOAD
#undef DEEPLOY_ML
#endif

/// The next `left` columns, less than eight, behind `before` ones that are done.
/// @param depth  elements along the reduction, at least four
template <signs S, result_store to, bool mac_load>
[[gnu::noinline]] inline void run_few(product_row& p, u8 const* a, index depth, index left, index before) {
  reduction const along(depth);
  auto some = [&]<int columns>(i32 (&&sum)[columns]) {
    few_dots<S, columns, mac_load>(sum, a, p.b, p.b_stride, along);
    for (int i = 0; i < columns; ++i, p.y += p.y_step) put<to>(p.y, sum[i], p.scale, p.shift, p.low, p.high);
    p.b += columns * p.b_stride;
  };
  i32 const s = p.start;
  for (;; left -= 4, before += 4) {
    if (left == 3 && before > 0) ++left, p.b -= p.b_stride, p.y -= p.y_step;  // one again: sooner than two and one
    if (left < 4) break;
    some({s, s, s, s});
  }
  if (left & 2) some({s, s});
  if (left & 1) some({s});
}
}  // namespace deeploy::cluster
