// SPDX-License-Identifier: Apache-2.0
// Hardware loops, control registers and counters, timers, test-and-set, HyperRAM, the write FIFO: whatever no vector
// can show.
#include "runtime.hpp"

using rt::u32;
L1 u32 failed;
L1 volatile u32 lock_word;
u32 buffer[256], copy[256];

void expect(bool good, u32 number) {
  if (!good && failed == 0) failed = number;
}
#define CSR(number)                              \
  ({                                             \
    u32 v;                                       \
    asm volatile("csrr %0, " #number : "=r"(v)); \
    v;                                           \
  })
#define NORVC(text) ".option push\n.option norvc\n" text ".option pop\n"

void loops() {
  u32 a = 0, b = 0;
  asm volatile(NORVC(".insn i 0x7b, 5, x0, x4, 10\naddi %0, %0, 1\naddi %0, %0, 2\n") : "+r"(a));
  expect(a != 0, 1);
  // lp.setupi: the end is pc + 2 * uimm5, here the second addi.
  expect(a == 30, 2);
  // Nested: L1 outside with a count from a register, L0 inside.
  a = 0;
  u32 const outer = 5;
  asm volatile(NORVC(".insn i 0x7b, 4, x1, %2, 10\n"  // lp.setup L1, end = +20
                     ".insn i 0x7b, 5, x0, x4, 7\n"   // lp.setupi L0, 7 times, end = +8
                     "addi %0, %0, 1\naddi %1, %1, 1\n"
                     "addi %0, %0, 100\naddi %1, %1, 100\n")
               : "+r"(a), "+r"(b)
               : "r"(outer));
  expect(a == 5 * (7 + 100) && b == a, 3);
  // Start, end and count set one by one; the loop registers can be read.
  a = 0;
  asm volatile(NORVC(".insn i 0x7b, 0, x0, x0, 8\n"  // lp.starti L0, +16
                     ".insn i 0x7b, 1, x0, x0, 8\n"  // lp.endi L0, +16: the second addi, seen from here
                     ".insn i 0x7b, 3, x0, x0, 3\n"  // lp.counti L0, 3
                     "nop\n"
                     "addi %0, %0, 1\naddi %0, %0, 4\n")
               : "+r"(a));
  expect(a == 15, 4);
  a = 0;
  u32 const n = 6;
  asm volatile(NORVC(".insn i 0x7b, 0, x0, x0, 6\n.insn i 0x7b, 1, x0, x0, 6\n.insn i 0x7b, 2, x0, %1, 0\naddi %0, %0, "
                     "1\naddi %0, %0, 4\n")
               : "+r"(a)
               : "r"(n));
  expect(a == 30, 5);
  // A count of 1 runs once.
  a = 0;
  asm volatile(NORVC(".insn i 0x7b, 5, x0, x4, 1\naddi %0, %0, 1\naddi %0, %0, 2\n") : "+r"(a));
  expect(a == 3, 6);
}

void counters() {
  asm volatile("csrw 0xCC1, %0\ncsrw 0xCC0, %1\ncsrw 0x79F, x0" : : "r"(0), "r"(-1));
  u32 x = 1;
  asm volatile(NORVC("csrw 0xCC1, %1\nlw %0, 0(%2)\nadd %0, %0, %0\nsw %0, 0(%2)\nbeq x0, x0, .+4\nbne x0, x0, .+4\nj "
                     ".+4\ncsrw 0xCC1, x0\n")
               : "+r"(x)
               : "r"(1), "r"(&lock_word)
               : "memory");
  expect(CSR(0x781) == 7, 10);                     // instructions between the two writes, the second included
  expect(CSR(0x782) == 1, 11);                     // load-use stalls
  expect(CSR(0x785) == 1 && CSR(0x786) == 1, 12);  // loads, stores
  expect(CSR(0x787) == 1 && CSR(0x788) == 2 && CSR(0x789) == 1, 13);  // jumps, branches, taken
  expect(CSR(0x78A) == 0, 14);                                        // compressed
  u32 const first = CSR(0xB00), second = CSR(0xB00);
  expect(second - first >= 1 && second - first < 60, 15);  // a refill of the instruction cache may lie between
  asm volatile("csrw 0x340, %0" : : "r"(0x12345678));
  expect(CSR(0x340) == 0x12345678, 16);
}

void timers() {
  // Compare match after 100 cycles wakes through event 10.
  rt::reg(0x00200400) = 2;
  rt::reg(0x00200410) = 100;
  rt::reg(rt::eu + 0x28) = ~0u;
  rt::reg(0x00200400) = 1 | 4 | 16;
  rt::wait_event(10);
  u32 const value = rt::reg(0x00200408);
  expect(value < 40, 20);  // it was cleared on the match
  // Prescaled by four.
  rt::reg(0x00200400) = 2;
  rt::reg(0x00200400) = 1 | 64 | 3 << 8;
  u32 const start = rt::reg(0x00200408);
  for (int i = 0; i < 100; ++i) asm volatile("nop\nnop\nnop");
  u32 const passed = rt::reg(0x00200408) - start;
  expect(passed > 140 && passed < 190, 21);
  rt::reg(0x00200400) = 0;
}

extern "C" void cluster_main(u32 core) {
  if (core == 0) {
    failed = 0;
    lock_word = 5;
    loops();
    counters();
    timers();
    volatile u32& test = *reinterpret_cast<volatile u32*>(reinterpret_cast<u32>(&lock_word) | 0x10100000);
    lock_word = 9;
    expect(test == 9 && lock_word == 0xFFFFFFFF, 31);
    rt::tell_fabric();
  }
}

/// L2 to HyperRAM and back; the end is SoC event 19 and 18 on line 26.
bool hyperram() {
  constexpr u32 hyper = 0x1A102280, itc = 0x1A109800;
  for (u32 i = 0; i < 256; ++i) buffer[i] = i * 0x01010101, copy[i] = 0;
  rt::reg(itc + 4) = 1u << 26;
  rt::reg(0x1A102000) = 16;
  rt::publish();
  rt::reg(hyper + 0x18) = 1;
  rt::reg(hyper + 0x1C) = 0x1000;
  rt::reg(hyper + 0x0C) = reinterpret_cast<u32>(buffer);
  rt::reg(hyper + 0x10) = sizeof buffer;
  rt::reg(hyper + 0x14) = 16 | 4;
  while (!(rt::reg(itc + 0x0C) & 1u << 26)) asm volatile("wfi");
  rt::reg(itc + 0x14) = 1u << 26;
  if (rt::reg(itc + 0x24) != 19) return false;
  rt::reg(hyper + 0x18) = 5;
  rt::reg(hyper + 0x00) = reinterpret_cast<u32>(copy);
  rt::reg(hyper + 0x04) = sizeof copy;
  rt::reg(hyper + 0x08) = 16 | 4;
  while (!(rt::reg(itc + 0x0C) & 1u << 26)) asm volatile("wfi");
  rt::reg(itc + 0x14) = 1u << 26;
  if (rt::reg(itc + 0x24) != 18) return false;
  rt::publish();
  for (u32 i = 0; i < 256; ++i)
    if (copy[i] != buffer[i]) return false;
  return true;
}

int main() {
  rt::start_cluster(1);
  rt::wait_cluster();
  if (failed) return static_cast<int>(failed);
  if (!hyperram()) return 40;
  // The write FIFO's window reaches weight memory.
  rt::reg(0x20400010) = 0xCAFE;
  if (rt::reg(0x10400010) != 0xCAFE) return 41;
  // Separate float registers or not, fence.i, and code written at run time is executed as written.
  asm volatile(".word 0x0000100F");  // fence.i
  rt::print("all well\n");
  return 0;
}
