// SPDX-License-Identifier: Apache-2.0
// calibration.md, NPU: jobs from trigger to wake-up, weights in weight memory, 8-bit scale and bias. One line for each
// job: name, cycles. calibration.py holds the list against the cycle formula.
#include "measure.hpp"

using rt::u32;
enum kind : u32 { dense_3x3 = 0, depthwise = 1, dense_1x1 = 2 };
struct job {
  char const* name;
  kind what;
  u32 inputs, outputs, height, width, weight_bits;
  bool prefetch, weights_in_l1;
};
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
constexpr u32 npu = 0x00201000, input = 0x10008000, output = 0x10020000, scale = 0x10030000, bias = 0x10031000,
              l1_weights = 0x10034000;

void program(job const& j, u32 (&w)[24]) {
  u32 const step = j.what == dense_1x1 ? 32 : 28, group = j.what == depthwise ? 28 : 32;
  u32 const border = j.what == dense_1x1 ? 0 : 2, words = j.what == dense_1x1 ? 1 : j.weight_bits;
  auto const tiles = [](u32 n, u32 t) { return (n + t - 1) / t; };
  auto const rest = [](u32 n, u32 t) { return (n - 1) % t + 1; };
  u32 const ki = rest(j.inputs, step), ko = rest(j.outputs, group), nki = tiles(j.inputs, step),
            nko = tiles(j.outputs, group);
  u32 const h = rest(j.height, 6), v = rest(j.width, 6);
  w[0] = j.weights_in_l1 ? l1_weights : 0;
  w[1] = input;
  w[2] = output;
  w[3] = scale;
  w[4] = 0;
  w[5] = bias;
  w[6] = j.inputs;
  w[7] = j.inputs * (j.width + border);
  w[8] = 0;
  w[9] = 32;
  w[10] = j.outputs;
  w[11] = j.outputs * j.width;
  w[12] = 32;
  w[13] = j.what == depthwise ? 0 : 32 * words * nki;
  w[14] = 0;
  w[15] = ko << 16 | ki;
  w[16] = h << 16 | v;
  w[17] = (h + border) << 16 | (v + border);
  w[18] = nko << 16 | nki;
  w[19] = tiles(j.height, 6) << 16 | tiles(j.width, 6);
  w[20] = 0;
  w[21] = -128;
  w[22] = 0;
  u32 const mode = j.what == dense_3x3 ? 0 : j.what == depthwise ? 1 : 2;
  w[23] = (j.weight_bits - 1) | 1 << 4 | mode << 5 | (j.weights_in_l1 ? 0 : 1 << 9) | (j.prefetch ? 1 << 10 : 0) |
          1 << 11 | 1 << 15 | 8 << 16 | 1 << 25;
}

extern "C" void cluster_main(u32) {
  rt::start_timer();
  measure::calibrate();
  rt::reg(0x00200018) = 0x908;
  rt::reg(npu + 0x14) = 0;
  for (int i = 0; i < 30; ++i) asm volatile("nop");
  rt::reg(rt::eu) = 1u << 12;
  // The scales and biases that the jobs read.
  for (u32 i = 0; i < 256; ++i) reinterpret_cast<volatile unsigned char*>(scale)[i] = 1;
  for (u32 i = 0; i < 256; ++i) rt::reg(bias + 4 * i) = i;
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
