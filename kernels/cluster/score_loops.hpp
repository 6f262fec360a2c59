// SPDX-License-Identifier: Apache-2.0
// The inner loops of the score chain, four keys at a time in hardware loops. Each has its plain twin in
// score_chain.hpp.
#pragma once
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster::score_loops {
#if defined(__riscv)
inline constexpr bool present = true;
#else
inline constexpr bool present = false;
#endif

#if defined(__riscv)
// A loop of `n` instructions of four bytes, `fours` times. Loads stand at least one instruction before their uses.
#define DEEPLOY_HARDWARE_LOOP(n) ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[fours], 2 * " n "\n"
#define DEEPLOY_LOOP_END ".option pop\n"
#define DEEPLOY_EACH(f) f("0") f("1") f("2") f("3")

#define DEEPLOY_KEY(i) ".insn r 0x0b, 7, 0x10, %[k" i "], %[key], %[on]\n"
#define DEEPLOY_MASK(i) ".insn i 0x0b, 4, %[m" i "], %[mask], 1\n"
#define DEEPLOY_NO_MASK(i)
#define DEEPLOY_SCORE(i) ".insn r 0x57, 1, 0x4c, %[k" i "], %[k" i "], %[query]\n"
#define DEEPLOY_SCALE(i) "mul %[k" i "], %[k" i "], %[mul]\n"
#define DEEPLOY_SHIFT(i) ".insn r 0x5b, 2, 0x20, %[k" i "], %[add], %[shift]\n"
#define DEEPLOY_CLIP(i) ".insn r 0x33, 1, 0x0a, %[k" i "], %[k" i "], x8\n"
#define DEEPLOY_FIRST(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[first], %[k" i "]\n"
#define DEEPLOY_ADD_MASK(i) "add %[k" i "], %[k" i "], %[m" i "]\n"
#define DEEPLOY_ADD_CONSTANT(i) "add %[k" i "], %[k" i "], %[m0]\n"
#define DEEPLOY_SUM(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[sum], %[k" i "]\n"
#define DEEPLOY_PACK_K ".insn r 0x57, 1, 0x70, %[k0], %[k1], %[k0]\n.insn r 0x57, 1, 0x6c, %[k0], %[k3], %[k2]\n"
#define DEEPLOY_SCORES(n, MASK, ADD)                                                                              \
  asm volatile(                                                                                                   \
      DEEPLOY_HARDWARE_LOOP(n) DEEPLOY_EACH(DEEPLOY_KEY) DEEPLOY_EACH(MASK) DEEPLOY_EACH(DEEPLOY_SCORE)           \
          DEEPLOY_EACH(DEEPLOY_SCALE) DEEPLOY_EACH(DEEPLOY_SHIFT) DEEPLOY_EACH(DEEPLOY_CLIP)                      \
              DEEPLOY_EACH(DEEPLOY_FIRST) DEEPLOY_EACH(ADD) DEEPLOY_EACH(DEEPLOY_SUM) DEEPLOY_PACK_K              \
      ".insn r 0x57, 1, 0x18, %[best], %[best], %[k0]\n.insn s 0x2b, 2, %[k0], 4(%[out])\n" DEEPLOY_LOOP_END      \
      : [key] "+r"(key), [mask] "+r"(mask), [out] "+r"(out), [best] "+r"(best), [k0] "=&r"(k0), [k1] "=&r"(k1),   \
        [k2] "=&r"(k2), [k3] "=&r"(k3), [m0] "+&r"(m0), [m1] "=&r"(m1), [m2] "=&r"(m2), [m3] "=&r"(m3)            \
      : [on] "r"(on), [query] "r"(query), [mul] "r"(mul), [add] "r"(add), [shift] "r"(shift), [first] "r"(first), \
        [sum] "r"(sum), [fours] "r"(fours))

/// Operands of the softmax for 4 * fours keys of four elements; moves key, mask and out on, raises the bytes of best.
template <bool masked>
inline void scores(u8 const*& key, u8 const*& mask, u8*& out, u32& best, index on, u32 query, i32 mul, i32 add,
                   i32 shift, u8 const* first, u8 const* sum, u32 unmasked, index fours) {
  u32 k0, k1, k2, k3, m0 = unmasked, m1, m2, m3;
  if constexpr (masked)
    DEEPLOY_SCORES("40", DEEPLOY_MASK, DEEPLOY_ADD_MASK);
  else
    DEEPLOY_SCORES("36", DEEPLOY_NO_MASK, DEEPLOY_ADD_CONSTANT);
}

#define DEEPLOY_OPERAND(i) ".insn i 0x0b, 0, %[x" i "], %[x], 1\n"
#define DEEPLOY_OFFSET(i) "slli %[x" i "], %[x" i "], 2\n"
#define DEEPLOY_EXPONENTIAL(i) ".insn r 0x03, 7, 0x10, %[x" i "], %[table], %[x" i "]\n"
#define DEEPLOY_KEEP(i) ".insn s 0x2b, 2, %[x" i "], 4(%[out])\nadd %[sum], %[sum], %[x" i "]\n"
/// Exponentials of 4 * fours operands, and their sum added to `sum`. @param table  entry 0 is operand 0's
inline void exponentials(u8 const*& x, u8*& out, u32& sum, u8 const* table, index fours) {
  u32 x0, x1, x2, x3;
  asm volatile(
      DEEPLOY_HARDWARE_LOOP("20") DEEPLOY_EACH(DEEPLOY_OPERAND) DEEPLOY_EACH(DEEPLOY_OFFSET)
          DEEPLOY_EACH(DEEPLOY_EXPONENTIAL) DEEPLOY_EACH(DEEPLOY_KEEP) DEEPLOY_LOOP_END
      : [x] "+r"(x), [out] "+r"(out), [sum] "+r"(sum), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3)
      : [table] "r"(table), [fours] "r"(fours));
}

