// SPDX-License-Identifier: Apache-2.0
// Floating point in the integer registers (Zfinx), as the chip's binaries have it: the ELF attributes choose the form.
// The compiler cannot generate it; the assembler can.
#include "runtime.hpp"

using rt::u32;
constexpr u32 one = 0x3F800000, two = 0x40000000, three = 0x40400000;
#define TWO(op, a, b)                                 \
  ({                                                  \
    u32 r;                                            \
    asm(op " %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); \
    r;                                                \
  })

int main() {
  if (TWO("fadd.s", one, two) != three) return 1;
  if (TWO("fmul.s", three, two) != 0x40C00000) return 2;
  if (TWO("flt.s", one, two) != 1 || TWO("fmax.s", one, three) != three) return 3;
  u32 fused, whole, third;
  asm("fmadd.s %0, %1, %2, %3" : "=r"(fused) : "r"(two), "r"(three), "r"(one));
  asm("fcvt.w.s %0, %1, rtz" : "=r"(whole) : "r"(fused));
  asm("fdiv.s %0, %1, %2" : "=r"(third) : "r"(one), "r"(three));
  if (third != 0x3EAAAAAB) return 4;
  rt::line("2 x 3 + 1", whole);
  return 0;
}
