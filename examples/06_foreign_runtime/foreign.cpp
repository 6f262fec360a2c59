// SPDX-License-Identifier: Apache-2.0
#include "foreign.hpp"

#include <siracusa/board.hpp>

extern "C" void _start();

namespace {
unsigned volatile& word(unsigned address) { return *reinterpret_cast<unsigned volatile*>(address); }
constexpr unsigned cluster = 0x1020'0000, icache = 0x1020'1400, event_unit = 0x0020'4000, from_outside = 0x1020'0800;
constexpr unsigned interrupts = 0x1A10'9800, end_of_test = 0x1A10'40A0, done_line = 3, barrier_event = 16;
constexpr unsigned barrier_at(unsigned number) { return event_unit + 0x200 + 0x20 * number; }

/// A sleeping load (p.elw).
unsigned sleeping_load(unsigned address) {
  unsigned value;
  asm volatile(".insn i 0x03, 6, %0, %1, 0" : "=r"(value) : "r"(address) : "memory");
  return value;
}

namespace needed = deeploy::board::siracusa_reserved;
constexpr unsigned first_stack = needed::control_stack_bytes, other_stack = needed::kernel_stack_bytes;
[[gnu::section(".l1_stacks")]] alignas(16) unsigned char stacks[first_stack + (foreign::cores - 1) * other_stack];
[[gnu::section(".l1_stacks")]] foreign::job volatile job_now;
[[gnu::section(".l1_stacks")]] void* volatile job_argument;
[[gnu::section(".l1_stacks")]] unsigned volatile ready, job_done;
}  // namespace

namespace foreign {
[[gnu::section(".l1_stacks")]] unsigned volatile alarms[cores];

void meet() { sleeping_load(barrier_at(own_barrier) + 0x1C); }

void start_team() {
  word(cluster + 0x20) = 1;
  ready = 0;
  word(icache) = 0xFFFF'FFFF;
  for (unsigned core = 0; core < cores; ++core) word(cluster + 0x40 + 4 * core) = reinterpret_cast<unsigned>(&_start);
  word(cluster + 0x18) = 1u << 11 | 1u << 8 | 8;  // clock and priority of the NPU
  word(interrupts + 0x4) = 1u << done_line;
  word(cluster + 0x8) = (1u << cores) - 1;
  while (ready == 0) {
  }
}

void begin(job what, void* argument) {
  job_now = what;
  job_argument = argument;
  job_done = 0;
  word(from_outside + 0x600 + 4 * job_event) = (1u << cores) - 1;
}

void end() {
  // Interrupts are never taken here: the line only wakes.
  while (job_done == 0) asm volatile("wfi" ::: "memory");
  word(interrupts + 0x14) = 1u << done_line;
}

void raise_alarm() { word(from_outside + 0x600 + 4 * alarm_event) = (1u << cores) - 1; }
}  // namespace foreign

extern "C" {
extern unsigned char* const foreign_stack_tops[foreign::cores];
#define TOP(core) stacks + first_stack + core * other_stack
unsigned char* const foreign_stack_tops[foreign::cores] = {TOP(0), TOP(1), TOP(2), TOP(3), TOP(4), TOP(5), TOP(6), TOP(7)};

[[noreturn]] void foreign_exit(unsigned status) {
  word(end_of_test) = 1u << 31 | status;
  for (;;) asm volatile("wfi");
}

[[noreturn]] void foreign_team_core(unsigned core) {
  using namespace foreign;
  alarms[core] = 0;
  if (core == 0) {
    constexpr unsigned barriers[] = {0, own_barrier};
    for (unsigned const number : barriers) {
      word(barrier_at(number)) = (1u << cores) - 1;
      word(barrier_at(number) + 0xC) = (1u << cores) - 1;
    }
    ready = 1;
  }
  // Jobs and alarms wake, and barriers do.
  word(event_unit) = 1u << job_event | 1u << alarm_event | 1u << barrier_event;
  for (;;) {
    unsigned const events = sleeping_load(event_unit + 0x3C);
    if (events >> alarm_event & 1) alarms[core] = alarms[core] + 1;
    if (!(events >> job_event & 1)) continue;
    job_now(core, job_argument);
    word(event_unit + 0x4) = 1u << alarm_event;  // while cores meet, the alarm must not wake them
    meet();
    word(event_unit + 0x8) = 1u << alarm_event;
    if (core == 0) {
      job_done = 1;
      word(interrupts + 0x10) = 1u << done_line;
    }
  }
}
}
