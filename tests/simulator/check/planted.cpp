// SPDX-License-Identifier: Apache-2.0
// Programs with one bug each: BUG chooses it, DELAY how many turns of a loop lie between its two sides.
#include "npu_job.hpp"

using rt::u32;
constexpr u32 bytes = 4096;
L1 alignas(16) u32 block[bytes / 4];
L1 alignas(16) unsigned char activations[npu::bytes * 8];
L1 alignas(16) unsigned char outputs[npu::bytes];
L1 u32 never_written[16];
L1 u32 word;
L1 u32 sink;
L1 volatile u32 handed_over;
u32 outside[bytes / 4];
[[gnu::section(".noinit")]] u32 l2_never_written[16];

[[gnu::noinline]] void delay() {
  for (int i = 0; i < DELAY; ++i) asm volatile("nop");
}
[[gnu::noinline]] void use(u32 value) { sink = value; }
[[gnu::noinline]] u32 bring() {
  u32 const id = rt::dma_allocate();
  rt::dma_push(bytes | rt::dma_to_l1 | rt::dma_linear | rt::dma_event, block, outside);
  return id;
}
[[gnu::noinline]] u32 take() {
  u32 const id = rt::dma_allocate();
  rt::dma_push(bytes | rt::dma_linear | rt::dma_event, block, outside);
  return id;
}
/// @param command  5: from HyperRAM, 1: to it
[[gnu::noinline]] void start_l3(u32 command) {
  constexpr u32 udma = 0x1A102000, hyper = udma + 0x280;
  u32 const channel = command == 5 ? hyper : hyper + 0x0C;
  rt::reg(udma) = 1 << 4;
  rt::reg(hyper + 0x18) = command;
  rt::reg(hyper + 0x1C) = 0;
  rt::reg(channel) = reinterpret_cast<u32>(outside);
  rt::reg(channel + 4) = bytes;
  rt::reg(channel + 8) = 16 | 4;
}
[[gnu::noinline]] void wait_l3() {
  while ((rt::reg(0x1A102288) | rt::reg(0x1A102294)) & 0x30) {
  }
}
[[gnu::noinline]] void start_npu() {
  npu::clear();
  npu::acquire();
  npu::program(activations, outputs, 8);
  npu::trigger();
}
[[gnu::noinline]] void victim_reads(void* p) { use(*static_cast<volatile unsigned char*>(p)); }
[[gnu::noinline]] void victim_writes(void* p) { *static_cast<volatile unsigned char*>(p) = 1; }
[[gnu::noinline]] u32 recurse(u32 depth) {
  u32 frame[24];
  frame[0] = depth;
  asm volatile("" : : "r"(frame) : "memory");  // the frame is real
  return depth == 0 ? frame[0] : frame[0] + recurse(depth - 1);
}

void bug(u32 core) {
#if BUG == 1  // reads what a transfer in flight will write
  if (core == 0) {
    u32 const id = bring();
    delay();
    victim_reads(block + bytes / 4 - 1);
    rt::dma_wait(id);
  }
#elif BUG == 2   // the same, but the transfer has ended by luck
  if (core == 0) {
    bring();
    for (int i = 0; i < 1200; ++i) asm volatile("nop");
    delay();
    victim_reads(block + 5);
  }
#elif BUG == 3   // writes what a transfer in flight reads
  if (core == 0) {
    u32 const id = take();
    delay();
    victim_writes(block + bytes / 4 - 1);
    rt::dma_wait(id);
  }
#elif BUG == 4   // reads the output of a running job
  if (core == 0) {
    start_npu();
    delay();
    victim_reads(outputs + 7);
    npu::wait();
  }
#elif BUG == 5   // writes the input of a running job
  if (core == 0) {
    start_npu();
    delay();
    victim_writes(activations + 300);
    npu::wait();
  }
#elif BUG == 6   // never written, L1
  if (core == 0) {
    delay();
    victim_reads(never_written + 3);
  }
#elif BUG == 7   // never written, L2
  if (core == 0) {
    delay();
    victim_reads(l2_never_written + 3);
  }
#elif BUG == 8   // one core writes, another reads
  if (core == 2) victim_writes(&word);
  if (core == 5) {
    delay();
    victim_reads(&word);
  }
#elif BUG == 9   // two cores write
  if (core == 1) victim_writes(&word);
  if (core == 6) {
    delay();
    victim_writes(&word);
  }
#elif BUG == 10  // one core reads, another writes
  if (core == 1) victim_reads(&word);
  if (core == 6) {
    delay();
    victim_writes(&word);
  }
#elif BUG == 11  // stack overflow into the stack of the neighbour, or into data
  if (core == 3) {
    delay();
    use(recurse(12));
  }
#elif BUG == 12  // a register of a queued job changes
  if (core == 0) {
    start_npu();
    npu::acquire();
    npu::program(activations, outputs, 8);
    npu::trigger();
    delay();
    rt::reg(npu::base + 0x120 + 4 * 2) = 0x10003000;
    npu::wait();
  }
#elif BUG == 13  // the DMA overwrites the input of a running job
  if (core == 0) {
    start_npu();
    delay();
    u32 const id = rt::dma_allocate();
    rt::dma_push(64 | rt::dma_to_l1 | rt::dma_linear | rt::dma_event, activations, outside);
    rt::dma_wait(id);
    npu::wait();
  }
#elif BUG == 14  // another core uses a buffer that one core's transfer has filled, without a barrier
  if (core == 0) rt::dma_wait(bring());
  if (core == 4) {
    for (int i = 0; i < 2000; ++i) asm volatile("nop");
    delay();
    victim_reads(block + 9);
  }
#elif BUG == 15  // the job's input was written by another core, without a barrier
  if (core == 3) victim_writes(activations + 40);
  if (core == 0) {
    delay();
    for (int i = 0; i < 100; ++i) asm volatile("nop");
    start_npu();
    npu::wait();
  }
#elif BUG == 18  // never written, copied, and then used
  if (core == 6) {
    word = never_written[5];
    delay();
    victim_reads(&word);
  }
#elif BUG == 17  // a volatile flag puts in order what was written before it, not what is written after it
  if (core == 2) {
    handed_over = 1;
    delay();
    victim_writes(&word);
  }
  if (core == 5) {
    while (handed_over == 0) {}
    delay();
    delay();
    for (int i = 0; i < 100; ++i) asm volatile("nop");
    victim_reads(&word);
  }
#elif BUG == 19  // reads what a transfer from HyperRAM in flight will write
  if (core == 0) {
    start_l3(5);
    delay();
    victim_reads(outside + bytes / 4 - 1);
    wait_l3();
  }
#elif BUG == 20  // writes what a transfer to HyperRAM in flight reads
  if (core == 0) {
    start_l3(1);
    delay();
    victim_writes(outside + bytes / 4 - 1);
    wait_l3();
  }
#elif BUG == 21  // one core has waited for HyperRAM, another uses the bytes without a barrier
  if (core == 0) {
    start_l3(5);
    wait_l3();
  }
  if (core == 4) {
    for (int i = 0; i < 12000; ++i) asm volatile("nop");
    delay();
    victim_reads(outside + 3);
  }
#elif BUG == 16  // stack overflow into data: the lowest stack
  if (core == 0) {
    delay();
    use(recurse(14));
  }
#endif
}

extern "C" void cluster_main(u32 core) {
  if (core == 0) {
    for (u32 i = 0; i < sizeof activations; ++i) activations[i] = 1;
    for (u32 i = 0; i < bytes / 4; ++i) block[i] = i;
    word = 0;
    handed_over = 0;
  }
  rt::barrier();
  bug(core);
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
