// SPDX-License-Identifier: Apache-2.0
// Programs that do everything right: PATTERN chooses how cores and units work together, SIZE how much, CORES how many.
// The sanitizer must stay silent and the status must be 0.
#include "npu_job.hpp"

using rt::u32;
constexpr u32 words = SIZE, cores = CORES;
L1 alignas(16) u32 tiles[2][words];
L1 alignas(16) u32 results[2][words];
L1 u32 partial[8];
L1 u32 shared_counter;
L1 alignas(16) unsigned char activations[2][npu::bytes];
L1 alignas(16) unsigned char outputs[2][npu::bytes];
L1 u32 error;
L1 volatile u32 spin_lock[4];
struct hand_over {
  volatile u32 round;
  u32 value;
};
L1 hand_over ring[8];
constexpr u32 far_words = 8 * words > 2048 ? 8 * words : 2048;
u32 source[far_words], target[far_words];
volatile u32 polled_flag;

u32 dma_start(u32 command, void* l1, void const* external) {
  u32 const id = rt::dma_allocate();
  rt::dma_push(command | rt::dma_linear | rt::dma_event, l1, external);
  return id;
}
void scale(u32 const* in, u32* out, u32 core) {
  for (u32 i = core; i < words; i += cores) out[i] = 3 * in[i] + 1;
}
void verify(u32 const* out, u32 first) {
  for (u32 i = 0; i < words; ++i)
    if (out[i] != 3 * (first + i) + 1) error = 1;
}

// Double buffering: while the cores work on one tile, the DMA brings the next and takes the one before away.
void double_buffered(u32 core) {
  u32 in[2] = {}, out[2] = {};
  if (core == 0) in[0] = dma_start(rt::dma_to_l1 | 4 * words, tiles[0], source);
  for (u32 t = 0; t < 8; ++t) {
    if (core == 0) {
      rt::dma_wait(in[t & 1]);
      if (t < 7) in[(t + 1) & 1] = dma_start(rt::dma_to_l1 | 4 * words, tiles[(t + 1) & 1], source + (t + 1) * words);
      if (t >= 2) rt::dma_wait(out[t & 1]);
    }
    rt::barrier();
    scale(tiles[t & 1], results[t & 1], core);
    rt::barrier();
    if (core == 0) out[t & 1] = dma_start(4 * words, results[t & 1], target + t * words);
  }
  if (core == 0) {
    rt::dma_wait(out[0]);
    rt::dma_wait(out[1]);
    for (u32 t = 0; t < 8; ++t) verify(target + t * words, t * words);
  }
}

// Each core moves its own part.
void dma_per_core(u32 core) {
  u32 const part = words / cores;
  rt::copy_in(tiles[0] + core * part, source + core * part, 4 * part);
  for (u32 i = 0; i < part; ++i) results[0][core * part + i] = 3 * tiles[0][core * part + i] + 1;
  rt::copy_out(target + core * part, results[0] + core * part, 4 * part);
  rt::barrier();
  if (core == 0)
    for (u32 i = 0; i < cores * part; ++i)
      if (target[i] != 3 * i + 1) error = 2;
}

// A sum under the event unit's mutex, and under a lock of test-and-set.
void mutexes(u32 core) {
  for (u32 i = 0; i < 8; ++i) {
    rt::lock(i & 1);
    if ((i & 1) == 0) ++shared_counter;
    rt::unlock(i & 1);
  }
  rt::barrier();
  if (core == 0 && shared_counter != 4 * cores) error = 3;
}
void spin_locks(u32 core) {
  volatile u32* const test = reinterpret_cast<volatile u32*>(reinterpret_cast<u32>(&spin_lock[1]) | 0x10100000);
  for (u32 i = 0; i < 8; ++i) {
    while (*test != 0) {}
    rt::publish();
    ++shared_counter;
    rt::publish();
    spin_lock[1] = 0;
  }
  rt::barrier();
  if (core == 0 && shared_counter != 8 * cores) error = 4;
}

// A ring: each core hands its neighbour a word and an event.
void event_ring(u32 core) {
  for (u32 round = 0; round < 4; ++round) {
    if (core != 0) rt::wait_event(0);
    if (core == 0 && round > 0) rt::wait_event(0);
    partial[core] = (core == 0 ? (round ? partial[cores - 1] : 0) : partial[core - 1]) + 1;
    rt::send_event(0, 1u << (core + 1) % cores);
  }
  if (core == 0) {
    rt::wait_event(0);
    if (partial[cores - 1] != 4 * cores) error = 5;
  }
}

