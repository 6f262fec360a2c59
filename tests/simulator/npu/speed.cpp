// SPDX-License-Identifier: Apache-2.0
// Simulated multiply-accumulates per second of processor time on one host core, several job shapes.
#include <cstdio>
#include <ctime>

#include <npu/npu.hpp>

#include "layer.hpp"

namespace {
using namespace npu_test;

void measure(char const* name, layer l) {
  l.pixel_stride = static_cast<std::uint32_t>(l.cin);
  l.row_stride = l.pixel_stride * static_cast<std::uint32_t>(l.input_w());
  l.output_pixel_stride = static_cast<std::uint32_t>(l.cout);
  l.output_row_stride = l.output_pixel_stride * static_cast<std::uint32_t>(l.w);
  l.output = 0x1c000;
  l.scale = 0x3c000;
  l.biases = 0x3d000;
  std::vector<std::uint8_t> l1(l1_bytes), weights(2 * 1024 * 1024);
  random_source random(1);
  random.fill(l1);
  pack(l, random_codes(l, random), weights.data());
  simulator::npu unit({l1.data(), l1_bytes, weights.data(), static_cast<std::uint32_t>(weights.size()), l1_base});
  auto const registers = registers_of(l);
  std::uint64_t macs = 0, cycles = 0, now = 0;
  std::clock_t const start = std::clock();
  double seconds = 0;
  while (seconds < 1.0) {
    unit.read_register(0x04, now);
    for (std::uint32_t n = 0; n < 24; ++n) unit.write_register(0x20 + 4 * n, registers[n], now, 0);
    unit.write_register(0, 0, now, 0);
    while (unit.next_event() != simulator::npu::never) unit.advance(now = unit.next_event());
    auto const report = unit.take_finished();
    macs += report->multiply_accumulates;
    cycles += report->busy_cycles;
    seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  std::printf("%-44s %8.0f M MAC/s  %8.1f M cycles/s\n", name, static_cast<double>(macs) / seconds / 1e6,
              static_cast<double>(cycles) / seconds / 1e6);
}
}  // namespace

int main() {
  using enum form;
  measure("3x3 56 to 64, 24 x 24, 8-bit weights", {.kind = dense, .cin = 56, .cout = 64, .h = 24, .w = 24});
  measure("3x3 56 to 64, 24 x 24, 2-bit weights", {.kind = dense, .cin = 56, .cout = 64, .h = 24, .w = 24, .bits = 2});
  measure("1x1 128 to 128, 24 x 24", {.kind = pointwise, .cin = 128, .cout = 128, .h = 24, .w = 24});
  measure("depthwise 84, 24 x 24", {.kind = depthwise, .cin = 84, .cout = 84, .h = 24, .w = 24});
  measure("1x1 256 to 256, one pixel", {.kind = pointwise, .cin = 256, .cout = 256, .h = 1, .w = 1});
  measure("3x3 112 to 256, one pixel", {.kind = dense, .cin = 112, .cout = 256, .h = 1, .w = 1});
}
