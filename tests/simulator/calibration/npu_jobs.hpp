// SPDX-License-Identifier: Apache-2.0
// Jobs of the NPU by layer, and the register words that describe them.
#pragma once
#include "measure.hpp"

using rt::u32;
enum kind : u32 { dense_3x3 = 0, depthwise = 1, dense_1x1 = 2 };
struct job {
  char const* name;
  kind what;
  u32 inputs, outputs, height, width, weight_bits;
  bool prefetch, weights_in_l1;
};
constexpr u32 npu = 0x00201000, input = 0x10008000, output = 0x10020000, scale = 0x10030000, bias = 0x10031000,
              l1_weights = 0x10034000;

inline void program(job const& j, u32 (&w)[24]) {
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

/// Clock and priority on, a fresh unit; scales and biases that the jobs read.
inline void prepare_npu() {
  rt::reg(0x00200018) = 0x908;
  rt::reg(npu + 0x14) = 0;
  for (int i = 0; i < 30; ++i) asm volatile("nop");
  for (u32 i = 0; i < 256; ++i) reinterpret_cast<volatile unsigned char*>(scale)[i] = 1;
  for (u32 i = 0; i < 256; ++i) rt::reg(bias + 4 * i) = i;
}