// The NPU works on one buffer while the DMA fills the other and takes the results away: both all the time.
void npu_pipeline(u32 core) {
  if (core == 0) {
    npu::clear();
    rt::copy_in(activations[0], source, npu::bytes);
    u32 out[2] = {};
    for (u32 t = 0; t < 6; ++t) {
      npu::acquire();
      if (t >= 2) rt::dma_wait(out[t & 1]);
      npu::program(activations[t & 1], outputs[t & 1]);
      npu::trigger();
      u32 const next = rt::dma_allocate();
      rt::dma_push(npu::bytes | rt::dma_to_l1 | rt::dma_linear | rt::dma_event, activations[(t + 1) & 1], source + t);
      npu::wait();
      rt::dma_wait(next);
      out[t & 1] = dma_start(npu::bytes, outputs[t & 1], target);
      if (t < 5) rt::dma_wait(out[t & 1]), out[t & 1] = dma_start(64, outputs[t & 1], target + 1024 + 16 * (t & 1));
    }
    rt::dma_wait(out[0]);
    rt::dma_wait(out[1]);
  }
  rt::barrier();
  // Everybody looks at the last result.
  u32 sum = 0;
  for (u32 i = core; i < npu::bytes; i += cores) sum += outputs[1][i];
  partial[core] = sum;
  rt::barrier();
}

// Two jobs in the queue: the second reads what the first writes.
void npu_chain(u32 core) {
  if (core == 0) {
    npu::clear();
    rt::copy_in(activations[0], source, npu::bytes);
    for (u32 round = 0; round < 3; ++round) {
      npu::acquire();
      npu::program(activations[0], outputs[0]);
      npu::trigger();
      npu::acquire();
      npu::program(outputs[0], outputs[1]);
      npu::trigger();
      npu::wait();
    }
  }
  rt::barrier();
  partial[core] = outputs[1][core];
}

// A ring without events: each core hands its neighbour data and a volatile word that says so. Most find it set at the
// first look, because they come late.
void volatile_ring(u32 core) {
  ring[core].round = 0;
  rt::barrier();
  for (u32 round = 1; round <= 4; ++round) {
    for (u32 i = 0; i < core * words; ++i) asm volatile("nop");
    hand_over& before = ring[(core + cores - 1) % cores];
    u32 const wanted = core == 0 ? round - 1 : round;
    while (before.round < wanted) {}
    u32 const value = wanted == 0 ? 0 : before.value;
    ring[core].value = value + 1;
    rt::publish();
    ring[core].round = round;
    // The neighbour has taken the value before it is overwritten: the word has gone once around.
    while (core != cores - 1 && ring[core + 1].round < round) {}
    if (core == cores - 1) while (round < 4 && ring[0].round < round + 1) {}
  }
  rt::barrier();
  if (core == 0 && ring[cores - 1].value != 4 * cores) error = 8;
}

// Structures with a member that is not set are copied, and the member is never used, or set in the copy before.
struct loose {
  u32 value, unset, more;
};
L1 loose originals[8], duplicates[8];
void copies(u32 core) {
  for (u32 i = 0; i < 4; ++i) {
    originals[core].value = core + i;
    originals[core].more = i;
    rt::publish();
    duplicates[core] = originals[core];
    rt::publish();
    if (duplicates[core].value + duplicates[core].more != core + 2 * i) error = 9;
    duplicates[core] = originals[core];
    rt::publish();
    duplicates[core].unset = i;
    rt::publish();
    if (duplicates[core].unset != i) error = 9;
  }
}

// Work handed out through the dispatch queue.
void dispatched(u32 core) {
  if (core == 0) {
    rt::reg(rt::eu + 0x84) = ((1u << cores) - 1) & ~1u;
    for (u32 i = 0; i < words; ++i) results[0][i] = i;
    rt::publish();
    rt::reg(rt::eu + 0x80) = 5;
  } else {
    u32 const factor = rt::elw(rt::eu + 0x80);
    for (u32 i = core - 1; i < words; i += cores - 1) results[1][i] = factor * results[0][i];
  }
  rt::barrier();
  if (core == 0)
    for (u32 i = 0; i < words; ++i)
      if (results[1][i] != 5 * i) error = 7;
}

extern "C" void cluster_main(u32 core) {
  rt::barrier();
#if PATTERN == 0
  double_buffered(core);
#elif PATTERN == 1
  dma_per_core(core);
#elif PATTERN == 2
  mutexes(core);
#elif PATTERN == 3
  spin_locks(core);
#elif PATTERN == 4
  event_ring(core);
#elif PATTERN == 5
  npu_pipeline(core);
#elif PATTERN == 6
  npu_chain(core);
#elif PATTERN == 7
  dispatched(core);
#elif PATTERN == 9
  copies(core);
#elif PATTERN == 8
  volatile_ring(core);
#endif
  rt::barrier();
  if (core == 0) {
#if CORES % 4 == 0
    rt::tell_fabric();
#else
    rt::publish();
    polled_flag = 1;
#endif
  }
}

int main() {
  for (u32 i = 0; i < far_words; ++i) source[i] = i;
  // The barrier is set up through the shared port, before any core runs.
  rt::reg(0x10200020) = 1;
  rt::reg(0x10200C00) = (1u << cores) - 1;
  rt::reg(0x10200C0C) = (1u << cores) - 1;
  error = 0;
  shared_counter = 0;
  for (u32 i = 0; i < 4; ++i) spin_lock[i] = 0;
  rt::start_cluster(cores);
#if CORES % 4 == 0
  rt::wait_cluster();
#else
  while (!polled_flag) {}
#endif
  return static_cast<int>(error);
}
