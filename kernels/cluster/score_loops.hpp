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

#if defined(__riscv)
// The straight code around the loops is here too: a core's own instruction cache has 512 bytes, so that what runs once per row
// costs more than an instruction a cycle, and compilers keep what the loops leave no registers for on the stack.
// A loop of `n` instructions of four bytes. Loads stand at least one instruction before their uses.
#define DEEPLOY_HARDWARE_LOOP(n, count) ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, " count ", 2 * (" n ")\n"
#define DEEPLOY_LOOP_END ".option pop\n"
#define DEEPLOY_EACH(f) f("0") f("1") f("2") f("3")
// Fours of keys in one loop, the others in a loop of single ones; either may have nothing to do.
#define DEEPLOY_FOURS "srli t2, %[keys], 2\nbeqz t2, 1f\n"
#define DEEPLOY_OTHERS "1: andi t2, %[keys], 3\nbeqz t2, 2f\n"
#define DEEPLOY_END "2:\n"

/// Words of a table to four copies `bytes_on` apart. @param pairs  of words, at least one
template <int bytes_on>
DEEPLOY_ALWAYS_INLINE void copy(u8 const* from, u8* to, index pairs) {
  u32 low, high;
  asm volatile(DEEPLOY_HARDWARE_LOOP("10", "%[pairs]") ".insn i 0x0b, 2, %[low], %[from], 4\n.insn i 0x0b, 2, %[high], %[from], 4\n"
               "sw %[low], %[on](%[to])\nsw %[low], 2 * %[on](%[to])\nsw %[low], 3 * %[on](%[to])\n"
               ".insn s 0x2b, 2, %[low], 4(%[to])\nsw %[high], %[on](%[to])\nsw %[high], 2 * %[on](%[to])\n"
               "sw %[high], 3 * %[on](%[to])\n.insn s 0x2b, 2, %[high], 4(%[to])\n" DEEPLOY_LOOP_END
               : [from] "+r"(from), [to] "+r"(to), [low] "=&r"(low), [high] "=&r"(high)
               : [pairs] "r"(pairs), [on] "i"(bytes_on));
}
/// A word of each byte of the mask, see mask_entry(). @param n  at least one
DEEPLOY_ALWAYS_INLINE void mask_entries(u8 const* from, index on, u8 const* masks, u8 const* sums, u8* out, index n) {
  u32 m;
  asm volatile(DEEPLOY_HARDWARE_LOOP("4", "%[n]") ".insn r 0x0b, 7, 0x20, %[m], %[from], %[on]\n"
               ".insn r 0x03, 7, 0x20, %[m], %[masks], %[m]\nadd %[m], %[m], %[sums]\n.insn s 0x2b, 2, %[m], 4(%[out])\n" DEEPLOY_LOOP_END
               : [from] "+r"(from), [out] "+r"(out), [m] "=&r"(m)
               : [on] "r"(on), [masks] "r"(masks), [sums] "r"(sums), [n] "r"(n));
}

// Registers: s6 from key to key, s7 to s9 the scale, s10, s11, t0, t1 the query.
#define DEEPLOY_QUERY_1 "lw s10, 0(%[query])\n"
#define DEEPLOY_QUERY_2 DEEPLOY_QUERY_1 "lw s11, 4(%[query])\n"
#define DEEPLOY_QUERY_4 DEEPLOY_QUERY_2 "lw t0, 8(%[query])\nlw t1, 12(%[query])\n"
// A key of one, two or four words; the last step moves `key` to the next one.
#define DEEPLOY_KEY_1(i) ".insn r 0x0b, 7, 0x10, %[k" i "], %[key], s6\n"
#define DEEPLOY_DOT_1(i) ".insn r 0x57, 1, 0x4c, %[k" i "], %[k" i "], s10\n"
#define DEEPLOY_KEY_2(i)                                                              \
  "lw %[m1], 4(%[key])\n.insn r 0x0b, 7, 0x10, %[m0], %[key], s6\n"                  \
  ".insn r 0x57, 1, 0x4c, %[k" i "], %[m1], s11\n.insn r 0x57, 1, 0x5c, %[k" i "], %[m0], s10\n"
