// SPDX-License-Identifier: Apache-2.0
// The cycle model against the chip's own simulations, and the calibration table's NPU rows.
#include <cstdlib>

#include "formula.hpp"
#include "machine.hpp"

namespace npu_test {
namespace {
using image = std::array<std::uint32_t, 24>;

/// A window of the chip team's power tests at 10 ns a cycle. CONF0, counts and remainders are theirs (a full last tile
/// is 0); addresses are ours, and strides too where the shape does not give them: neither changes the cycles.
struct chip_window {
  char const* name;
  std::uint32_t strides[8];  // INFEAT d0 d1 d2, OUTFEAT d0 d1 d2, WEIGHTS d0 d1
  std::uint32_t remainders[3], numbers[2], conf0;
  int nanoseconds;
  std::uint64_t model;  // the fact sheet's figure
};
constexpr chip_window windows[] = {
    {"ki28_ko8_ho6_wo6_fs3",
     {28, 0xe0, 0x700, 32, 32, 0xc0, 32, 0x100},
     {0x0008001c, 0, 0},
     {0x10001, 0x10001},
     0x40d02e17,
     2343915 - 2341249,
     267},
    {"ki32_ko8_ho6_wo6_fs1",
     {32, 0xc0, 0x120, 32, 32, 0xc0, 32, 0x20},
     {0x00080020, 0, 0},
     {0x10001, 0x10001},
     0x40d12e57,
     2128937 - 2127669,
     127},
    {"ki56_ko32_ho6_wo6_fs3",
     {56, 0x1c0, 0xe00, 32, 128, 0x300, 32, 0x200},
     {0x0000001c, 0, 0},
     {0x10002, 0x10001},
     0x44d02e17,
     4155346 - 4142288,
     1309},
    {"ki56_ko32_ho1_wo1_fs3",
     {56, 0xa8, 0xe00, 32, 128, 0x80, 32, 0x200},
     {0x0000001c, 0x10001, 0x30003},
     {0x10002, 0x10001},
     0x44d02e17,
     3483385 - 3470326,
     1309},
    {"ki56_ko56_ho1_wo1_dw",
     {56, 0xa8, 0xe00, 32, 0xe0, 0xe0, 32, 0},
     {0x001c001c, 0x10001, 0x30003},
     {0x20002, 0x10001},
     0x47d12e37,
     2042081 - 2036001,
     608},
    {"ki56_ko56_ho6_wo6_dw",
     {56, 0x1c0, 0xe00, 32, 0xe0, 0x540, 32, 0},
     {0x001c001c, 0, 0},
     {0x20002, 0x10001},
     0x47d12e37,
     3049754 - 3043674,
     608},
    {"ki64_ko32_ho6_wo6_pointwise",
     {64, 0x180, 0x240, 32, 128, 0x300, 32, 0x40},
     {0x00000000, 0, 0},
     {0x10002, 0x10001},
     0x47d12e57,
     2742559 - 2738506,
     405},
    {"ki64_ko32_ho1_wo1_pointwise",
     {64, 0x40, 0x240, 32, 128, 0x80, 32, 0x40},
     {0x00000000, 0x10001, 0x10001},
     {0x10002, 0x10001},
     0x47d12e57,
     2131593 - 2127539,
     405},
    {"ki8_ko32_ho6_wo6_fs1",
     {8, 0x30, 0x48, 32, 128, 0x300, 32, 0x20},
     {0x00000008, 0, 0},
     {0x10001, 0x10001},
     0x40d22e57,
     2466286 - 2463221,
     307},
    {"ki8_ko32_ho6_wo6_fs3",
     {8, 0x40, 0x200, 32, 128, 0x300, 32, 0x100},
     {0x00000008, 0, 0},
     {0x10001, 0x10001},
     0x40d02e17,
     3142332 - 3134514,
     783},
    {"ki8_ko8_ho6_wo6_dw",
     {8, 0x40, 0x200, 32, 32, 0xc0, 32, 0},
     {0x00080008, 0, 0},
     {0x10001, 0x10001},
     0x40d32e37,
     2068111 - 2066503,
     161},
};
static_assert(sizeof windows / sizeof *windows == 11);

image registers_of(chip_window const& w) {
  image r{};
  r[0] = 0;
  for (unsigned i = 0; i < 5; ++i) r[1 + i] = l1_base + 0x8000 * i;
  for (unsigned i = 0; i < 8; ++i) r[6 + i] = w.strides[i];
  for (unsigned i = 0; i < 3; ++i) r[15 + i] = w.remainders[i];
  r[18] = w.numbers[0];
  r[19] = w.numbers[1];
  r[23] = w.conf0;
  return r;
}

/// Rows of the calibration table: weights in weight memory, 8-bit, 8-bit scale and bias.
struct calibration_row {
  layer job;
  int theirs, theirs_prefetch;
};
layer sized(form kind, int cin, int cout, int side, int bits = 8) {
  layer l{.kind = kind, .cin = cin, .cout = cout, .h = side, .w = side, .bits = bits, .prefetch = false};
  l.pixel_stride = static_cast<std::uint32_t>(cin);
  l.row_stride = l.pixel_stride * static_cast<std::uint32_t>(l.input_w());
  l.output_pixel_stride = static_cast<std::uint32_t>(cout);
  l.output_row_stride = l.output_pixel_stride * static_cast<std::uint32_t>(side);
  l.output = 0x18000;
  l.scale = 0x3c000;
  l.biases = 0x3d000;
  return l;
}
}  // namespace

TEST_CASE("the chip's 11 windows within 1 % with two cycles a weight word") {
  for (chip_window const& w : windows) {
    machine m(simulator::npu_options{.cycles = {.weight_memory_cycles = 2}});
    auto const report = m.run(registers_of(w));
    INFO(w.name, ": ", report.busy_cycles, " against ", w.nanoseconds / 10.0);
    CHECK(report.busy_cycles == w.model);
    CHECK(std::abs(static_cast<double>(report.busy_cycles) * 10 - w.nanoseconds) < 0.01 * w.nanoseconds);
  }
}

TEST_CASE("phases of the traced pointwise job") {
  machine m(simulator::npu_options{.cycles = {.weight_memory_cycles = 2}});
  auto const report = m.run(registers_of(windows[6]));
  using simulator::neureka::phase_kind;
  auto const cycles = [&](phase_kind k) {
    return report.phase_cycles[static_cast<unsigned>(k)];
  };
  CHECK(cycles(phase_kind::load) == 42 + 1);
  CHECK(cycles(phase_kind::weight_offset) == 6 + 6);
  CHECK(cycles(phase_kind::products) == 69 + 69);
  CHECK(cycles(phase_kind::update) == 2 + 2);
  CHECK(cycles(phase_kind::shift) == 8);
  CHECK(cycles(phase_kind::scale) == 41);
  CHECK(cycles(phase_kind::bias) == 12);
  CHECK(cycles(phase_kind::stream_out) == 147);
  CHECK(report.multiply_accumulates == 64 * 32 * 36);
}

TEST_CASE("calibration rows: busy cycles are the formula's at one cycle a weight word") {
  using enum form;
  calibration_row const rows[] = {
      {sized(pointwise, 32, 32, 6), 170, 173},        {sized(pointwise, 256, 32, 6), 800, 528},
      {sized(pointwise, 256, 256, 6), 6316, 4156},    {sized(pointwise, 128, 128, 12), 6860, 4530},
      {sized(pointwise, 64, 64, 24), 7948, 5536},     {sized(dense, 28, 32, 6), 417, 417},
      {sized(dense, 56, 64, 12), 5972, 5118},         {sized(dense, 112, 32, 6), 1437, 1254},
      {sized(depthwise, 28, 28, 6), 188, 0},          {sized(pointwise, 256, 256, 1), 6034, 3874},
      {sized(pointwise, 1024, 256, 1), 23314, 13666}, {sized(pointwise, 64, 256, 1), 1714, 1426},
      {sized(pointwise, 256, 64, 1), 1516, 976},      {sized(dense, 28, 256, 1), 2530, 2530},
      {sized(dense, 112, 256, 1), 9370, 9226},        {sized(dense, 28, 256, 1, 2), 0, 994},
      {sized(dense, 28, 256, 1, 4), 0, 1506},         {sized(dense, 28, 256, 1, 6), 0, 2018},
  };
  for (calibration_row const& row : rows)
    for (bool prefetch : {false, true}) {
      layer l = row.job;
      l.prefetch = prefetch;
      l.weight_memory = l.kind != depthwise;
      if (!l.weight_memory) l.weights = 0x30000;
      machine m;
      auto const report = m.run(registers_of(l));
      CHECK(report.busy_cycles == formula(l, 1));
      CHECK(report.ticket.ended - report.ticket.committed <= report.busy_cycles + 25);
      int const theirs = prefetch ? row.theirs_prefetch : row.theirs;
      if (theirs != 0) {
        MESSAGE("cin ", l.cin, " cout ", l.cout, " side ", l.h, " bits ", l.bits,
                std::string(prefetch ? " prefetch" : ""), ": ours ", report.busy_cycles, ", calibration ", theirs);
      }
    }
}

TEST_CASE("the fact sheet's examples: 8-bit weights, per-channel shift and bias") {
  struct example {
    layer job;
    std::uint64_t k1, k2;
  };
  using enum form;
  auto const padded = [](layer l) {
    l.pad_top = l.pad_right = l.pad_bottom = l.pad_left = 1;
    l.input = 0x2000;
    l.row_stride = l.pixel_stride * static_cast<std::uint32_t>(l.w);
    return l;
  };
  example const examples[] = {
      {padded(sized(dense, 64, 64, 16)), 16017, 29841},   {sized(pointwise, 64, 64, 16), 3100, 4217},
      {padded(sized(depthwise, 64, 64, 16)), 4000, 4008}, {sized(pointwise, 64, 64, 1), 380, 505},
      {sized(pointwise, 64, 256, 1), 1400, 1897},         {sized(pointwise, 256, 64, 1), 944, 1441}};
  for (example const& e : examples)
    for (unsigned k : {1u, 2u}) {
      layer l = e.job;
      l.prefetch = l.channel_shift = true;
      l.shifts = 0x3e000;
      machine m(simulator::npu_options{.cycles = {.weight_memory_cycles = k}});
      auto const report = m.run(registers_of(l));
      CHECK(report.busy_cycles == (k == 1 ? e.k1 : e.k2));
    }
}

TEST_CASE("weights in L1 take one cycle a word whatever weight memory takes") {
  layer l = sized(form::dense, 28, 32, 6);
  l.weight_memory = false;
  l.weights = 0x30000;
  machine m(simulator::npu_options{.cycles = {.weight_memory_cycles = 2}});
  CHECK(m.run(registers_of(l)).busy_cycles == formula(l, 1));
}
}  // namespace npu_test
