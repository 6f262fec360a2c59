// SPDX-License-Identifier: Apache-2.0
// The inner loops of the score chain, four keys at a time in hardware loops, with their plain twins.
#pragma once
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster::score_loops {
/// Where the table of sums has the entries of one byte of the mask: on the target its address, else its place.
#if defined(__riscv)
inline u32 mask_entry(u8 const* sums, u32 byte) { return reinterpret_cast<u32>(sums + byte); }
DEEPLOY_ALWAYS_INLINE u32 masked(u8 const*, u32 entry, u32 first) {
  return rows::load_u8(reinterpret_cast<void const*>(entry), static_cast<i32>(first));
}
#else
inline u32 mask_entry(u8 const*, u32 byte) { return byte; }
DEEPLOY_ALWAYS_INLINE u32 masked(u8 const* sums, u32 entry, u32 first) { return sums[entry + first]; }
#endif

/// What a row's operands of the softmax are made from.
struct scale_constants {
  i32 mul, add, shift;  ///< ready: rounding and zero point are in `add`
  u8 const* first;      ///< at score 0
};

#if defined(__riscv)
// A loop of `n` instructions of four bytes, `fours` times. Loads stand at least one instruction before their uses.
#define DEEPLOY_HARDWARE_LOOP(n) ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[fours], 2 * (" n ")\n"
#define DEEPLOY_LOOP_END ".option pop\n"
#define DEEPLOY_EACH(f) f("0") f("1") f("2") f("3")

// A key of one, two or four words; the last step moves `key` to the next one.
#define DEEPLOY_KEY_1(i) ".insn r 0x0b, 7, 0x10, %[k" i "], %[key], %[on]\n"
#define DEEPLOY_DOT_1(i) ".insn r 0x57, 1, 0x4c, %[k" i "], %[k" i "], %[q0]\n"
#define DEEPLOY_KEY_2(i)                                                              \
  "lw %[m1], 4(%[key])\n.insn r 0x0b, 7, 0x10, %[m0], %[key], %[on]\n"                \
  ".insn r 0x57, 1, 0x4c, %[k" i "], %[m1], %[q1]\n.insn r 0x57, 1, 0x5c, %[k" i "], %[m0], %[q0]\n"
#define DEEPLOY_KEY_4(i)                                                              \
  "lw %[m1], 4(%[key])\nlw %[m2], 8(%[key])\nlw %[m3], 12(%[key])\n"                  \
  ".insn r 0x0b, 7, 0x10, %[m0], %[key], %[on]\n.insn r 0x57, 1, 0x4c, %[k" i "], %[m1], %[q1]\n" \
  ".insn r 0x57, 1, 0x5c, %[k" i "], %[m2], %[q2]\n.insn r 0x57, 1, 0x5c, %[k" i "], %[m3], %[q3]\n" \
  ".insn r 0x57, 1, 0x5c, %[k" i "], %[m0], %[q0]\n"
#define DEEPLOY_MASK(i) ".insn i 0x0b, 2, %[m" i "], %[mask], 4\n"
#define DEEPLOY_NOTHING(i)
#define DEEPLOY_SCALE(i) "mul %[k" i "], %[k" i "], %[mul]\n"
#define DEEPLOY_SHIFT(i) ".insn r 0x5b, 2, 0x20, %[k" i "], %[add], %[shift]\n"
#define DEEPLOY_CLIP(i) ".insn r 0x33, %[clip], 0x0a, %[k" i "], %[k" i "], x%[bits]\n"
#define DEEPLOY_FIRST(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[first], %[k" i "]\n"
#define DEEPLOY_SUM(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[m" i "], %[k" i "]\n"
#define DEEPLOY_PACK_K ".insn r 0x57, 1, 0x70, %[k0], %[k1], %[k0]\n.insn r 0x57, 1, 0x6c, %[k0], %[k3], %[k2]\n"
#define DEEPLOY_SCORES(n, KEY, MASK, DOT, SUM)                                                                      \
  asm volatile(DEEPLOY_HARDWARE_LOOP(n) DEEPLOY_EACH(KEY) DEEPLOY_EACH(MASK) DEEPLOY_EACH(DOT)                      \
                   DEEPLOY_EACH(DEEPLOY_SCALE) DEEPLOY_EACH(DEEPLOY_SHIFT) DEEPLOY_EACH(DEEPLOY_CLIP)               \
                       DEEPLOY_EACH(DEEPLOY_FIRST) DEEPLOY_EACH(SUM) DEEPLOY_PACK_K                                 \
               ".insn r 0x57, 1, 0x1c, %[best], %[best], %[k0]\n.insn s 0x2b, 2, %[k0], 4(%[out])\n" DEEPLOY_LOOP_END \
               : [key] "+r"(key), [mask] "+r"(mask), [out] "+r"(out), [best] "+r"(best), [k0] "=&r"(k0),            \
                 [k1] "=&r"(k1), [k2] "=&r"(k2), [k3] "=&r"(k3), [m0] "=&r"(m0), [m1] "=&r"(m1), [m2] "=&r"(m2),     \
                 [m3] "=&r"(m3)                                                                                     \
               : [on] "r"(on), [q0] "r"(q[0]), [q1] "r"(q[words > 1 ? 1 : 0]), [q2] "r"(q[words > 2 ? 2 : 0]),      \
                 [q3] "r"(q[words > 2 ? 3 : 0]), [mul] "r"(c.mul), [add] "r"(c.add), [shift] "r"(c.shift),          \
                 [first] "r"(c.first), [clip] "i"(is_signed ? 1 : 2), [bits] "i"(is_signed ? 8 : 9), [fours] "r"(fours))

/// Operands of the softmax for 4 * fours keys of `words` words; moves key, mask and out on, raises the bytes of best.
template <bool with_mask, int words, bool is_signed>
DEEPLOY_ALWAYS_INLINE void scores(u8 const*& key, u8 const*& mask, u8*& out, u32& best, index on, u32 const* q,
                                  scale_constants const& c, u8 const*, index fours) {
  u32 k0, k1, k2, k3, m0, m1, m2, m3;
  if constexpr (with_mask && words == 1) DEEPLOY_SCORES("36", DEEPLOY_KEY_1, DEEPLOY_MASK, DEEPLOY_DOT_1, DEEPLOY_SUM);
  if constexpr (!with_mask && words == 1) DEEPLOY_SCORES("28", DEEPLOY_KEY_1, DEEPLOY_NOTHING, DEEPLOY_DOT_1, DEEPLOY_NOTHING);
  if constexpr (with_mask && words == 2) DEEPLOY_SCORES("44", DEEPLOY_KEY_2, DEEPLOY_MASK, DEEPLOY_NOTHING, DEEPLOY_SUM);
  if constexpr (!with_mask && words == 2) DEEPLOY_SCORES("36", DEEPLOY_KEY_2, DEEPLOY_NOTHING, DEEPLOY_NOTHING, DEEPLOY_NOTHING);
  if constexpr (with_mask && words == 4) DEEPLOY_SCORES("60", DEEPLOY_KEY_4, DEEPLOY_MASK, DEEPLOY_NOTHING, DEEPLOY_SUM);
  if constexpr (!with_mask && words == 4) DEEPLOY_SCORES("52", DEEPLOY_KEY_4, DEEPLOY_NOTHING, DEEPLOY_NOTHING, DEEPLOY_NOTHING);
}

#define DEEPLOY_OPERAND(i) ".insn i 0x0b, 4, %[x" i "], %[x], 1\n"
#define DEEPLOY_OFFSET(i) "slli %[x" i "], %[x" i "], 2\n"
#define DEEPLOY_EXPONENTIAL(i) ".insn r 0x03, 7, 0x10, %[x" i "], %[table], %[x" i "]\n"
#define DEEPLOY_KEEP_TWO(low, high)                                                                       \
  ".insn r 0x57, 0, 0x68, %[x" low "], %[x" high "], %[x" low "]\n.insn s 0x2b, 2, %[x" low "], 4(%[out])\n"   \
  ".insn r 0x57, 0, 0x50, %[sum], %[x" low "], %[ones]\n"
/// Exponentials of 4 * fours operands as halves, and their sum. @param table  entry 0 is operand 0's, 16 bits at most
DEEPLOY_ALWAYS_INLINE u32 exponentials(u8 const* x, u8* out, u8 const* table, index fours) {
  u32 x0, x1, x2, x3, sum = 0;
  asm volatile(
      DEEPLOY_HARDWARE_LOOP("18") DEEPLOY_EACH(DEEPLOY_OPERAND) DEEPLOY_EACH(DEEPLOY_OFFSET)
          DEEPLOY_EACH(DEEPLOY_EXPONENTIAL) DEEPLOY_KEEP_TWO("0", "1") DEEPLOY_KEEP_TWO("2", "3") DEEPLOY_LOOP_END
      : [x] "+r"(x), [out] "+r"(out), [sum] "+r"(sum), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3)
      : [table] "r"(table), [ones] "r"(0x00010001u), [fours] "r"(fours));
  return sum;
}