#define DEEPLOY_KEY_4(i)                                                              \
  "lw %[m1], 4(%[key])\nlw %[m2], 8(%[key])\nlw %[m3], 12(%[key])\n"                  \
  ".insn r 0x0b, 7, 0x10, %[m0], %[key], s6\n.insn r 0x57, 1, 0x4c, %[k" i "], %[m1], s11\n" \
  ".insn r 0x57, 1, 0x5c, %[k" i "], %[m2], t0\n.insn r 0x57, 1, 0x5c, %[k" i "], %[m3], t1\n" \
  ".insn r 0x57, 1, 0x5c, %[k" i "], %[m0], s10\n"
#define DEEPLOY_MASK(i) ".insn i 0x0b, 2, %[m" i "], %[mask], 4\n"
#define DEEPLOY_NOTHING(i)
#define DEEPLOY_SCALE(i) "mul %[k" i "], %[k" i "], s7\n"
#define DEEPLOY_SHIFT(i) ".insn r 0x5b, 2, 0x20, %[k" i "], s8, s9\n"
#define DEEPLOY_CLIP(i) ".insn r 0x33, %[clip], 0x0a, %[k" i "], %[k" i "], x%[bits]\n"
#define DEEPLOY_FIRST(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[first], %[k" i "]\n"
#define DEEPLOY_SUM(i) ".insn r 0x03, 7, 0x20, %[k" i "], %[m" i "], %[k" i "]\n"
#define DEEPLOY_PACK_K ".insn r 0x57, 1, 0x70, %[k0], %[k1], %[k0]\n.insn r 0x57, 1, 0x6c, %[k0], %[k3], %[k2]\n"
#define DEEPLOY_BEST(of) ".insn r 0x57, 1, 0x1c, %[best], %[best], " of "\n"
#define DEEPLOY_SCORES(n, QUERY, KEY, MASK, DOT, SUM)                                                               \
  asm volatile("lw s6, %[on](%[c])\nlw s7, %[mul](%[c])\nlw s8, %[add](%[c])\nlw s9, %[shift](%[c])\n" QUERY "li %[best], 0\n" DEEPLOY_FOURS     \
               DEEPLOY_HARDWARE_LOOP("4 * (" n ")", "t2") DEEPLOY_EACH(KEY) DEEPLOY_EACH(MASK) DEEPLOY_EACH(DOT)    \
                   DEEPLOY_EACH(DEEPLOY_SCALE) DEEPLOY_EACH(DEEPLOY_SHIFT) DEEPLOY_EACH(DEEPLOY_CLIP)               \
                       DEEPLOY_EACH(DEEPLOY_FIRST) DEEPLOY_EACH(SUM) DEEPLOY_PACK_K DEEPLOY_BEST("%[k0]")           \
               ".insn s 0x2b, 2, %[k0], 4(%[out])\n" DEEPLOY_LOOP_END                                               \
               DEEPLOY_OTHERS DEEPLOY_HARDWARE_LOOP(n " + 1", "t2") KEY("0") MASK("0") DOT("0") DEEPLOY_SCALE("0")  \
                   DEEPLOY_SHIFT("0") DEEPLOY_CLIP("0") DEEPLOY_FIRST("0") SUM("0") DEEPLOY_BEST("%[k0]")           \
               ".insn s 0x2b, 0, %[k0], 1(%[out])\n" DEEPLOY_LOOP_END                                               \
               DEEPLOY_END "srli t2, %[best], 16\n" DEEPLOY_BEST("t2") "srli t2, %[best], 8\n" DEEPLOY_BEST("t2")   \
               ".insn r 0x57, 1, 0x60, %[best], %[best], x0\nsw %[best], 0(%[out])\n"                               \
               : [key] "+r"(key), [mask] "+r"(mask), [out] "+r"(out), [best] "=&r"(best), [k0] "=&r"(k0),           \
                 [k1] "=&r"(k1), [k2] "=&r"(k2), [k3] "=&r"(k3), [m0] "=&r"(m0), [m1] "=&r"(m1), [m2] "=&r"(m2),     \
                 [m3] "=&r"(m3)                                                                                     \
               : [query] "r"(query), [first] "r"(first), [keys] "r"(c.keys), [c] "r"(&c),                           \
                 [on] "i"(__builtin_offsetof(K, key_on)), [mul] "i"(__builtin_offsetof(K, to_score.scale.mul)),     \
                 [add] "i"(__builtin_offsetof(K, to_score.scale.add)), [shift] "i"(__builtin_offsetof(K, to_score.values)),\
                 [clip] "i"(is_signed ? 1 : 2),                                                                     \
                 [bits] "i"(is_signed ? 8 : 9)                                                                      \
               : "s6", "s7", "s8", "s9", "s10", "s11", "t0", "t1", "t2")

