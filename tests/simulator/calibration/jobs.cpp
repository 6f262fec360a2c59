// SPDX-License-Identifier: Apache-2.0
// calibration.md, NPU: what programming costs, jobs in the queue, a job beside a DMA transfer or seven cores at work.
#include "npu_jobs.hpp"

static job const queued{"", dense_1x1, 256, 256, 1, 1, 8, true, false};
static job const shared{"", dense_1x1, 256, 256, 6, 6, 8, false, false};
L1 u32 near_words[24];
u32 far_words[24];
L1 u32 results[8];
L1 volatile u32 at_work, stop_work;
// L1 that no job touches.
constexpr u32 dma_target = 0x10010000, matmul_data = 0x10038000, dma_bytes = 32768;
u32 far_block[dma_bytes / 4];

extern "C" void matmul(signed char const* w, signed char const* x, int* y);

[[gnu::noinline]] u32 acquire() {
  u32 start, end, v;
  asm volatile("lw %0, 0(%3)\n1: lw %2, 4(%4)\nbltz %2, 1b\nlw %1, 0(%3)"
               : "=&r"(start), "=&r"(end), "=&r"(v)
               : "r"(0x00200408u), "r"(npu)
               : "memory");
  return measure::since(start, end);
}
[[gnu::noinline]] u32 write_words(u32 const* words) {
  u32 const start = measure::now();
#pragma GCC unroll 6
  for (u32 n = 0; n < 24; n += 4) {
    // Loads apart from their uses, as a careful driver would.
    u32 const w[4] = {words[n], words[n + 1], words[n + 2], words[n + 3]};
    rt::reg(npu + 0x20 + 4 * n) = w[0];
    rt::reg(npu + 0x24 + 4 * n) = w[1];
    rt::reg(npu + 0x28 + 4 * n) = w[2];
    rt::reg(npu + 0x2C + 4 * n) = w[3];
  }
  return measure::since(start, measure::now());
}
void trigger() { rt::reg(npu) = 0; }
void wait_for_jobs() {
  while (rt::reg(npu + 0xC) != 0) rt::elw(rt::eu + 0x3C);
}

/// A job from trigger to wake-up, with the registers written already.
[[gnu::noinline]] u32 run_job() {
  u32 start, end, v;
  asm volatile(
      ".option push\n.option norvc\n.balign 16\nlw %0, 0(%3)\nsw x0, 0(%4)\n.insn i 0x03, 6, %2, %5, 0x3C\nlw %1, "
      "0(%3)\n.option pop"
      : "=&r"(start), "=&r"(end), "=&r"(v)
      : "r"(0x00200408u), "r"(npu), "r"(rt::eu)
      : "memory");
  return measure::since(start, end);
}

[[gnu::noinline]] u32 eight_queued() {
  program(queued, near_words);
  rt::reg(rt::eu + 0x28) = 1u << 12;
  u32 start = 0;
  for (u32 i = 0; i < 8; ++i) {
    while (static_cast<int>(rt::reg(npu + 4)) < 0) rt::elw(rt::eu + 0x3C);
    write_words(near_words);
    if (i == 0) start = measure::now();
    trigger();
  }
  wait_for_jobs();
  return measure::since(start, measure::now());
}

void measure_on_core_0() {
  rt::start_timer();
  measure::calibrate();
  prepare_npu();
  for (u32 i = 0; i < 0x4000; i += 4) rt::reg(input + i) = i;
  rt::reg(rt::eu) = 1u << 12;
  program(shared, near_words);
  for (u32 n = 0; n < 24; ++n) far_words[n] = near_words[n];
  acquire();
  results[2] = write_words(far_words);  // the first time: the code has to be fetched too
  results[1] = write_words(near_words);
  results[7] = write_words(far_words);
  run_job();
  results[0] = acquire();
  write_words(near_words);
  results[3] = run_job();
  acquire();
  write_words(near_words);
  u32 const id = rt::dma_allocate();
  u32 const command = dma_bytes | rt::dma_to_l1 | rt::dma_linear | rt::dma_event;
  rt::dma_push(command, reinterpret_cast<void*>(dma_target), far_block);
  results[4] = run_job();
  rt::dma_wait(id);
  acquire();
  write_words(near_words);
  rt::reg(rt::eu) = 1u << 16;
  rt::barrier();  // the others begin
  rt::reg(rt::eu) = 1u << 12;
  while (at_work != 7) {}
  results[5] = run_job();
  stop_work = 1;
  results[6] = eight_queued();
}

void work(u32 core) {
  for (u32 i = 0; i < 0x800; i += 4) rt::reg(matmul_data + core * 0x800 + i) = i;
  rt::barrier();
  rt::lock();
  at_work = at_work + 1;
  rt::unlock();
  while (!stop_work) {
    auto* const data = reinterpret_cast<signed char*>(matmul_data + core * 0x800);
    matmul(data, data + 1024, reinterpret_cast<int*>(data + 1600));
  }
}

extern "C" void cluster_main(u32 core) {
  if (core == 0) rt::setup_barrier();
  if (core != 0) return work(core);
  measure_on_core_0();
  rt::tell_fabric();
}

int main() {
  at_work = 0;
  stop_work = 0;
  rt::start_cluster();
  rt::wait_cluster();
  static char const* const names[] = {"acquire", "write_24_words", "write_24_words_from_l2_cold",
                                      "job_alone",
                                      "job_with_dma", "job_with_7_cores", "eight_queued_jobs", "write_24_words_from_l2"};
  for (u32 i = 0; i < 8; ++i) rt::line(names[i], results[i]);
  return 0;
}
