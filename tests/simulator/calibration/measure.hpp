// SPDX-License-Identifier: Apache-2.0
// Measuring with the cluster timer: the cost of looking at it is measured too and taken off.
#pragma once
#include "runtime.hpp"

namespace measure {
using rt::u32;
inline u32 overhead_cycles;
/// The counter, with nothing moved across by the compiler.
[[gnu::always_inline]] inline u32 now() {
  u32 v;
  asm volatile("lw %0, 0(%1)" : "=r"(v) : "r"(0x00200408u) : "memory");
  return v;
}
inline void calibrate() {
  for (int i = 0; i < 3; ++i) {
    u32 const a = now(), b = now();
    overhead_cycles = b - a;
  }
}
inline u32 since(u32 start, u32 end) { return end - start - overhead_cycles; }
}  // namespace measure