/// The softmax's operands of the keys, of `words` words each, and behind them four times the largest of them.
/// @param first  of the table, at score 0
/// @param c      the layer's constants, which are in memory
template <bool with_mask, int words, bool is_signed, class K>
DEEPLOY_ALWAYS_INLINE void operands(u8 const* query, u8 const* key, u8 const* mask, u8* out, u8 const* first, u8 const*, K const& c) {
  u32 k0, k1, k2, k3, m0, m1, m2, m3, best;
  if constexpr (with_mask && words == 1) DEEPLOY_SCORES("9", DEEPLOY_QUERY_1, DEEPLOY_KEY_1, DEEPLOY_MASK, DEEPLOY_DOT_1, DEEPLOY_SUM);
  if constexpr (!with_mask && words == 1) DEEPLOY_SCORES("7", DEEPLOY_QUERY_1, DEEPLOY_KEY_1, DEEPLOY_NOTHING, DEEPLOY_DOT_1, DEEPLOY_NOTHING);
  if constexpr (with_mask && words == 2) DEEPLOY_SCORES("11", DEEPLOY_QUERY_2, DEEPLOY_KEY_2, DEEPLOY_MASK, DEEPLOY_NOTHING, DEEPLOY_SUM);
  if constexpr (!with_mask && words == 2) DEEPLOY_SCORES("9", DEEPLOY_QUERY_2, DEEPLOY_KEY_2, DEEPLOY_NOTHING, DEEPLOY_NOTHING, DEEPLOY_NOTHING);
  if constexpr (with_mask && words == 4) DEEPLOY_SCORES("15", DEEPLOY_QUERY_4, DEEPLOY_KEY_4, DEEPLOY_MASK, DEEPLOY_NOTHING, DEEPLOY_SUM);
  if constexpr (!with_mask && words == 4) DEEPLOY_SCORES("13", DEEPLOY_QUERY_4, DEEPLOY_KEY_4, DEEPLOY_NOTHING, DEEPLOY_NOTHING, DEEPLOY_NOTHING);
}

#define DEEPLOY_OPERAND(i) ".insn i 0x0b, 4, %[x" i "], %[x], 1\n"
#define DEEPLOY_OFFSET(i) "slli %[x" i "], %[x" i "], 2\n"
#define DEEPLOY_EXPONENTIAL(i) ".insn r 0x03, 7, 0x10, %[x" i "], %[table], %[x" i "]\n"
#define DEEPLOY_KEEP_TWO(low, high)                                                                       \
  ".insn r 0x57, 0, 0x68, %[x" low "], %[x" high "], %[x" low "]\n.insn s 0x2b, 2, %[x" low "], 4(%[out])\n"   \
  ".insn r 0x57, 0, 0x50, %[sum], %[x" low "], s6\n"
