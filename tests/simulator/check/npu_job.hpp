// SPDX-License-Identifier: Apache-2.0
// A small 1x1 job of the NPU for programs of the sanitizer's tests: 32 channels in and out, 6 x 6 pixels, 8 bits.
#pragma once
#include "runtime.hpp"

namespace npu {
using rt::u32;
constexpr u32 base = 0x00201000, pixels = 36, channels = 32, bytes = pixels * channels;
constexpr u32 job_register(u32 n) { return base + 0x20 + 4 * n; }

inline void clear() {
  rt::reg(0x00200018) = 0x908;
  rt::reg(base + 0x14) = 0;
  for (int i = 0; i < 30; ++i) asm volatile("nop");
}
inline void acquire() {
  while (static_cast<int>(rt::reg(base + 4)) < 0) {}
}
/// Weights from weight memory at offset 0, no requantisation: low bytes of the sums.
inline void program(void const* input, void* output, u32 ki_groups = 1) {
  u32 const words[24] = {0,
                         reinterpret_cast<u32>(input),
                         reinterpret_cast<u32>(output),
                         0,
                         0,
                         0,
                         channels * ki_groups,
                         channels * ki_groups * 6,
                         0,
                         32,
                         channels,
                         channels * 6,
                         32,
                         32 * ki_groups,
                         0,
                         32u << 16 | 32,
                         6u << 16 | 6,
                         6u << 16 | 6,
                         1u << 16 | ki_groups,
                         1u << 16 | 1,
                         0,
                         0,
                         0,
                         7 | 2u << 5 | 1u << 9 | 1u << 11 | 1u << 15};
  for (u32 n = 0; n < 24; ++n) rt::reg(job_register(n)) = words[n];
}
inline void trigger() {
  rt::publish();
  rt::reg(base) = 0;
}
inline void wait() {
  rt::reg(rt::eu + 8) = 1u << 12;
  while (rt::reg(base + 0x0C) != 0) rt::elw(rt::eu + 0x3C);
  rt::reg(rt::eu + 4) = 1u << 12;
  rt::reg(rt::eu + 0x28) = 1u << 12;
  rt::publish();
}
}  // namespace npu
