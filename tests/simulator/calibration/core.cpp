// SPDX-License-Identifier: Apache-2.0
// calibration.md, cores: loads, hazards, branches, barriers, the instruction cache.
#include "measure.hpp"

using rt::u32;
L1 u32 data[64];
L1 u32 results[24];
u32 far_data[16];

// Ten of a kind between two looks at the timer; the second round is the one that counts (warm cache).
#define TEN(x) x x x x x x x x x x
#define MEASURE(name, setup, body)                                                                            \
  [[gnu::noinline]] u32 name(u32 base) {                                                                      \
    u32 start, end, t;                                                                                        \
    asm volatile(".option push\n.option norvc\n" setup "lw %0, 0(%3)\n" TEN(body) "lw %1, 0(%3)\n.option pop" \
                 : "=&r"(start), "=&r"(end), "=&r"(t)                                                         \
                 : "r"(0x00200408u), "r"(base)                                                                \
                 : "memory");                                                                                 \
    return measure::since(start, end);                                                                        \
  }
MEASURE(ten_loads, "", "lw %2, 0(%4)\n")
MEASURE(ten_load_uses, "", "lw %2, 0(%4)\nadd %2, %2, %2\n")
MEASURE(ten_branches, "", "beq x0, x0, .+4\n")
MEASURE(ten_not_taken, "", "bne x0, x0, .+4\n")
MEASURE(ten_jumps, "", "j .+4\n")
MEASURE(ten_multiplies, "li %2, 3\n", "mul %2, %2, %2\n")
MEASURE(ten_multiplies_high, "li %2, 3\n", "mulh %2, %2, %2\n")
MEASURE(ten_divides, "li %2, 3\n", "div %2, %4, %4\n")
MEASURE(ten_misaligned, "", "lw %2, 2(%4)\n")

template <class F>
u32 warm(F f, u32 base) {
  f(base);
  return f(base);
}

[[gnu::noinline]] u32 one_barrier() {
  u32 start, end, v;
  asm volatile("lw %0, 0(%3)\n.insn i 0x03, 6, %2, %4, 0\nlw %1, 0(%3)"
               : "=&r"(start), "=&r"(end), "=&r"(v)
               : "r"(0x00200408u), "r"(rt::eu + 0x21C)
               : "memory");
  return measure::since(start, end);
}
[[gnu::noinline]] u32 sixteen_barriers() {
  u32 start, end, v, n = 16;
  asm volatile("lw %0, 0(%4)\n1: .insn i 0x03, 6, %2, %5, 0\naddi %3, %3, -1\nbnez %3, 1b\nlw %1, 0(%4)"
               : "=&r"(start), "=&r"(end), "=&r"(v), "+r"(n)
               : "r"(0x00200408u), "r"(rt::eu + 0x21C)
               : "memory");
  return measure::since(start, end);
}

/// Straight-line code of 64 lines of 16 bytes, with the cache off.
[[gnu::noinline]] u32 lines_without_cache() {
  u32 start, end;
  asm volatile(".option push\n.option norvc\n.balign 16\nlw %0, 0(%2)\n.rept 255\nnop\n.endr\nlw %1, 0(%2)\n.option pop"
               : "=&r"(start), "=&r"(end)
               : "r"(0x00200408u)
               : "memory");
  return measure::since(start, end);
}

extern "C" void cluster_main(u32 core) {
  if (core == 0) {
    rt::start_timer();
    rt::setup_barrier();
  }
  for (int i = 0; i < 200; ++i) asm volatile("nop");
  if (core == 0) measure::calibrate();
  rt::barrier();
  // Arrive together: all have run the same code, and one barrier lines them up.
  rt::barrier();
  u32 const cold = one_barrier();
  one_barrier();
  u32 const single = one_barrier();
  sixteen_barriers();
  u32 const sixteen = sixteen_barriers();
  if (core != 0) return;
  results[0] = cold;
  results[1] = single;
  results[2] = sixteen;
  u32 const l1 = reinterpret_cast<u32>(data), l2 = reinterpret_cast<u32>(far_data);
  results[3] = warm(ten_loads, l1);
  results[4] = warm(ten_loads, l2);
  results[5] = warm(ten_loads, 0x10400000);
  results[6] = warm(ten_loads, 0x10200404);
  results[7] = warm(ten_load_uses, l1);
  results[8] = warm(ten_branches, 0);
  results[9] = warm(ten_not_taken, 0);
  results[10] = warm(ten_jumps, 0);
  results[11] = warm(ten_multiplies, 0);
  results[12] = warm(ten_multiplies_high, 0);
  results[13] = warm(ten_misaligned, l1);
  rt::reg(0x00201400) = 0;
  results[14] = lines_without_cache();
  rt::tell_fabric();
}

int main() {
  rt::start_cluster();
  rt::wait_cluster();
  static char const* const names[] = {"barrier_first",
                                      "barrier_warm",
                                      "barrier_16",
                                      "load_l1_x10",
                                      "load_l2_x10",
                                      "load_weights_x10",
                                      "load_peripheral_x10",
                                      "load_use_x10",
                                      "branch_taken_x10",
                                      "branch_not_taken_x10",
                                      "jump_x10",
                                      "mul_x10",
                                      "mulh_x10",
                                      "load_misaligned_x10",
                                      "cache_off_64_lines"};
  for (u32 i = 0; i < 15; ++i) rt::line(names[i], results[i]);
  return 0;
}