/// Exponentials of 4 * fours operands as halves, and their sum. @param table  entry 0 is operand 0's, 16 bits at most
DEEPLOY_ALWAYS_INLINE u32 exponentials(u8 const* x, u8* out, u8 const* table, index fours) {
  u32 x0, x1, x2, x3, sum = 0;
  asm volatile(
      "lui s6, 16\naddi s6, s6, 1\n" DEEPLOY_HARDWARE_LOOP("18", "%[fours]") DEEPLOY_EACH(DEEPLOY_OPERAND) DEEPLOY_EACH(DEEPLOY_OFFSET)
          DEEPLOY_EACH(DEEPLOY_EXPONENTIAL) DEEPLOY_KEEP_TWO("0", "1") DEEPLOY_KEEP_TWO("2", "3") DEEPLOY_LOOP_END
      : [x] "+r"(x), [out] "+r"(out), [sum] "+r"(sum), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3)
      : [table] "r"(table), [fours] "r"(fours)
      : "s6");
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
  asm volatile(DEEPLOY_HARDWARE_LOOP("17", "%[fours]") ".insn i 0x0b, 2, %[e0], %[e], 4\n.insn i 0x0b, 2, %[e1], %[e], 4\n"
                   DEEPLOY_TWO("e0", "0", "1") DEEPLOY_TWO("e1", "2", "3") DEEPLOY_EACH(DEEPLOY_PROBABILITY) DEEPLOY_PACK_K
               ".insn s 0x2b, 2, %[k0], 4(%[out])\n" DEEPLOY_LOOP_END
               : [e] "+r"(e), [out] "+r"(out), [k0] "=&r"(k0), [k1] "=&r"(k1), [k2] "=&r"(k2), [k3] "=&r"(k3),
                 [e0] "=&r"(e0), [e1] "=&r"(e1)
               : [r] "r"(r), [turned] "r"(r << 16 | r >> 16), [by] "i"(by), [table] "r"(table), [fours] "r"(fours));
}

