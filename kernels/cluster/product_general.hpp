// SPDX-License-Identifier: Apache-2.0
// The dot product of elements of any types, strides and zero points: what no inner block serves.
#pragma once
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// sum + sum over i < n of (x_i - x_zero) * (w_i - w_zero), n >= 0; x_i and w_i lie x_on and w_on bytes apart.
template <class X, class W>
DEEPLOY_ALWAYS_INLINE i32 dot_in_general(i32 sum, u8 const* x, bytes x_on, i32 x_zero, u8 const* w, bytes w_on, i32 w_zero, index n) {
#if defined(__riscv)
  if (n <= 0) return sum;
  constexpr int kinds[] = {0x00, 0x20, 0x08, 0x28, 0x10};  // of loads, by element
  i32 a, b;
  asm volatile(
      ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[n], 2 * 5\n"
      ".insn r 0x0b, 7, %[x_kind], %[a], %[x], %[x_on]\n.insn r 0x0b, 7, %[w_kind], %[b], %[w], %[w_on]\n"
      "sub %[a], %[a], %[x_zero]\nsub %[b], %[b], %[w_zero]\n.insn r 0x33, 0, 0x21, %[sum], %[a], %[b]\n.option pop\n"
      : [sum] "+r"(sum), [x] "+r"(x), [w] "+r"(w), [a] "=&r"(a), [b] "=&r"(b)
      : [n] "r"(n), [x_on] "r"(x_on), [w_on] "r"(w_on), [x_zero] "r"(x_zero),
        [w_zero] "r"(w_zero), [x_kind] "i"(kinds[static_cast<int>(element_of<X>)]), [w_kind] "i"(kinds[static_cast<int>(element_of<W>)])
      : "memory");
#else
  for (; n > 0; --n) sum = xpulp::mac(sum, rows::next<X>(x, x_on) - x_zero, rows::next<W>(w, w_on) - w_zero);
#endif
  return sum;
}
}  // namespace deeploy::cluster
