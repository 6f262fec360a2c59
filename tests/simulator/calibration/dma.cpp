// SPDX-License-Identifier: Apache-2.0
// calibration.md, DMA: one transfer, from the push of its last word to the wake-up by event 8.
#include "measure.hpp"

using rt::u32;
L1 u32 inside[4096];
L1 u32 results[16];
u32 outside[4096];

// The last word is pushed when everything else is in registers; then the core sleeps on event 8.
[[gnu::noinline]] u32 push_and_wait(u32 command, void* l1, void const* external, u32 count = 0, u32 stride = 0) {
  u32 const id = rt::dma_allocate();
  rt::reg(rt::eu) = 1u << 8;
  rt::reg(rt::dma) = command;
  rt::reg(rt::dma) = reinterpret_cast<u32>(l1);
  u32 last = reinterpret_cast<u32>(external);
  if (command & rt::dma_2d_external) {
    rt::reg(rt::dma) = last;
    rt::reg(rt::dma) = count;
    last = stride;
  }
  u32 start, end, v;
  asm volatile("lw %0, 0(%3)\n sw %5, 0(%4)\n .insn i 0x03, 6, %2, %6, 0x3C\n lw %1, 0(%3)"
               : "=&r"(start), "=&r"(end), "=&r"(v)
               : "r"(0x00200408u), "r"(rt::dma), "r"(last), "r"(rt::eu)
               : "memory");
  rt::reg(rt::dma + 4) = 1u << id;
  return measure::since(start, end);
}

[[gnu::noinline]] u32 both_directions(u32 bytes) {
  u32 const id = rt::dma_allocate();
  rt::reg(rt::eu) = 1u << 8;
  rt::dma_push(bytes | rt::dma_to_l1 | rt::dma_linear | rt::dma_event, inside, outside);
  u32 const start = measure::now();
  rt::dma_push(bytes | rt::dma_linear | rt::dma_event, inside + 2048, outside + 2048);
  // The first may end before the second is pushed: two events then.
  while (rt::reg(rt::dma + 4) & (1u << id)) rt::elw(rt::eu + 0x3C);
  u32 const end = measure::now();
  rt::reg(rt::eu + 0x28) = 1u << 8;
  rt::reg(rt::dma + 4) = 1u << id;
  return measure::since(start, end);
}

extern "C" void cluster_main(u32) {
  rt::start_timer();
  measure::calibrate();
  u32 const in = rt::dma_to_l1 | rt::dma_linear | rt::dma_event, out = rt::dma_linear | rt::dma_event;
  void* const weights = reinterpret_cast<void*>(0x10400000);
  push_and_wait(64 | in, inside, outside);  // warms the instruction cache
  u32 n = 0;
  constexpr u32 in_bytes[] = {64, 256, 1024, 4096, 8192}, out_bytes[] = {64, 1024, 8192};
  for (u32 bytes : in_bytes) results[n++] = push_and_wait(bytes | in, inside, outside);
  for (u32 bytes : out_bytes) results[n++] = push_and_wait(bytes | out, inside, outside);
  push_and_wait(64 | in | rt::dma_2d_external, inside, outside, 64, 128);
  results[n++] = push_and_wait(1024 | in | rt::dma_2d_external, inside, outside, 64, 128);
  results[n++] = push_and_wait(4096 | out, inside, weights);
  results[n++] = push_and_wait(4096 | in, inside, weights);
  both_directions(64);
  results[n++] = both_directions(4096);
  rt::tell_fabric();
}

int main() {
  rt::start_cluster(1);
  rt::wait_cluster();
  static char const* const names[] = {"dma_in_64",
                                      "dma_in_256",
                                      "dma_in_1024",
                                      "dma_in_4096",
                                      "dma_in_8192",
                                      "dma_out_64",
                                      "dma_out_1024",
                                      "dma_out_8192",
                                      "dma_in_16x64_stride_128",
                                      "dma_to_weights_4096",
                                      "dma_from_weights_4096",
                                      "dma_in_and_out_4096"};
  for (u32 i = 0; i < 12; ++i) rt::line(names[i], results[i]);
  return 0;
}
