// SPDX-License-Identifier: Apache-2.0
// calibration.md, NPU: jobs from trigger to wake-up, weights in weight memory, 8-bit scale and bias. One line for each
// job: name, cycles. calibration.py holds the list against the cycle formula.
#include "npu_jobs.hpp"

#define BOTH(name, ...) \
  {name, __VA_ARGS__, false, false}, { name "_prefetch", __VA_ARGS__, true, false }
static job const jobs[] = {
    BOTH("1x1_32_32_6x6", dense_1x1, 32, 32, 6, 6, 8),
    BOTH("1x1_256_32_6x6", dense_1x1, 256, 32, 6, 6, 8),
    BOTH("1x1_256_256_6x6", dense_1x1, 256, 256, 6, 6, 8),
    BOTH("1x1_128_128_12x12", dense_1x1, 128, 128, 12, 12, 8),
    BOTH("1x1_64_64_24x24", dense_1x1, 64, 64, 24, 24, 8),
    BOTH("3x3_28_32_6x6", dense_3x3, 28, 32, 6, 6, 8),
    BOTH("3x3_56_64_12x12", dense_3x3, 56, 64, 12, 12, 8),
    BOTH("3x3_112_32_6x6", dense_3x3, 112, 32, 6, 6, 8),
    {"dw_28_6x6_l1", depthwise, 28, 28, 6, 6, 8, false, true},
    BOTH("1x1_256_256_1x1", dense_1x1, 256, 256, 1, 1, 8),
    BOTH("1x1_1024_256_1x1", dense_1x1, 1024, 256, 1, 1, 8),
    BOTH("1x1_64_256_1x1", dense_1x1, 64, 256, 1, 1, 8),
    BOTH("1x1_256_64_1x1", dense_1x1, 256, 64, 1, 1, 8),
    BOTH("3x3_28_256_1x1", dense_3x3, 28, 256, 1, 1, 8),
    BOTH("3x3_112_256_1x1", dense_3x3, 112, 256, 1, 1, 8),
    {"3x3_28_256_1x1_2bit_prefetch", dense_3x3, 28, 256, 1, 1, 2, true, false},
    {"3x3_28_256_1x1_4bit_prefetch", dense_3x3, 28, 256, 1, 1, 4, true, false},
    {"3x3_28_256_1x1_6bit_prefetch", dense_3x3, 28, 256, 1, 1, 6, true, false},
};
constexpr u32 job_count = sizeof jobs / sizeof jobs[0];
L1 u32 results[job_count];

extern "C" void cluster_main(u32) {
  rt::start_timer();
  measure::calibrate();
  prepare_npu();
  rt::reg(rt::eu) = 1u << 12;
  for (u32 i = 0; i < job_count; ++i) {
    u32 w[24];
    program(jobs[i], w);
    while (static_cast<int>(rt::reg(npu + 4)) < 0) {}
    for (u32 n = 0; n < 24; ++n) rt::reg(npu + 0x20 + 4 * n) = w[n];
    u32 start, end, v;
    // One line of the instruction cache, so that the wake-up does not wait for a refill.
    asm volatile(
        ".option push\n.option norvc\n.balign 16\nlw %0, 0(%3)\nsw x0, 0(%4)\n.insn i 0x03, 6, %2, %5, 0x3C\nlw %1, "
        "0(%3)\n.option pop"
        : "=&r"(start), "=&r"(end), "=&r"(v)
        : "r"(0x00200408u), "r"(npu), "r"(rt::eu)
        : "memory");
    results[i] = measure::since(start, end);
  }
  rt::tell_fabric();
}

int main() {
  rt::start_cluster(1);
  rt::wait_cluster();
  for (u32 i = 0; i < job_count; ++i) rt::line(jobs[i].name, results[i]);
  return 0;
}
