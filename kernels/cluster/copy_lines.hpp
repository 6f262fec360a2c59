// SPDX-License-Identifier: Apache-2.0
// Lines of bytes, each as long as the others: as the windows of a convolution have them.
#pragma once
#include <cluster/xpulp.hpp>

namespace deeploy::cluster {
/// Copies `lines` >= 1 times n >= 1 single bytes, `to_step` and `from_step` apart; lines begin `to_line` and `from_line` apart.
[[gnu::always_inline]] inline void copy_grid(u8* to, bytes to_step, bytes to_line, u8 const* from, bytes from_step, bytes from_line, index lines,
                                             index n) {
#if defined(__riscv)
  u32 x;
  __asm__ volatile(
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[lines], 2 * 5\n.insn i 0x7b, 4, x0, %[n], 2 * 2\n"
      ".insn r 0x0b, 7, 0x20, %[x], %[from], %[from_step]\n.insn r 0x2b, 4, 0, %[to_step], %[to], %[x]\n"
      "add %[to], %[to], %[to_next]\nadd %[from], %[from], %[from_next]\n.option pop\n"
      : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x)
      : [lines] "r"(lines), [n] "r"(n), [to_step] "r"(to_step), [from_step] "r"(from_step), [to_next] "r"(to_line - n * to_step),
        [from_next] "r"(from_line - n * from_step)
      : "memory");
#else
  for (; lines > 0; --lines, to += to_line, from += from_line)
    for (index i = 0; i < n; ++i) to[i * to_step] = from[i * from_step];
#endif
}

/// Copies `lines` >= 1 runs of one to three bytes.
[[gnu::always_inline]] inline void copy_short_lines(u8* to, bytes to_step, u8 const* from, bytes from_step, index lines, bytes n) {
#if defined(__riscv)
  u32 x, y;
#define DEEPLOY_LINES(instructions, LINE)                                                                                         \
  __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[lines], 2 * " instructions "\n" LINE ".option pop\n" \
                   : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y)                                               \
                   : [lines] "r"(lines), [from_step] "r"(from_step), [to_step] "r"(to_step)                                     \
                   : "memory")
#define DEEPLOY_BYTE ".insn r 0x0b, 7, 0x20, %[x], %[from], %[from_step]\n.insn r 0x2b, 4, 0, %[to_step], %[to], %[x]\n"
#define DEEPLOY_HALF(more_loads, more_stores) \
  more_loads ".insn r 0x0b, 7, 0x28, %[x], %[from], %[from_step]\n" more_stores ".insn r 0x2b, 5, 0, %[to_step], %[to], %[x]\n"
  if (n == 1) {
    DEEPLOY_LINES("2", DEEPLOY_BYTE);
  } else if (n == 2) {
    DEEPLOY_LINES("2", DEEPLOY_HALF("", ""));
  } else {
    DEEPLOY_LINES("4", DEEPLOY_HALF("lbu %[y], 2(%[from])\n", "sb %[y], 2(%[to])\n"));
  }
#undef DEEPLOY_HALF
#undef DEEPLOY_BYTE
#undef DEEPLOY_LINES
#else
  for (; lines > 0; --lines, to += to_step, from += from_step)
    for (bytes i = 0; i < n; ++i) to[i] = from[i];
#endif
}

/// Copies `lines` >= 1 runs of n >= 1 bytes: words, of which the last one takes some bytes again, as few lines are whole words.
[[gnu::always_inline]] inline void copy_lines(u8* to, bytes to_step, u8 const* from, bytes from_step, index lines, bytes n) {
  if (n < 4) return copy_short_lines(to, to_step, from, from_step, lines, n);
  index const words = (n + 3) >> 2;
  [[maybe_unused]] index const pairs = (words - 1) >> 1;
  bytes const last = n - 4;
#if defined(__riscv)
  // Pairs of words, then a word or two by index, and both pointers go to the next line.
#define DEEPLOY_PAIRS                                                                                                  \
  "mv %[source], %[from]\nmv %[target], %[to]\n.insn i 0x7b, 4, x0, %[pairs], 2 * 4\n"                              \
  ".insn i 0x0b, 2, %[x], %[source], 4\n.insn i 0x0b, 2, %[y], %[source], 4\n"                                       \
  ".insn s 0x2b, 2, %[x], 4(%[target])\n.insn s 0x2b, 2, %[y], 4(%[target])\n"
#define DEEPLOY_LOAD(d, at) ".insn r 0x03, 7, 0x10, %[" d "], %[from], %[" at "]\n"
#define DEEPLOY_STORE(d, at) ".insn r 0x23, 6, 0, %[" at "], %[to], %[" d "]\n"
#define DEEPLOY_ONE DEEPLOY_LOAD("x", "last") "add %[from], %[from], %[from_step]\n" DEEPLOY_STORE("x", "last")
#define DEEPLOY_TWO \
  DEEPLOY_LOAD("x", "before") DEEPLOY_LOAD("y", "last") DEEPLOY_STORE("x", "before") DEEPLOY_STORE("y", "last") "add %[from], %[from], %[from_step]\n"
#define DEEPLOY_LINES(instructions, LINE)                                                                              \
  __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[lines], 2 * (" instructions ")\n" LINE \
                   "add %[to], %[to], %[to_step]\n.option pop\n"                                                     \
                   : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y), [source] "=&r"(source), [target] "=&r"(target) \
                   : [lines] "r"(lines), [pairs] "r"(pairs), [before] "r"(last - 4), [last] "r"(last),                 \
                     [from_step] "r"(from_step), [to_step] "r"(to_step)                                                \
                   : "memory")
  u32 x, y;
  u8 const* source;
  u8* target;
  if (words & 1) {
    if (pairs > 0) DEEPLOY_LINES("11", DEEPLOY_PAIRS DEEPLOY_ONE);
    else DEEPLOY_LINES("4", DEEPLOY_ONE);
  } else if (pairs > 0) {
    DEEPLOY_LINES("13", DEEPLOY_PAIRS DEEPLOY_TWO);
  } else {
    // No more than eight bytes: the first word begins with them.
    bytes const before = 0;
    __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[lines], 2 * 6\n" DEEPLOY_TWO
                     "add %[to], %[to], %[to_step]\n.option pop\n"
                     : [to] "+r"(to), [from] "+r"(from), [x] "=&r"(x), [y] "=&r"(y)
                     : [lines] "r"(lines), [before] "r"(before), [last] "r"(last), [from_step] "r"(from_step), [to_step] "r"(to_step)
                     : "memory");
  }
#undef DEEPLOY_LINES
#undef DEEPLOY_LOAD
#undef DEEPLOY_ONE
#undef DEEPLOY_PAIRS
#undef DEEPLOY_STORE
#undef DEEPLOY_TWO
#else
  for (; lines > 0; --lines, to += to_step, from += from_step) {
    for (index i = 0; i < 4 * (words - 1); i += 4) xpulp::store_word(to + i, xpulp::load_word(from + i));
    xpulp::store_word(to + last, xpulp::load_word(from + last));
  }
#endif
}
}  // namespace deeploy::cluster