#define DEEPLOY_LOAD_E(i) ".insn i 0x0b, 2, %[k" i "], %[e], 4\n"
#define DEEPLOY_QUOTIENT(i) "mulhu %[k" i "], %[k" i "], %[by]\n"
#define DEEPLOY_PROBABILITY(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[table], %[k" i "]\n"
/// table[e * by / 2^32] for 4 * fours exponentials.
inline void probabilities(u8 const*& e, u8*& out, u32 by, u8 const* table, index fours) {
  u32 k0, k1, k2, k3;
  asm volatile(DEEPLOY_HARDWARE_LOOP("15") DEEPLOY_EACH(DEEPLOY_LOAD_E) DEEPLOY_EACH(DEEPLOY_QUOTIENT)
                   DEEPLOY_EACH(DEEPLOY_PROBABILITY) DEEPLOY_PACK_K
               ".insn s 0x2b, 2, %[k0], 4(%[out])\n" DEEPLOY_LOOP_END
               : [e] "+r"(e), [out] "+r"(out), [k0] "=&r"(k0), [k1] "=&r"(k1), [k2] "=&r"(k2), [k3] "=&r"(k3)
               : [by] "r"(by), [table] "r"(table), [fours] "r"(fours));
}

#define DEEPLOY_VALUE(i) ".insn r 0x0b, 7, 0x10, %[v" i "], %[value], %[on]\n"
/// Four columns of values times probabilities, 4 * fours keys; keys by columns become columns by keys in registers.
template <int dot>
inline void weighted(u8 const*& value, u8 const*& p, i32 (&sum)[4], index on, index fours) {
  u32 v0, v1, v2, v3, w, c;
  i32 s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
  asm volatile(DEEPLOY_HARDWARE_LOOP("19") DEEPLOY_EACH(DEEPLOY_VALUE)
               ".insn i 0x0b, 2, %[w], %[p], 4\n"
               "addi %[c], %[v0], 0\n"
               ".insn r 0x57, 1, 0x64, %[c], %[v1], %[bytes]\n"      // c: columns 0 and 1 of keys 0 and 1
               ".insn r 0x57, 1, 0x64, %[v0], %[v1], %[above]\n"     // v0: columns 2 and 3
               "addi %[v1], %[v2], 0\n"
               ".insn r 0x57, 1, 0x64, %[v1], %[v3], %[bytes]\n"     // v1, v2: the same of keys 2 and 3
               ".insn r 0x57, 1, 0x64, %[v2], %[v3], %[above]\n"
               ".insn r 0x57, 0, 0x68, %[v3], %[v1], %[c]\n"         // column 0
               ".insn r 0x57, 1, %[dot], %[s0], %[w], %[v3]\n"
               ".insn r 0x57, 1, 0x64, %[c], %[v1], %[halves]\n"     // column 1
               ".insn r 0x57, 1, %[dot], %[s1], %[w], %[c]\n"
               ".insn r 0x57, 0, 0x68, %[v3], %[v2], %[v0]\n"        // column 2
               ".insn r 0x57, 1, %[dot], %[s2], %[w], %[v3]\n"
               ".insn r 0x57, 1, 0x64, %[v0], %[v2], %[halves]\n"    // column 3
               ".insn r 0x57, 1, %[dot], %[s3], %[w], %[v0]\n" DEEPLOY_LOOP_END
               : [value] "+r"(value), [p] "+r"(p), [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3),
                 [v0] "=&r"(v0), [v1] "=&r"(v1), [v2] "=&r"(v2), [v3] "=&r"(v3), [w] "=&r"(w), [c] "=&r"(c)
               : [on] "r"(on), [bytes] "r"(0x05010400u), [above] "r"(0x07030602u), [halves] "r"(0x07060302u),
                 [dot] "i"(dot), [fours] "r"(fours));
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}
#undef DEEPLOY_HARDWARE_LOOP
#undef DEEPLOY_LOOP_END
#undef DEEPLOY_EACH
#undef DEEPLOY_KEY
#undef DEEPLOY_MASK
#undef DEEPLOY_NO_MASK
#undef DEEPLOY_SCORE
#undef DEEPLOY_SCALE
#undef DEEPLOY_SHIFT
#undef DEEPLOY_CLIP
#undef DEEPLOY_FIRST
#undef DEEPLOY_ADD_MASK
#undef DEEPLOY_ADD_CONSTANT
#undef DEEPLOY_SUM
#undef DEEPLOY_PACK_K
#undef DEEPLOY_SCORES
#undef DEEPLOY_OPERAND
#undef DEEPLOY_OFFSET
#undef DEEPLOY_EXPONENTIAL
#undef DEEPLOY_KEEP
#undef DEEPLOY_LOAD_E
#undef DEEPLOY_QUOTIENT
#undef DEEPLOY_PROBABILITY
#undef DEEPLOY_VALUE
#endif
}  // namespace deeploy::cluster::score_loops
