// SPDX-License-Identifier: Apache-2.0
// Random jobs built by make_job, weights packed by pack, run on the simulator's NPU: equal to plain loops on the
// weights.
#include <doctest/doctest.h>

#include <npu/cycles.hpp>
#include <npu/pack.hpp>
#include <npu/reach.hpp>

#include "unit.hpp"

namespace npu_test {
namespace {
struct problem {
  npu::job_descriptor job;
  npu::job_addresses at;
  std::vector<i32> weight;  // [o][i][y][x]
  index inputs() const { return job.kind == npu::form::depthwise_3x3 ? 1 : job.in_channels; }
  i32 of(index o, index i, index y, index x) const {
    return weight[static_cast<size_t>(((o * inputs() + i) * job.filter() + y) * job.filter() + x)];
  }
  bytes packed() const { return npu::packed_bytes(job.kind, job.out_channels, job.in_channels, job.weight_bits); }
};

/// A legal job as a planner would make it: a tile of a larger image, borders padded.
bool draw(problem& p, dice& d) {
  npu::job_descriptor j;
  j.kind = static_cast<npu::form>(d.between(0, 2));
  j.in_channels = static_cast<index>(d.between(1, d.chance(50) ? 40 : 100));
  j.out_channels =
      j.kind == npu::form::depthwise_3x3 ? j.in_channels : static_cast<index>(d.between(1, d.chance(50) ? 40 : 80));
  j.rows = static_cast<index>(d.between(1, d.chance(50) ? 7 : 20));
  j.columns = static_cast<index>(d.between(1, d.chance(50) ? 7 : 20));
  if (j.kind != npu::form::pointwise) {
    j.pad_top = static_cast<index>(d.between(0, 2)), j.pad_right = static_cast<index>(d.between(0, 2));
    j.pad_bottom = static_cast<index>(d.between(0, 2)), j.pad_left = static_cast<index>(d.between(0, 2));
  }
  j.signed_input = d.chance(50);
  if (!j.signed_input && d.chance(30)) j.pad_value = static_cast<u8>(d.between(0, 255));
  j.weight_bits = static_cast<int>(d.between(2, 8));
  j.weight_offset = d.chance(60) ? -(1 << (j.weight_bits - 1)) : static_cast<i32>(d.between(-256, 255));
  j.weights_in_weight_memory = d.chance(50);
  j.prefetch = d.chance(50);
  j.output_32 = d.chance(50);
  j.stream_in = j.output_32 && d.chance(30);
  j.requantise = !j.output_32 || d.chance(20);
  j.scale_32 = d.chance(50);
  j.bias = d.chance(70);
  j.channel_shift = d.chance(40);
  j.shift = static_cast<int>(d.between(0, 31));
  j.unsigned_output = d.chance(50);
  if (npu::problem_of(j) != nullptr) return false;
  if (i64{j.rows} * j.columns * j.in_channels * j.out_channels > 1'000'000) return false;
  index const extra = d.chance(30) ? static_cast<index>(d.between(0, 30)) : 0;
  j.input_pixel_stride = j.in_channels + extra;
  j.input_row_stride = j.input_pixel_stride * (j.input_columns() + static_cast<index>(d.between(0, 2)));
  j.output_pixel_stride = j.out_channels * (j.output_32 ? 4 : 1) + extra;
  j.output_row_stride = j.output_pixel_stride * (j.columns + static_cast<index>(d.between(0, 2)));

  p = {.job = j, .at = {}, .weight = {}};
  i64 next = l1;
  auto const place = [&](npu::reach r) {
    i64 const at = next - r.begin;
    next = at + r.end + d.between(0, 9);
    return static_cast<u32>(at);
  };
  p.at.input = place(npu::input_reach(j));
  p.at.output = place(npu::output_reach(j));
  p.at.scale = place(npu::scale_reach(j));
  p.at.shift = place(npu::shift_reach(j));
  p.at.bias = place(npu::bias_reach(j));
  p.at.weights = j.weights_in_weight_memory ? static_cast<u32>(32 * d.between(0, 100)) : place({0, p.packed()});
  if (next > l1 + l1_bytes) return false;
  p.weight.resize(static_cast<size_t>(j.out_channels * p.inputs() * j.filter() * j.filter()));
  for (i32& w : p.weight) w = j.weight_offset + static_cast<i32>(d.between(0, (1 << j.weight_bits) - 1));
  return true;
}

i32 expected(problem const& p, unit& before, index h, index w, index o) {
  npu::job_descriptor const& j = p.job;
  u32 sum = 0;
  for (index y = 0; y < j.filter(); ++y)
    for (index x = 0; x < j.filter(); ++x)
      for (index i = 0; i < p.inputs(); ++i) {
        index const row = h + y - j.pad_top, column = w + x - j.pad_left;
        index const channel = j.kind == npu::form::depthwise_3x3 ? o : i;
        i32 v = j.pad_value;
        if (row >= 0 && column >= 0 && row < j.input_rows() && column < j.input_columns()) {
          u8 const byte = *before.at(
              p.at.input + static_cast<u32>(row * j.input_row_stride + column * j.input_pixel_stride + channel));
          v = j.signed_input ? static_cast<i8>(byte) : byte;
        }
        sum += static_cast<u32>(v * p.of(o, i, y, x));
      }
  u32 const at = p.at.output + static_cast<u32>(h * j.output_row_stride + w * j.output_pixel_stride + 4 * o);
  if (j.stream_in) sum += static_cast<u32>(before.word(at));
  if (!j.requantise) return static_cast<i32>(sum);
  u32 const scale = j.scale_32 ? static_cast<u32>(before.word(p.at.scale + 4 * static_cast<u32>(o)))
                               : *before.at(p.at.scale + static_cast<u32>(o));
  int const shift = j.channel_shift ? *before.at(p.at.shift + static_cast<u32>(o)) : j.shift;
  i64 y;
  if (j.bias) {
    y = static_cast<i32>(sum * scale + static_cast<u32>(before.word(p.at.bias + 4 * static_cast<u32>(o))));
  } else {
    i64 const product = static_cast<i64>(static_cast<u64>(i64{static_cast<i32>(sum)}) * scale);
    y = static_cast<i64>(static_cast<u64>(product) << 16) >> 16;
  }
  y >>= shift;
  if (j.unsigned_output && y < 0) y = 0;
  if (!j.output_32) y = j.unsigned_output ? (y > 255 ? 255 : y) : y < -128 ? -128 : y > 127 ? 127 : y;
  return static_cast<i32>(y);
}
}  // namespace

TEST_CASE("500 random jobs: legal, bit-exact, as long as predicted, inside their reach") {
  unit u, before;
  int done = 0;
  for (u64 seed = 1; done < 500; ++seed) {
    dice d(seed);
    problem p;
    if (!draw(p, d)) continue;
    ++done;
    for (u8& b : u.memory) b = static_cast<u8>(d.engine());
    for (index o = 0; p.job.channel_shift && p.job.requantise && o < p.job.out_channels; ++o)
      *u.at(p.at.shift + static_cast<u32>(o)) = static_cast<u8>(d.between(0, 31));
    u8* const packed = p.job.weights_in_weight_memory ? u.weights.data() + p.at.weights : u.at(p.at.weights);
    CHECK(npu::pack(
        p.job.kind, p.job.out_channels, p.job.in_channels, p.job.weight_bits, p.job.weight_offset,
        [&](index o, index i, index y, index x) { return p.of(o, i, y, x); }, packed));
    before.memory = u.memory;
    CHECK(npu::stays_inside(p.job, p.at, {l1, l1 + l1_bytes}, p.packed()));
    simulator::npu_report report;
    REQUIRE_NOTHROW(report = u.run(npu::make_job(p.job, p.at)));
    CHECK(static_cast<i64>(report.busy_cycles) == npu::job_cycles(p.job, 1));
    bool equal = true;
    for (index h = 0; h < p.job.rows; ++h)
      for (index w = 0; w < p.job.columns; ++w)
        for (index o = 0; o < p.job.out_channels; ++o) {
          u32 const at = p.at.output + static_cast<u32>(h * p.job.output_row_stride + w * p.job.output_pixel_stride);
          i32 const want = expected(p, before, h, w, o);
          equal &= p.job.output_32 ? u.word(at + 4 * static_cast<u32>(o)) == want
                                   : *u.at(at + static_cast<u32>(o)) == static_cast<u8>(want);
        }
    CHECK_MESSAGE(equal, "seed ", seed);
  }
}

TEST_CASE("cycles at two a weight word") {
  unit u({.cycles = {.weight_memory_cycles = 2}, .start_cycles = 3, .soft_clear_cycles = 10, .whole_windows = true});
  int done = 0;
  for (u64 seed = 1; done < 60; ++seed) {
    dice d(seed + 100'000);
    problem p;
    if (!draw(p, d)) continue;
    ++done;
    p.job.channel_shift = false;
    CHECK(static_cast<i64>(u.run(npu::make_job(p.job, p.at)).busy_cycles) == npu::job_cycles(p.job, 2));
  }
}

TEST_CASE("reach is what the simulator refuses one byte beyond") {
  int done = 0, input = 0, output = 0;
  for (u64 seed = 1; done < 200; ++seed) {
    dice d(seed + 200'000);
    problem p;
    if (!draw(p, d)) continue;
    ++done;
    p.job.channel_shift = false;
    auto const legal = [&](npu::job_addresses const& a) {
      unit u;
      try {
        u.run(npu::make_job(p.job, a));
      } catch (simulator::npu_fault const&) {
        return false;
      }
      return true;
    };
    auto const agrees = [&](npu::job_addresses const& a) {
      bool const inside = npu::stays_inside(p.job, a, {l1, l1 + l1_bytes}, p.packed());
      CHECK_MESSAGE(inside == legal(a), "seed ", seed);
      return inside;
    };
    npu::job_addresses a = p.at;
    a.input = static_cast<u32>(l1 - npu::input_reach(p.job).begin);
    input += agrees(a);
    --a.input;
    CHECK_FALSE(agrees(a));
    a.input = static_cast<u32>(l1 + l1_bytes - npu::input_reach(p.job).end);
    agrees(a);
    ++a.input;
    CHECK_FALSE(agrees(a));
    a = p.at;
    a.output = static_cast<u32>(l1 + l1_bytes - npu::output_reach(p.job).end);
    output += agrees(a);
    ++a.output;
    CHECK_FALSE(agrees(a));
    if (!p.job.requantise) continue;
    a = p.at;
    a.scale = static_cast<u32>(l1 + l1_bytes - npu::scale_reach(p.job).end);
    agrees(a);
    ++a.scale;
    CHECK_FALSE(agrees(a));
    if (!p.job.bias) continue;
    a = p.at;
    a.bias = static_cast<u32>(l1 + l1_bytes - npu::bias_reach(p.job).end);
    agrees(a);
    ++a.bias;
    CHECK_FALSE(agrees(a));
  }
  CHECK(input == done);
  CHECK(output == done);
}

TEST_CASE("codes that do not fit are told") {
  u8 to[32 * 8];
  auto const pack = [&](i32 value) {
    return npu::pack(
        npu::form::dense_3x3, 1, 1, 4, -8, [&](index, index, index, index) { return value; }, to);
  };
  CHECK(pack(-8));
  CHECK(pack(7));
  CHECK_FALSE(pack(8));
  CHECK_FALSE(pack(-9));
}

TEST_CASE("what cannot be a job has a reason") {
  npu::job_descriptor const legal{
      .kind = npu::form::dense_3x3, .in_channels = 28, .out_channels = 32, .rows = 7, .columns = 7};
  REQUIRE(npu::problem_of(legal) == nullptr);
  auto const refused = [&](auto change) {
    npu::job_descriptor d = legal;
    change(d);
    return npu::problem_of(d) != nullptr;
  };
  CHECK(refused([](auto& d) { d.rows = 0; }));
  CHECK(refused([](auto& d) { d.in_channels = 0; }));
  CHECK(refused([](auto& d) { d.kind = npu::form::depthwise_3x3; }));
  CHECK(refused([](auto& d) { d.out_channels = 32 * 65536; }));
  CHECK(refused([](auto& d) { d.columns = 6 * 65536; }));
  CHECK(refused([](auto& d) { d.pad_left = 3; }));
  CHECK(refused([](auto& d) { d.kind = npu::form::pointwise, d.pad_left = 1; }));
  CHECK(refused([](auto& d) { d.rows = 1, d.pad_top = 2, d.pad_bottom = 1; }));
  CHECK(refused([](auto& d) { d.pad_bottom = 2; }));
  CHECK(refused([](auto& d) { d.pad_right = 2; }));
  CHECK(refused([](auto& d) { d.signed_input = true, d.pad_value = 1; }));
  CHECK(refused([](auto& d) { d.weight_bits = 1; }));
  CHECK(refused([](auto& d) { d.weight_bits = 9; }));
  CHECK(refused([](auto& d) { d.weight_offset = 256; }));
  CHECK(refused([](auto& d) { d.weight_offset = -257; }));
  CHECK(refused([](auto& d) { d.shift = 32; }));
  CHECK(refused([](auto& d) { d.stream_in = true; }));
}

// All of it works in the compiler.
constexpr npu::job_descriptor chip{.kind = npu::form::pointwise,
                                   .in_channels = 64,
                                   .out_channels = 32,
                                   .rows = 6,
                                   .columns = 6,
                                   .input_pixel_stride = 64,
                                   .input_row_stride = 384,
                                   .output_pixel_stride = 128,
                                   .output_row_stride = 768,
                                   .weight_offset = 0,
                                   .output_32 = true,
                                   .requantise = true,
                                   .channel_shift = true,
                                   .shift = 17};
static_assert(npu::problem_of(chip) == nullptr);
// The chip team's image of the same job, but for bit 30, whose meaning nobody knows, and bit 15.
static_assert(npu::make_job(chip).word[23] == ((0x47D1'2E57u & ~(1u << 30)) | 1u << 15));
static_assert(npu::job_cycles(chip, 2) == 405);
static_assert([] {
  u8 to[32] = {};
  npu::pack(
      npu::form::pointwise, 1, 32, 8, 0, [](index, index c, index, index) { return c == 5 ? 0xa3 : c; }, to);
  return to[0] == 0xca && to[4] == 0xea && to[5] == 0x0d && to[6] == 0x20 && to[7] == 0x20 && to[8] == 0xca &&
         to[9] == 0xf0;
}());
}  // namespace npu_test