// The product of 16 and 32 bits in two steps of one cycle; mulhu takes five. Exponentials lie two to a word: the lower one
// meets the halves of r as they lie, the upper one exchanged.
#define DEEPLOY_PROBABILITY(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[table], %[k" i "]\n"
#define DEEPLOY_TWO(e, low, high)                                                                         \
  ".insn r 0x5b, 0, 16, %[k" low "], %[" e "], %[r]\n.insn r 0x5b, 0, 48, %[k" high "], %[" e "], %[turned]\n" \
  ".insn r 0x5b, 1, %[by], %[k" low "], %[" e "], %[turned]\n.insn r 0x5b, 1, 32 + %[by], %[k" high "], %[" e "], %[r]\n"
/// table[e * r / 2^(16 + by)] for 4 * fours exponentials of 16 bits.
template <int by>
DEEPLOY_ALWAYS_INLINE void probabilities(u8 const* e, u8* out, u32 r, u8 const* table, index fours) {
  u32 k0, k1, k2, k3, e0, e1;
  asm volatile(DEEPLOY_HARDWARE_LOOP("17") ".insn i 0x0b, 2, %[e0], %[e], 4\n.insn i 0x0b, 2, %[e1], %[e], 4\n"
                   DEEPLOY_TWO("e0", "0", "1") DEEPLOY_TWO("e1", "2", "3") DEEPLOY_EACH(DEEPLOY_PROBABILITY) DEEPLOY_PACK_K
               ".insn s 0x2b, 2, %[k0], 4(%[out])\n" DEEPLOY_LOOP_END
               : [e] "+r"(e), [out] "+r"(out), [k0] "=&r"(k0), [k1] "=&r"(k1), [k2] "=&r"(k2), [k3] "=&r"(k3),
                 [e0] "=&r"(e0), [e1] "=&r"(e1)
               : [r] "r"(r), [turned] "r"(r << 16 | r >> 16), [by] "i"(by), [table] "r"(table), [fours] "r"(fours));
}

