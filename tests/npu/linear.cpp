// SPDX-License-Identifier: Apache-2.0
// Linear layers in 1x1 form, folded to 3x3 form, and split between a folded job and one that streams in the rest.
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

TEST_CASE("rows as pixels") {
  for (u64 seed = 1; seed <= 60; ++seed) {
    dice d(seed);
    index const tokens = static_cast<index>(d.between(1, 80)), inputs = static_cast<index>(d.between(1, 100));
    matrix const w(static_cast<index>(d.between(1, 80)), inputs, d);
    unit u;
    for (u8& b : u.memory) b = static_cast<u8>(d.engine());
    npu::pack(
        npu::form::pointwise, w.outputs, inputs, 8, -128, [&](index o, index i, index, index) { return w.at(o, i); },
        u.weights.data());
    npu::job_descriptor const j = npu::linear_job(tokens, inputs, w.outputs, 4);
    REQUIRE(npu::problem_of(j) == nullptr);
    CHECK(j.rows * j.columns == tokens);
    u.run(npu::make_job(j, {.input = input, .output = output}));
    bool equal = true;
    for (index t = 0; t < tokens; ++t)
      for (index o = 0; o < w.outputs; ++o)
        equal &= u.word(output + static_cast<u32>(4 * (t * w.outputs + o))) ==
                 dot(w, o, u, input + static_cast<u32>(t * inputs));
    CHECK_MESSAGE(equal, "seed ", seed);
  }
}

TEST_CASE("one row folded into 3x3 form, the rest of the inputs streamed in") {
  for (u64 seed = 1; seed <= 60; ++seed) {
    dice d(seed + 1000);
    index const inputs = static_cast<index>(d.between(9, 1100)), folded = inputs / 9 * 9, rest = inputs - folded;
    matrix const w(static_cast<index>(d.between(1, 100)), inputs, d);
    unit u;
    for (u8& b : u.memory) b = static_cast<u8>(d.engine());
    npu::job_descriptor const j = npu::folded_linear_job(folded, w.outputs, 4);
    REQUIRE(npu::problem_of(j) == nullptr);
    npu::pack(
        j.kind, w.outputs, j.in_channels, 8, -128,
        [&](index o, index c, index y, index x) { return w.at(o, npu::folded_input(folded, c, y, x)); },
        u.weights.data());
    u.run(npu::make_job(j, {.input = input, .output = output}));
    if (rest != 0) {
      npu::job_descriptor r = npu::linear_job(1, rest, w.outputs, 4);
      r.stream_in = true;
      u32 const at = 0x80000;
      npu::pack(
          r.kind, w.outputs, rest, 8, -128, [&](index o, index i, index, index) { return w.at(o, folded + i); },
          u.weights.data() + at);
      u.run(npu::make_job(r, {.input = input + static_cast<u32>(folded), .output = output, .weights = at}));
    }
    bool equal = true;
    for (index o = 0; o < w.outputs; ++o) equal &= u.word(output + static_cast<u32>(4 * o)) == dot(w, o, u, input);
    CHECK_MESSAGE(equal, "seed ", seed);
  }
}

TEST_CASE("tokens lie in the fewest tiles") {
  for (index tokens = 1; tokens <= 400; ++tokens) {
    npu::pixels const p = npu::pixels_of(tokens);
    CHECK(p.rows * p.columns == tokens);
    index fewest = tokens;
    for (index h = 1; h <= tokens; ++h)
      if (tokens % h == 0) fewest = std::min(fewest, npu::tiles_of(h, 6) * npu::tiles_of(tokens / h, 6));
    CHECK(npu::tiles_of(p.rows, 6) * npu::tiles_of(p.columns, 6) == fewest);
  }
}

// Folding pays: 252 inputs a step.
static_assert(npu::job_cycles(npu::folded_linear_job(1008, 256, 4), 1) * 5 <
              npu::job_cycles(npu::linear_job(1, 1008, 256, 4), 1) * 4);
}  // namespace npu_test
