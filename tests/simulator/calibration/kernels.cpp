// SPDX-License-Identifier: Apache-2.0
// calibration.md, kernels: eight cores at one bank, the dot-product loop, the 4 x 2 matrix product, the same with
// mac&load.
#include "measure.hpp"

using rt::u32;
L1 u32 hammered[16];
L1 alignas(64) signed char weights[8][4 * 256];
L1 alignas(64) signed char pixels[8][2 * 256 + 16];
L1 int outputs[8][8];
L1 u32 results[8][8];

/// One iteration: load, count down, branch.
[[gnu::noinline]] u32 hammer(u32 iterations) {
  u32 start, end, t, n = iterations;
  asm volatile("lw %0, 0(%4)\n1: lw %2, 0(%5)\naddi %3, %3, -1\nbnez %3, 1b\nlw %1, 0(%4)"
               : "=&r"(start), "=&r"(end), "=&r"(t), "+r"(n)
               : "r"(0x00200408u), "r"(hammered)
               : "memory");
  return measure::since(start, end);
}

/// 64 x (two post-increment loads and one sdotusp) in a hardware loop.
[[gnu::noinline]] u32 dot(void const* a, void const* b) {
  u32 start, end, x, y, acc = 0;
  asm volatile(
      ".option push\n.option norvc\nlw %0, 0(%7)\n"
      ".insn i 0x7b, 5, x0, x6, 64\n"
      ".insn i 0x0b, 2, %2, %4, 4\n.insn i 0x0b, 2, %3, %5, 4\n.insn r 0x57, 1, 0x54, %6, %2, %3\n"
      "lw %1, 0(%7)\n.option pop"
      : "=&r"(start), "=&r"(end), "=&r"(x), "=&r"(y), "+r"(a), "+r"(b), "+r"(acc)
      : "r"(0x00200408u)
      : "memory");
  return measure::since(start, end);
}

extern "C" {
// kernels.S: four rows of weights by two columns of pixels, 256 deep: 2048 MAC, with prologue and epilogue.
void matmul(signed char const* w, signed char const* x, int* y);
void matmul_mac_load(signed char const* w, signed char const* x, int* y);
}

/// The second of two rounds; `together`: all cores begin it at once.
template <class F>
u32 timed(F kernel, u32 core, bool together = false) {
  u32 cycles = 0;
  for (int round = 0; round < 2; ++round) {
    if (together) rt::barrier();
    u32 const start = measure::now();
    kernel(weights[core], pixels[core], outputs[core]);
    cycles = measure::since(start, measure::now());
  }
  return cycles;
}

extern "C" void cluster_main(u32 core) {
  if (core == 0) {
    rt::start_timer();
    rt::setup_barrier();
  }
  for (int i = 0; i < 200; ++i) asm volatile("nop");
  if (core == 0) measure::calibrate();
  rt::barrier();
  if (core == 0) {
    dot(weights[0], pixels[0]);
    results[0][0] = dot(weights[0], pixels[0]);
    results[1][0] = timed(matmul, 0);
    results[2][0] = timed(matmul_mac_load, 0);
    hammer(10);
    results[7][0] = hammer(100);
  }
  rt::barrier();
  hammer(10);
  rt::barrier();
  results[3][core] = hammer(100);
  results[4][core] = timed(matmul, core, true);
  results[5][core] = timed(matmul_mac_load, core, true);
  rt::barrier();
  if (core == 0) rt::tell_fabric();
}

u32 mean(u32 const (&of)[8]) {
  u32 sum = 0;
  for (u32 v : of) sum += v;
  return (sum + 4) / 8;
}

int main() {
  rt::start_cluster();
  rt::wait_cluster();
  rt::line("dot_loop_64", results[0][0]);
  rt::line("matmul_1_core", results[1][0]);
  rt::line("mac_load_1_core", results[2][0]);
  rt::line("hammer_1_core_100", results[7][0]);
  rt::line("hammer_8_cores_100", mean(results[3]));
  rt::line("matmul_8_cores", mean(results[4]));
  rt::line("mac_load_8_cores", mean(results[5]));
  return 0;
}
