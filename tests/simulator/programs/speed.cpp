// SPDX-License-Identifier: Apache-2.0
// Eight busy cores for a second or so: siracusa-sim --host-time says how fast the simulation is.
#include "runtime.hpp"

using rt::u32;
L1 alignas(64) signed char a[8][2048];
L1 alignas(64) signed char b[8][2048];
L1 u32 out[8];

extern "C" void cluster_main(u32 core) {
  for (u32 i = 0; i < 2048; ++i) a[core][i] = b[core][i] = static_cast<signed char>(i + core);
  u32 acc = 0;
  for (int turn = 0; turn < 4000; ++turn) {
    u32 *p = reinterpret_cast<u32*>(a[core]), *q = reinterpret_cast<u32*>(b[core]);
    for (u32 i = 0; i < 256; ++i) {
      u32 x, y;
      asm volatile(".insn i 0x0b, 2, %0, %1, 4" : "=&r"(x), "+r"(p) : : "memory");
      asm volatile(".insn i 0x0b, 2, %0, %1, 4" : "=&r"(y), "+r"(q) : : "memory");
      asm volatile(".insn r 0x57, 1, 0x54, %0, %1, %2" : "+r"(acc) : "r"(x), "r"(y));
      acc = (acc ^ i) + 3;
    }
  }
  out[core] = acc;
  rt::barrier();
  if (core == 0) rt::tell_fabric();
}

int main() {
  rt::reg(0x10200020) = 1;
  rt::reg(0x10200C00) = 0xFF;
  rt::reg(0x10200C0C) = 0xFF;
  rt::start_cluster();
  rt::wait_cluster();
  return 0;
}