#define DEEPLOY_VALUE(i) ".insn r 0x0b, 7, 0x10, %[v" i "], %[value], %[on]\n"
/// Four columns of values times probabilities, 4 * fours keys; keys by columns become columns by keys in registers.
template <bool is_signed>
DEEPLOY_ALWAYS_INLINE void weighted(u8 const*& value, u8 const*& p, i32 (&sum)[4], index on, index fours) {
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
                 [dot] "i"(is_signed ? 0x5c : 0x54), [fours] "r"(fours));
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}
#undef DEEPLOY_HARDWARE_LOOP
#undef DEEPLOY_LOOP_END
#undef DEEPLOY_EACH
#undef DEEPLOY_KEY_1
#undef DEEPLOY_DOT_1
#undef DEEPLOY_KEY_2
#undef DEEPLOY_KEY_4
#undef DEEPLOY_MASK
#undef DEEPLOY_NOTHING
#undef DEEPLOY_SCALE
#undef DEEPLOY_SHIFT
#undef DEEPLOY_CLIP
#undef DEEPLOY_FIRST
#undef DEEPLOY_SUM
#undef DEEPLOY_PACK_K
#undef DEEPLOY_SCORES
#undef DEEPLOY_OPERAND
#undef DEEPLOY_OFFSET
#undef DEEPLOY_EXPONENTIAL
#undef DEEPLOY_KEEP_TWO
#undef DEEPLOY_TWO
#undef DEEPLOY_PROBABILITY
#undef DEEPLOY_VALUE
#else
template <bool with_mask, int words, bool is_signed>
void scores(u8 const*& key, u8 const*& mask, u8*& out, u32& best, index on, u32 const* q, scale_constants const& c,
            u8 const* sums, index fours) {
  for (; fours > 0; --fours) {
    u32 x[4];
    for (u32& of : x) {
      u8 const* at = key;
      key += on;
      i32 s = 0;
      for (int w = 0; w < words; ++w) s = xpulp::sdotsp(s, rows::next_word(at), q[w]);
      s = xpulp::addnr(s * c.mul, c.add, c.shift);
      of = c.first[is_signed ? xpulp::clip8(s) : xpulp::clipu8(s)];
      if constexpr (with_mask) of = masked(sums, rows::next_word(mask), of);
    }
    u32 const word = rows::pack(static_cast<i32>(x[0]), static_cast<i32>(x[1]), static_cast<i32>(x[2]), static_cast<i32>(x[3]));
    best = xpulp::maxub(best, word);
    rows::put_word(out, word);
  }
}
inline u32 exponentials(u8 const* x, u8* out, u8 const* table, index fours) {
  u32 sum = 0;
  for (index n = 4 * fours; n > 0; --n) {
    u32 const e = rows::load_word(table, 4 * *x++);
    sum += e;
    rows::put<u16>(out, static_cast<i32>(e), 2);
  }
  return sum;
}
template <int by>
void probabilities(u8 const* e, u8* out, u32 r, u8 const* table, index fours) {
  for (index n = 4 * fours; n > 0; --n) {
    u32 const of = static_cast<u32>(rows::next<u16>(e, 2));
    *out++ = table[((of * (r & 0xFFFFu) >> 16) + of * (r >> 16)) >> by];
  }
}
template <bool is_signed>
void weighted(u8 const*& value, u8 const*& p, i32 (&sum)[4], index on, index fours) {
  for (index n = 4 * fours; n > 0; --n, value += on, ++p)
    for (int i = 0; i < 4; ++i)
      sum[i] += static_cast<i8>(value[i]) * (is_signed ? static_cast<i32>(static_cast<i8>(*p)) : static_cast<i32>(*p));
}
#endif
}  // namespace deeploy::cluster::score_loops
