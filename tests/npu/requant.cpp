// SPDX-License-Identifier: Apache-2.0
// npu_requant_exact against the library's requantisation: brute force on small ranges, random ones, and on the unit
// itself.
#include <doctest/doctest.h>

#include <npu/pack.hpp>
#include <npu/requant.hpp>

#include "unit.hpp"

namespace npu_test {
namespace {
/// The unit's arithmetic on one accumulator.
i32 on_unit(npu::requant_words const& w, i32 accumulator) {
  i32 const y = static_cast<i32>(static_cast<u32>(accumulator) * w.scale + w.bias) >> w.shift;
  i32 const low = w.unsigned_output ? 0 : -128, high = w.unsigned_output ? 255 : 127;
  return y < low ? low : y > high ? high : y;
}
struct drawn {
  requantisation q;
  i32 mul, add, bias;
  npu::accumulator_range range;
};
drawn draw(dice& d, i64 widest) {
  drawn r;
  bool const unsigned_output = d.chance(50);
  r.q = {.round = static_cast<rounding>(d.chance(80) ? d.between(0, 0) : d.between(0, 4)),
         .shift = static_cast<u8>(d.between(0, d.chance(90) ? 24 : 40)),
         .zero = d.chance(20) ? static_cast<i32>(d.between(-130, 130)) : 0,
         .low = unsigned_output ? 0 : -128,
         .high = unsigned_output ? 255 : 127};
  if (d.chance(15)) r.q.low = static_cast<i32>(d.between(-200, 50)), r.q.high = static_cast<i32>(d.between(50, 300));
  int const bits = static_cast<int>(d.between(1, d.chance(80) ? 22 : 31));
  r.mul = static_cast<i32>(d.between(d.chance(10) ? -1000 : 0, (i64{1} << bits) - 1));
  r.add = static_cast<i32>(d.between(-(i64{1} << d.between(0, 31)), (i64{1} << d.between(0, 31)) - 1));
  r.bias = d.chance(50) ? static_cast<i32>(d.between(-100'000, 100'000)) : 0;
  i64 const centre = d.chance(80) ? 0 : d.between(-2'000'000'000, 2'000'000'000);
  r.range = {centre - d.between(0, widest), centre + d.between(0, widest)};
  return r;
}
bool in_32(i64 v) { return v >= INT32_MIN && v <= INT32_MAX; }
bool agrees(drawn const& r, i64 accumulator) {
  if (!in_32(accumulator) || !in_32(accumulator + r.bias)) return false;
  npu::requant_words const w = npu::npu_requant(r.q, r.mul, r.add, r.bias);
  return on_unit(w, static_cast<i32>(accumulator)) == apply(r.q, static_cast<i32>(accumulator + r.bias), r.mul, r.add);
}
}  // namespace

TEST_CASE("brute force: where the predicate holds, every accumulator of the range agrees") {
  int held = 0, refused_needlessly = 0, refused = 0;
  for (u64 seed = 1; seed <= 60'000; ++seed) {
    dice d(seed);
    drawn const r = draw(d, 150);
    bool all = true;
    for (i64 a = r.range.low; a <= r.range.high && all; ++a) all = r.q.shift <= 31 && agrees(r, a);
    if (npu::npu_requant_exact(r.q, r.mul, r.add, r.bias, r.range)) {
      ++held;
      CHECK_MESSAGE(all, "seed ", seed);
    } else {
      ++refused;
      // Agreement by luck of a small range does happen; with an ordinary form it must not be refused.
      bool const ordinary = r.q.round == rounding::half_up && r.q.shift <= 31 && r.mul >= 0 &&
                            (r.q.low == -128 ? r.q.high == 127 : r.q.low == 0 && r.q.high == 255);
      refused_needlessly +=
          ordinary && all &&
          in_32((r.range.low + r.bias) * r.mul + npu::detail::requant_constant(r.q, r.mul, r.add, 0)) &&
          in_32((r.range.high + r.bias) * r.mul + npu::detail::requant_constant(r.q, r.mul, r.add, 0));
    }
  }
  MESSAGE(held, " held, ", refused, " refused");
  CHECK(held > 15'000);
  CHECK(refused > 5'000);
  CHECK(refused_needlessly == 0);
}

TEST_CASE("wide ranges: where the predicate holds, ends and random accumulators agree; sums that wrap are refused") {
  int held = 0, wrapped = 0;
  for (u64 seed = 1; seed <= 60'000; ++seed) {
    dice d(seed + 1'000'000);
    drawn r = draw(d, i64{1} << d.between(4, 31));
    bool const exact = npu::npu_requant_exact(r.q, r.mul, r.add, r.bias, r.range);
    if (!exact) {
      wrapped += in_32(r.range.low) && in_32(r.range.high) && r.mul > 0;
      continue;
    }
    ++held;
    bool all = agrees(r, r.range.low) && agrees(r, r.range.high);
    for (int i = 0; i < 40 && all; ++i) all = agrees(r, d.between(r.range.low, r.range.high));
    CHECK_MESSAGE(all, "seed ", seed);
  }
  MESSAGE(held, " held, ", wrapped, " refused with ranges in 32 bits");
  CHECK(held > 5'000);
  CHECK(wrapped > 5'000);
}

TEST_CASE("the largest accumulator that fits is accepted, the next one refused") {
  requantisation const q{.shift = 16};
  i32 const mul = 1'000'000;
  // 2147 * 1,000,000 + 32768 fits 31 bits; 2148 * 1,000,000 does not.
  CHECK(npu::npu_requant_exact(q, mul, 0, 0, {-2147, 2147}));
  CHECK_FALSE(npu::npu_requant_exact(q, mul, 0, 0, {-2147, 2148}));
  CHECK(on_unit(npu::npu_requant(q, mul, 0, 0), 2148) != apply(q, 2148, mul, 0));
  CHECK_FALSE(npu::npu_requant_exact(q, mul, 0, 0, {-2148, 2147}));
  // The unit would not wrap where the operator's accumulator plus bias does.
  CHECK(npu::npu_requant_exact({.shift = 24}, 1, -(1 << 24), 5, {0, INT32_MAX - 5}));
  CHECK_FALSE(npu::npu_requant_exact({.shift = 24}, 1, -(1 << 24), 5, {0, INT32_MAX - 4}));
  CHECK_FALSE(npu::npu_requant_exact(q, -1, 0, 0, {-1, 1}));
  CHECK(npu::npu_requant_exact(q, 255, 0, 0, {-1, 1}, 8));
  CHECK_FALSE(npu::npu_requant_exact(q, 256, 0, 0, {-1, 1}, 8));
  CHECK_FALSE(npu::npu_requant_exact(no_requantisation, 1, 0, 0, {-1, 1}));
  CHECK_FALSE(npu::npu_requant_exact({.round = rounding::half_even, .shift = 1}, 1, 0, 0, {-1, 1}));
  CHECK(npu::npu_requant_exact({.round = rounding::half_even, .shift = 0}, 1, 0, 0, {-1, 1}));
}

TEST_CASE("on the simulated unit: whole layers with per-channel scales, 8-bit results of the operator") {
  for (u64 seed = 1; seed <= 200; ++seed) {
    dice d(seed + 7);
    index const inputs = static_cast<index>(d.between(1, 64)), outputs = static_cast<index>(d.between(1, 64)),
                pixels = static_cast<index>(d.between(1, 6));
    bool const signed_input = d.chance(50), unsigned_output = d.chance(50);
    requantisation const q{.shift = static_cast<u8>(d.between(8, 24)),
                           .low = unsigned_output ? 0 : -128,
                           .high = unsigned_output ? 255 : 127};
    std::vector<i32> weight(static_cast<size_t>(inputs * outputs)), mul, add, bias;
    for (i32& w : weight) w = static_cast<i32>(d.between(-128, 127));
    unit u;
    u32 const input = l1 + 0x1000, output = l1 + 0x8000, scales = l1 + 0x10000, biases = l1 + 0x12000;
    for (u8& b : u.memory) b = static_cast<u8>(d.engine());
    for (index o = 0; o < outputs; ++o) {
      npu::accumulator_range range;
      for (index i = 0; i < inputs; ++i)
        range.add(weight[static_cast<size_t>(o * inputs + i)], signed_input ? element::i8 : element::u8);
      // Draw until the predicate holds, as a planner would ask it for given constants.
      i32 m, a, b;
      do {
        m = static_cast<i32>(d.between(0, 1 << d.between(1, 20)));
        a = static_cast<i32>(d.between(-(1 << 20), 1 << 20));
        b = static_cast<i32>(d.between(-1000, 1000));
      } while (!npu::npu_requant_exact(q, m, a, b, range));
      mul.push_back(m), add.push_back(a), bias.push_back(b);
      npu::requant_words const words = npu::npu_requant(q, m, a, b);
      u.put_word(scales + 4 * static_cast<u32>(o), words.scale);
      u.put_word(biases + 4 * static_cast<u32>(o), words.bias);
    }
    npu::job_descriptor const j{.kind = npu::form::pointwise,
                                .in_channels = inputs,
                                .out_channels = outputs,
                                .rows = 1,
                                .columns = pixels,
                                .input_pixel_stride = inputs,
                                .input_row_stride = inputs * pixels,
                                .output_pixel_stride = outputs,
                                .output_row_stride = outputs * pixels,
                                .signed_input = signed_input,
                                .requantise = true,
                                .shift = q.shift,
                                .unsigned_output = unsigned_output};
    npu::pack(
        j.kind, outputs, inputs, 8, -128,
        [&](index o, index i, index, index) { return weight[static_cast<size_t>(o * inputs + i)]; }, u.weights.data());
    u.run(npu::make_job(j, {.input = input, .output = output, .scale = scales, .bias = biases}));
    bool equal = true;
    for (index p = 0; p < pixels; ++p)
      for (index o = 0; o < outputs; ++o) {
        i32 sum = bias[static_cast<size_t>(o)];
        for (index i = 0; i < inputs; ++i) {
          u8 const x = *u.at(input + static_cast<u32>(p * inputs + i));
          sum += weight[static_cast<size_t>(o * inputs + i)] * (signed_input ? static_cast<i8>(x) : x);
        }
        i32 const want = apply(q, sum, mul[static_cast<size_t>(o)], add[static_cast<size_t>(o)]);
        equal &= *u.at(output + static_cast<u32>(p * outputs + o)) == static_cast<u8>(want);
      }
    CHECK_MESSAGE(equal, "seed ", seed);
  }
}

static_assert(npu::npu_requant_exact({.shift = 10}, 100, 5, 7, {-1000, 1000}));
static_assert(npu::npu_requant({.shift = 10}, 100, 5, 7).bias == 100 * 7 + 5 + 512);
}  // namespace npu_test
