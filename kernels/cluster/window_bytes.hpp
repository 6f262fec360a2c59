// SPDX-License-Identifier: Apache-2.0
// Runs of bytes within L1, copied and cleared in words.
#pragma once
#include <cluster/xpulp.hpp>

namespace deeploy::cluster {
inline u8* copy_bytes(u8* to, u8 const* from, index count) {
#if defined(__riscv)
  if (index pairs = count >> 3; pairs > 0) {
    u32 x, y;
    __asm__ volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[pairs], 8\n"
        ".insn i 0x0b, 2, %[x], %[from], 4\n.insn i 0x0b, 2, %[y], %[from], 4\n"
        ".insn s 0x2b, 2, %[x], 4(%[to])\n.insn s 0x2b, 2, %[y], 4(%[to])\n.option pop\n"
        : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y)
        : [pairs] "r"(pairs)
        : "memory");
    count &= 7;
  }
#endif
  for (; count >= 4; count -= 4, to += 4, from += 4) xpulp::store_word(to, xpulp::load_word(from));
  for (; count > 0; --count) *to++ = *from++;
  return to;
}
inline u8* clear_bytes(u8* to, index count) {
#if defined(__riscv)
  if (index fours = count >> 4; fours > 0) {
    __asm__ volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[fours], 8\n"
        ".rept 4\n.insn s 0x2b, 2, x0, 4(%[to])\n.endr\n.option pop\n"
        : [to] "+r"(to)
        : [fours] "r"(fours)
        : "memory");
    count &= 15;
  }
#endif
  for (; count >= 4; count -= 4, to += 4) xpulp::store_word(to, 0);
  for (; count > 0; --count) *to++ = 0;
  return to;
}
}  // namespace deeploy::cluster
