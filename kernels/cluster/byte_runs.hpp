// SPDX-License-Identifier: Apache-2.0
// Short runs of bytes copied and filled: hardware loops over pairs of words, with their plain twins.
#pragma once
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
#if defined(__riscv)
/// @param pairs  of words, at least 1
DEEPLOY_ALWAYS_INLINE void copy_pairs(u8*& to, u8 const*& from, index pairs) {
  u32 a, b;
  asm volatile(
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[pairs], 2 * 4\n"
      ".insn i 0x0b, 2, %[a], %[from], 4\n.insn i 0x0b, 2, %[b], %[from], 4\n"
      ".insn s 0x2b, 2, %[a], 4(%[to])\n.insn s 0x2b, 2, %[b], 4(%[to])\n.option pop\n"
      : [to] "+r"(to), [from] "+r"(from), [a] "=&r"(a), [b] "=&r"(b)
      : [pairs] "r"(pairs));
}
DEEPLOY_ALWAYS_INLINE void fill_pairs(u8*& to, u32 word, index pairs) {
  asm volatile(
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[pairs], 2 * 2\n"
      ".insn s 0x2b, 2, %[word], 4(%[to])\n.insn s 0x2b, 2, %[word], 4(%[to])\n.option pop\n"
      : [to] "+r"(to)
      : [pairs] "r"(pairs), [word] "r"(word));
}
#else
inline void copy_pairs(u8*& to, u8 const*& from, index pairs) {
  for (index n = 2 * pairs; n > 0; --n) rows::put_word(to, rows::next_word(from));
}
inline void fill_pairs(u8*& to, u32 word, index pairs) {
  for (index n = 2 * pairs; n > 0; --n) rows::put_word(to, word);
}
#endif

/// Copies n bytes from anywhere to anywhere: the cores split a word that crosses another.
DEEPLOY_ALWAYS_INLINE void put_bytes(u8*& to, u8 const* from, index n) {
  if (n >= 8) copy_pairs(to, from, n >> 3);
  if (n & 4) rows::put_word(to, rows::next_word(from));
  for (n &= 3; n > 0; --n) rows::put<u8>(to, rows::next<u8>(from, 1), 1);
}
DEEPLOY_ALWAYS_INLINE void put_zeros(u8*& to, index n) {
  if (n >= 8) fill_pairs(to, 0, n >> 3);
  if (n & 4) rows::put_word(to, 0);
  for (n &= 3; n > 0; --n) rows::put<u8>(to, 0, 1);
}
/// to = from, of what is larger than a few words: an assignment may become a call of memcpy().
template <class T>
DEEPLOY_ALWAYS_INLINE void copy_object(T& to, T const& from) {
  u8* at = reinterpret_cast<u8*>(&to);
  rows::order_memory();
  put_bytes(at, reinterpret_cast<u8 const*>(&from), sizeof(T));
  rows::order_memory();
}
}  // namespace deeploy::cluster
