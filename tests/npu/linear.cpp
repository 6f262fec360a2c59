// SPDX-License-Identifier: Apache-2.0
// One row of a linear layer folded to 3x3 form.
#include <doctest/doctest.h>

#include <npu/cycles.hpp>
#include <npu/linear.hpp>
#include <npu/pack.hpp>
#include <npu/reach.hpp>

#include "unit.hpp"

namespace npu_test {
namespace {
struct matrix {
  index outputs, inputs;
  std::vector<i8> value;
  matrix(index outputs, index inputs, dice& d)
      : outputs(outputs), inputs(inputs), value(static_cast<size_t>(outputs * inputs)) {
    for (i8& v : value) v = static_cast<i8>(d.between(-128, 127));
  }
  i32 at(index o, index i) const { return value[static_cast<size_t>(o * inputs + i)]; }
};
i32 dot(matrix const& w, index o, unit& u, u32 x) {
  i32 sum = 0;
  for (index i = 0; i < w.inputs; ++i) sum += w.at(o, i) * static_cast<i8>(*u.at(x + static_cast<u32>(i)));
  return sum;
}
constexpr u32 input = l1 + 0x1000, output = l1 + 0x20000;
}  // namespace

/// One row of sums, dense.
constexpr npu::job_descriptor row_job(index inputs, index outputs) {
  return {.in_channels = inputs, .out_channels = outputs, .input_pixel_stride = inputs, .input_row_stride = inputs,
          .output_pixel_stride = 4 * outputs, .output_row_stride = 4 * outputs, .output_32 = true};
}

TEST_CASE("one row folded into 3x3 form reads its inputs and nothing else") {
  for (u64 seed = 1; seed <= 60; ++seed) {
    dice d(seed + 1000);
    index const inputs = static_cast<index>(d.between(npu::least_folded_inputs, 1100));
    npu::folded_row const row(inputs);
    std::vector<int> weights_of(static_cast<size_t>(inputs));
    for (index c = 0; c < row.channels; ++c)
      for (index y = 0; y < 3; ++y)
        for (index x = 0; x < 3; ++x) {
          index const i = row.input(c, y, x);
          REQUIRE((i >= 0 && i < inputs));
          weights_of[static_cast<size_t>(i)] += row.has_weight(c, y, x);
        }
    for (int n : weights_of) CHECK(n == 1);
    matrix const w(static_cast<index>(d.between(1, 100)), inputs, d);
    unit u;
    for (u8& b : u.memory) b = static_cast<u8>(d.engine());
    npu::job_descriptor const j = npu::folded(row_job(inputs, w.outputs));
    REQUIRE(npu::problem_of(j) == nullptr);
    npu::pack(
        j.kind, w.outputs, j.in_channels, 8, -128,
        [&](index o, index c, index y, index x) { return row.weight(c, y, x, [&](index i) { return w.at(o, i); }); },
        u.weights.data());
    u.run(npu::make_job(j, {.input = input, .output = output}));
    bool equal = true;
    for (index o = 0; o < w.outputs; ++o) equal &= u.word(output + static_cast<u32>(4 * o)) == dot(w, o, u, input);
    CHECK_MESSAGE(equal, "seed ", seed);
  }
}

// Folding pays: 252 inputs a step.
static_assert(npu::job_cycles(npu::folded(row_job(1008, 256)), 1) * 5 < npu::job_cycles(row_job(1008, 256), 1) * 4);
}  // namespace npu_test