#define DEEPLOY_VALUE(i) ".insn r 0x0b, 7, 0x10, %[v" i "], %[value], s6\n"
#define DEEPLOY_COLUMN(i) "lb %[v" i "], " i "(%[value])\n"
#define DEEPLOY_ADD_COLUMN(i) ".insn r 0x33, 0, 0x21, %[s" i "], %[w], %[v" i "]\n"
/// Four columns of values times probabilities; keys by columns become columns by keys in registers.
template <bool is_signed, class K>
DEEPLOY_ALWAYS_INLINE void weighted(u8 const* value, u8 const* p, i32 (&sum)[4], K const& of) {
  u32 v0, v1, v2, v3, w, c;
  i32 s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  asm volatile("lw s6, %[on](%[of])\nli s7, 0x05010400\nli s8, 0x07030602\nli s9, 0x07060302\n" DEEPLOY_FOURS
               DEEPLOY_HARDWARE_LOOP("19", "t2") DEEPLOY_EACH(DEEPLOY_VALUE)
               ".insn i 0x0b, 2, %[w], %[p], 4\n"
               "addi %[c], %[v0], 0\n"
               ".insn r 0x57, 1, 0x64, %[c], %[v1], s7\n"           // c: columns 0 and 1 of keys 0 and 1
               ".insn r 0x57, 1, 0x64, %[v0], %[v1], s8\n"          // v0: columns 2 and 3
               "addi %[v1], %[v2], 0\n"
               ".insn r 0x57, 1, 0x64, %[v1], %[v3], s7\n"          // v1, v2: the same of keys 2 and 3
               ".insn r 0x57, 1, 0x64, %[v2], %[v3], s8\n"
               ".insn r 0x57, 0, 0x68, %[v3], %[v1], %[c]\n"        // column 0
               ".insn r 0x57, 1, %[dot], %[s0], %[w], %[v3]\n"
               ".insn r 0x57, 1, 0x64, %[c], %[v1], s9\n"           // column 1
               ".insn r 0x57, 1, %[dot], %[s1], %[w], %[c]\n"
               ".insn r 0x57, 0, 0x68, %[v3], %[v2], %[v0]\n"       // column 2
               ".insn r 0x57, 1, %[dot], %[s2], %[w], %[v3]\n"
               ".insn r 0x57, 1, 0x64, %[v0], %[v2], s9\n"          // column 3
               ".insn r 0x57, 1, %[dot], %[s3], %[w], %[v0]\n" DEEPLOY_LOOP_END
               DEEPLOY_OTHERS DEEPLOY_HARDWARE_LOOP("10", "t2") ".insn i 0x0b, %[byte], %[w], %[p], 1\n" DEEPLOY_EACH(DEEPLOY_COLUMN)
               "add %[value], %[value], s6\n" DEEPLOY_EACH(DEEPLOY_ADD_COLUMN) DEEPLOY_LOOP_END DEEPLOY_END
               : [value] "+r"(value), [p] "+r"(p), [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3),
                 [v0] "=&r"(v0), [v1] "=&r"(v1), [v2] "=&r"(v2), [v3] "=&r"(v3), [w] "=&r"(w), [c] "=&r"(c)
               : [of] "r"(&of), [on] "i"(__builtin_offsetof(K, value_on)), [dot] "i"(is_signed ? 0x5c : 0x54), [byte] "i"(is_signed ? 0 : 4), [keys] "r"(of.keys)
               : "s6", "s7", "s8", "s9", "t2");
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}
#undef DEEPLOY_HARDWARE_LOOP
#undef DEEPLOY_LOOP_END
#undef DEEPLOY_EACH
#undef DEEPLOY_FOURS
#undef DEEPLOY_OTHERS
#undef DEEPLOY_END
#undef DEEPLOY_QUERY_1
#undef DEEPLOY_QUERY_2
#undef DEEPLOY_QUERY_4
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
#undef DEEPLOY_BEST
#undef DEEPLOY_SCORES
#undef DEEPLOY_OPERAND
#undef DEEPLOY_OFFSET
#undef DEEPLOY_EXPONENTIAL
#undef DEEPLOY_KEEP_TWO
#undef DEEPLOY_PROBABILITY
#undef DEEPLOY_TWO
#undef DEEPLOY_VALUE
#undef DEEPLOY_COLUMN
#undef DEEPLOY_ADD_COLUMN
#else
template <int bytes_on>
void copy(u8 const* from, u8* to, index pairs) {
  for (index n = 2 * pairs; n > 0; --n, to += 4) {
    u32 const word = rows::next_word(from);
    for (int i = 0; i < 4; ++i) xpulp::store_word(to + i * bytes_on, word);
  }
}
inline void mask_entries(u8 const* from, index on, u8 const* masks, u8 const* sums, u8* out, index n) {
  for (; n > 0; --n) rows::put_word(out, mask_entry(sums, masks[rows::next<u8>(from, on)]));
}
template <bool with_mask, int words, bool is_signed, class K>
void operands(u8 const* query, u8 const* key, u8 const* mask, u8* out, u8 const* first, u8 const* sums, K const& c) {
  u32 best = 0;
  for (index n = c.keys; n > 0; --n, key += c.key_on) {
    u8 const *q = query, *k = key;
    i32 s = 0;
    for (int w = 0; w < words; ++w) s = xpulp::sdotsp(s, rows::next_word(k), rows::next_word(q));
    s = xpulp::addnr(s * c.to_score.scale.mul, c.to_score.scale.add, c.to_score.shift());
    u32 x = first[is_signed ? xpulp::clip8(s) : xpulp::clipu8(s)];
    if constexpr (with_mask) x = masked(sums, rows::next_word(mask), x);
    best = xpulp::maxu(best, x);
    rows::put<u8>(out, static_cast<i32>(x), 1);
  }
  rows::put_word(out, best * 0x01010101u);
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
template <bool is_signed, class K>
void weighted(u8 const* value, u8 const* p, i32 (&sum)[4], K const& of) {
  for (i32& s : sum) s = 0;
  for (index n = of.keys; n > 0; --n, value += of.value_on, ++p)
    for (int i = 0; i < 4; ++i)
      sum[i] += static_cast<i8>(value[i]) * (is_signed ? static_cast<i32>(static_cast<i8>(*p)) : static_cast<i32>(*p));
}
#endif
}  // namespace deeploy::cluster::score_loops
