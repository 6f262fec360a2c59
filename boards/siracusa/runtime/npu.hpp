// SPDX-License-Identifier: Apache-2.0
// Driver of the NPU: jobs are queued two deep and waited for asleep. One core uses it.
#pragma once
#include <npu/job.hpp>
#include <siracusa/runtime/event_unit.hpp>

namespace deeploy::siracusa {
struct npu_driver {
  static constexpr uint32_t unit = 0x0020'1000, commit_at = 0x00, acquire_at = 0x04, status = 0x0C, registers = 0x20;

  /// The unit's address of weights that lie in weight memory.
  static uint32_t weight_offset(void const* weights) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(weights)) - address::weights_mram; }

  /// Queues a job; waits while both places of the queue are taken.
  static void start(npu::job const& job) {
    acquire();
    for (int i = 0; i < npu::job_words; ++i) write(i, job.word[i]);
    commit();
  }
  /// Takes a place of the queue; write() the words then.
  static void acquire() {
    sleep_while([] { return static_cast<int32_t>(load(unit + acquire_at)) < 0; }, event_unit::npu_event);
  }
  static void write(int word, uint32_t value) { store(unit + registers + 4 * static_cast<uint32_t>(word), value); }
  /// Writes neighbouring words of the job: n >= 1, from L1.
  static void write_words(int first, void const* words, int n) {
    uint32_t to = unit + registers + 4 * static_cast<uint32_t>(first), word;
    asm volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[n], 2 * 2\n"
        ".insn i 0x0b, 2, %[word], %[words], 4\n.insn s 0x2b, 2, %[word], 4(%[to])\n.option pop\n"
        : [to] "+r"(to), [words] "+r"(words), [word] "=&r"(word)
        : [n] "r"(n)
        : "memory");
  }
  /// Lets the job run as soon as those before it are done.
  static void commit() { store(unit + commit_at, 0); }
  /// Returns when all jobs are done, or all but the last of two that are in the queue. An event of a job before is no
  /// reason to go on: the status decides.
  static void finish(bool but_last = false) {
    uint32_t const too_many = but_last ? both : 1;
    sleep_while([too_many] { return load(unit + status) >= too_many; }, event_unit::npu_event);
  }
  static constexpr uint32_t both = 0x101;  ///< status while both places of the queue are taken; a bit of it else, or none
};
}  // namespace deeploy::siracusa
