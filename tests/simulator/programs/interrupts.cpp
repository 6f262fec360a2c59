// SPDX-License-Identifier: Apache-2.0
// Interrupts: the fabric controller's timer, a line raised by a cluster core, and an event that interrupts a waiting
// core.
#include "runtime.hpp"

using rt::u32;
volatile u32 timer_ticks, cluster_lines;
L1 volatile u32 handled, woken;

extern "C" void interrupt_handler(u32 line) {
  if (rt::hart() >> 5 == 31) {
    if (line == 10)
      timer_ticks = timer_ticks + 1;
    else if (line == 3)
      cluster_lines = cluster_lines + 1;
  } else if (line == 2) {
    handled = handled + 1;
  }
}

extern "C" void cluster_main(u32 core) {
  if (core == 1) {
    // Waits for event 5; event 2 is an interrupt that comes first: the wait goes on after the handler.
    rt::reg(rt::eu + 0x14) = 1u << 2;
    rt::reg(rt::eu) = 1u << 5;
    asm volatile("csrsi mstatus, 8");
    rt::elw(rt::eu + 0x3C);
    woken = handled;
    rt::reg(0x1A109810) = 1u << 3;
  } else {
    for (int i = 0; i < 200; ++i) asm volatile("nop");
    rt::send_event(2, 1u << 1);
    for (int i = 0; i < 200; ++i) asm volatile("nop");
    rt::send_event(2, 1u << 1);
    for (int i = 0; i < 200; ++i) asm volatile("nop");
    rt::send_event(5, 1u << 1);
  }
}

int main() {
  rt::reg(0x10200020) = 1;
  handled = 0;
  woken = 0;
  rt::reg(0x1A109804) = 1u << 10 | 1u << 3;
  asm volatile("csrsi mstatus, 8");
  rt::reg(0x1A10B010) = 300;
  rt::reg(0x1A10B000) = 1 | 4 | 16;
  while (timer_ticks < 3) asm volatile("wfi");
  rt::reg(0x1A10B000) = 0;
  rt::start_cluster(2);
  while (cluster_lines == 0) asm volatile("wfi");
  rt::line("handled while waiting", woken);
  return woken == 2 && timer_ticks == 3 ? 0 : 1;
}
