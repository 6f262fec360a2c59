// SPDX-License-Identifier: Apache-2.0
// Driver of the NPU: jobs are queued two deep and waited for asleep. One core uses it.
#pragma once
#include <npu/job.hpp>
#include <siracusa/runtime/event_unit.hpp>

namespace deeploy::siracusa {
struct npu_driver {
  static constexpr uint32_t unit = 0x0020'1000, commit = 0x00, acquire = 0x04, status = 0x0C, registers = 0x20;

  /// The unit's address of weights that lie in weight memory.
  static uint32_t weight_offset(void const* weights) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(weights)) - address::weights_mram; }

  /// Queues a job; waits while both places of the queue are taken.
  static void start(npu::job const& job) {
    while (static_cast<int32_t>(load(unit + acquire)) < 0) wait_for_event(event_unit::npu_event);
    for (uint32_t i = 0; i < npu::job_words; ++i) store(unit + registers + 4 * i, job.word[i]);
    store(unit + commit, 0);
  }
  /// Returns when all jobs are done. An event of a job before is no reason to go on: the status decides.
  static void finish() {
    while (load(unit + status) != 0) wait_for_event(event_unit::npu_event);
  }
};
}  // namespace deeploy::siracusa
