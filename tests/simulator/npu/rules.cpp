// SPDX-License-Identifier: Apache-2.0
// Every rule that makes a job illegal: a legal twin runs, the broken one names register and rule.
#include <functional>
#include <string>

#include "machine.hpp"

namespace npu_test {
namespace {
using image = std::array<std::uint32_t, 24>;

/// A legal 3x3 job with everything on: 40 to 50 channels, 13 x 8 pixels, padding.
layer base(form kind = form::dense) {
  layer l{.kind = kind, .cin = 40, .cout = kind == form::depthwise ? 40 : 50, .h = 13, .w = 8};
  if (kind != form::pointwise) l.pad_top = l.pad_right = l.pad_bottom = l.pad_left = 1;
  l.channel_shift = true;
  l.pixel_stride = 40;
  l.row_stride = 40 * static_cast<std::uint32_t>(l.input_w());
  l.output_pixel_stride = 64;
  l.output_row_stride = 64 * 8;
  l.input = 0x1000;
  l.output = 0x10000;
  l.scale = 0x30000;
  l.shifts = 0x30100;
  l.biases = 0x30200;
  return l;
}

struct broken {
  std::string name, where, rule;
};
broken attempt(image const& registers, simulator::npu_options options = {}) {
  machine m(options);
  try {
    m.run(registers);
  } catch (simulator::npu_fault const& fault) {
    CHECK(std::string(fault.what()).find(fault.register_name) != std::string::npos);
    CHECK(std::string(fault.what()).find(fault.rule) != std::string::npos);
    return {"", fault.register_name, fault.rule};
  }
  return {};
}
simulator::npu_options options_with(bool whole_windows) {
  simulator::npu_options options;
  options.whole_windows = whole_windows;
  return options;
}
/// Changes one register of a legal job and expects the rule, or, with an empty `where`, that the job stays legal.
void expect(form kind, unsigned number, std::function<std::uint32_t(std::uint32_t)> change, std::string const& where,
            std::string const& words) {
  image registers = registers_of(base(kind));
  CHECK(attempt(registers).where == "");
  registers[number] = change(registers[number]);
  broken const b = attempt(registers);
  CHECK_MESSAGE(b.where == where, "register ", number, ": ", b.where, ": ", b.rule);
  CHECK_MESSAGE(b.rule.find(words) != std::string::npos, b.rule);
}
auto set(std::uint32_t bits) {
  return [bits](std::uint32_t v) {
    return v | bits;
  };
}
auto be(std::uint32_t value) {
  return [value](std::uint32_t) {
    return value;
  };
}
auto add(std::uint32_t value) {
  return [value](std::uint32_t v) {
    return v + value;
  };
}
constexpr form all_forms[] = {form::dense, form::depthwise, form::pointwise};
}  // namespace

TEST_CASE("CONF0") {
  for (form kind : all_forms) {
    expect(kind, 23, set(1u << 3), "CONF0", "bit 3");
    expect(kind, 23, set(3u << 5), "CONF0", "bits 6:5");
    expect(kind, 23, set(1u << 7), "CONF0", "bit 7");
    expect(kind, 23, set(1u << 8), "CONF0", "bit 8");
    expect(kind, 23, set(1u << 12), "CONF0", "scale width");
    expect(kind, 23, set(3u << 12), "CONF0", "scale width");
    expect(kind, 23, set(1u << 21), "CONF0", "output width");
    expect(kind, 23, set(3u << 21), "CONF0", "output width");
    expect(kind, 23, set(1u << 14), "CONF0", "stream-in");
    for (unsigned bit : {27u, 28u, 29u, 31u}) expect(kind, 23, set(1u << bit), "CONF0", "bits 27, 28, 29 and 31");
    expect(kind, 23, set(1u << 30), "", "");  // the chip's own tests set it
    expect(
        kind, 23, [](std::uint32_t v) { return v & ~(1u << 11); }, "", "");
  }
}

TEST_CASE("tile counts and remainders") {
  for (form kind : all_forms) {
    expect(
        kind, 18, [](std::uint32_t v) { return v & 0xffff; }, "SUBTILE_NB0", "Ko tiles");
    expect(
        kind, 18, [](std::uint32_t v) { return v & 0xffff0000; }, "SUBTILE_NB0", "Ki tiles");
    expect(
        kind, 19, [](std::uint32_t v) { return v & 0xffff; }, "SUBTILE_NB1", "Ho tiles");
    expect(
        kind, 19, [](std::uint32_t v) { return v & 0xffff0000; }, "SUBTILE_NB1", "Wo tiles");
    std::uint32_t const ko = kind == form::depthwise ? 29 : 33, ki = kind == form::pointwise ? 33 : 29;
    expect(
        kind, 15, [=](std::uint32_t v) { return (v & 0xffff) | ko << 16; }, "SUBTILE_REM0",
        "Ko remainder is " + std::to_string(ko));
    expect(
        kind, 15, [=](std::uint32_t v) { return (v & 0xffff0000) | ki; }, "SUBTILE_REM0",
        "Ki remainder is " + std::to_string(ki));
    expect(
        kind, 16, [](std::uint32_t v) { return (v & 0xffff) | 7 << 16; }, "SUBTILE_REM1", "Ho remainder is 7");
    expect(
        kind, 16, [](std::uint32_t v) { return (v & 0xffff0000) | 7; }, "SUBTILE_REM1", "Wo remainder is 7");
    expect(kind, 17, add(1u << 16), "SUBTILE_REM2", "Hi remainder");
    expect(kind, 17, add(1), "SUBTILE_REM2", "Wi remainder");
    expect(kind, 17, be(0), "SUBTILE_REM2", "Hi remainder is 0");
  }
  expect(form::depthwise, 18, add(1u << 16), "SUBTILE_NB0", "equal numbers");
  expect(
      form::depthwise, 15, [](std::uint32_t v) { return v - (1u << 16); }, "SUBTILE_REM0", "equal Ko and Ki");
}

TEST_CASE("padding, filter mask and weight offset") {
  for (form kind : all_forms) {
    for (unsigned low : {16u, 20u, 24u, 28u})
      expect(
          kind, 20, [=](std::uint32_t v) { return (v & ~(15u << low)) | 3u << low; }, "PADDING", "0 to 2");
    expect(kind, 20, set(0x100), "PADDING", "8 bits");
    expect(kind, 21, be(256), "WEIGHT_OFFSET", "-256 to 255");
    expect(kind, 21, be(static_cast<std::uint32_t>(-257)), "WEIGHT_OFFSET", "-256 to 255");
    expect(kind, 21, be(static_cast<std::uint32_t>(-256)), "", "");
    expect(kind, 21, be(255), "", "");
  }
  expect(form::pointwise, 22, be(1), "FILTER_MASK", "1x1");
  for (form kind : {form::dense, form::depthwise})
    for (unsigned low : {0u, 8u, 16u, 24u}) {
      expect(kind, 22, be(4u << low), "FILTER_MASK", "0 to 3");
      expect(kind, 22, be(1u << low), "", "");
    }
  // A last tile of one pixel in 1x1 form that is nothing but padding.
  image all_padding = registers_of(base(form::pointwise));
  all_padding[20] = 1u << 20;
  CHECK(attempt(all_padding).where == "PADDING");
}

TEST_CASE("strides") {
  for (form kind : all_forms) {
    expect(kind, 9, be(16), "OUTFEAT_D0_STRIDE", "must be 32");
    expect(kind, 12, be(36), "WEIGHTS_D0_STRIDE", "must be 32");
    expect(kind, 13, add(32), "WEIGHTS_D1_STRIDE", "must be");
    expect(kind, 14, be(32), "WEIGHTS_D2_STRIDE", "must be 0");
    expect(kind, 8, be(0x700), "", "");  // unused
  }
}

TEST_CASE("addresses") {
  constexpr std::uint32_t end = l1_base + l1_bytes;
  for (form kind : all_forms) {
    expect(kind, 0, add(4), "WEIGHTS_PTR", "multiple of 32");
    expect(kind, 0, be(machine::weight_bytes - 32), "WEIGHTS_PTR", "leave weight memory");
    expect(
        kind, 23, [](std::uint32_t v) { return v & ~(1u << 9); }, "WEIGHTS_PTR", "leave L1");
    expect(kind, 1, be(end - 64), "INFEAT_PTR", "leave L1");
    expect(kind, 1, be(l1_base - 1), "INFEAT_PTR", "leave L1");
    expect(kind, 1, be(0x1000), "INFEAT_PTR", "leave L1");  // a core's own alias is not the NPU's
    expect(kind, 1, be(0x1c01'0000), "INFEAT_PTR", "leave L1");
    expect(kind, 2, be(end - 64), "OUTFEAT_PTR", "leave L1");
    expect(kind, 2, be(l1_base - 64), "OUTFEAT_PTR", "leave L1");
    expect(kind, 3, be(end - 31), "SCALE_PTR", "leave L1");
    expect(kind, 4, be(end - 31), "SCALE_SHIFT_PTR", "leave L1");
    expect(kind, 5, be(end - 4), "SCALE_BIAS_PTR", "leave L1");
    expect(kind, 7, be(0x7fff'ffff), "INFEAT_PTR", "leave L1");
    expect(kind, 7, be(0x8000'0000), "INFEAT_PTR", "leave L1");
    expect(kind, 19, be(0xffff'ffff), "INFEAT_PTR", "leave L1");
    expect(kind, 11, be(0xffff'0000), "OUTFEAT_PTR", "leave L1");
  }
}

TEST_CASE("only bytes that matter must lie in L1 when whole windows are not asked for") {
  // The padded origin lies one row and one pixel below L1.
  layer l = base();
  l.input = 0;
  CHECK(attempt(registers_of(l)).where == "INFEAT_PTR");
  CHECK(attempt(registers_of(l), options_with(false)).where == "");
  // The last pixel ends with L1; the window of the partial tile goes on.
  l.input = l1_bytes - static_cast<std::uint32_t>(l.input_h()) * l.row_stride;
  l.output = 0x8000;
  l.scale = 0x1000, l.shifts = 0x1100, l.biases = 0x1200;
  CHECK(attempt(registers_of(l)).where == "INFEAT_PTR");
  CHECK(attempt(registers_of(l), options_with(false)).where == "");
  l.input += 1;
  CHECK(attempt(registers_of(l), options_with(false)).where == "INFEAT_PTR");
}

TEST_CASE("a shift byte above 31") {
  machine m;
  layer const l = base();
  m.l1[l.shifts + 41] = 32;
  m.submit(registers_of(l));
  bool caught = false;
  try {
    m.wait();
  } catch (simulator::npu_fault const& fault) {
    caught = true;
    CHECK(fault.register_name == "SCALE_SHIFT_PTR");
    CHECK(fault.rule.find("channel 41") != std::string::npos);
  }
  CHECK(caught);
}

TEST_CASE("random register images are judged without harm") {
  // Each either runs or is refused; the sanitizer build watches the accesses.
  int legal = 0;
  for (int seed = 1; seed <= 20000; ++seed) {
    random_source random(static_cast<std::uint64_t>(seed));
    image registers = registers_of(base(all_forms[seed % 3]));
    for (int change = random.between(1, 3); change > 0; --change) {
      std::uint32_t& r = registers[static_cast<std::size_t>(random.between(0, 23))];
      r = random.chance(50) ? r ^ 1u << random.between(0, 31) : static_cast<std::uint32_t>(random.next() >> 20);
    }
    auto const j = simulator::neureka::decode(registers);
    if (simulator::neureka::broken_rule(j, {l1_base, l1_bytes, machine::weight_bytes, seed % 2 == 0})) continue;
    ++legal;
    if (simulator::neureka::multiply_accumulates(j) > 20'000'000 || legal % 8 != 0) continue;
    machine m(options_with(seed % 2 == 0));
    m.run(registers);
  }
  CHECK(legal > 1000);
}

TEST_CASE("what rests on unverified facts is told, not refused") {
  struct listener : simulator::npu_observer {
    std::string all;
    void unverified(simulator::npu_ticket const&, std::string const& name, std::string const& rule) override {
      all += name + ": " + rule + "\n";
    }
  };
  auto const told = [](image const& registers) {
    listener to;
    machine m({}, &to);
    m.run(registers);
    return to.all;
  };
  image const quiet = registers_of(base());
  CHECK(told(quiet) == "");
  auto const with = [&](unsigned number, std::uint32_t flip) {
    image r = quiet;
    r[number] ^= flip;
    return told(r);
  };
  CHECK(with(23, 1u << 11).find("bit 11") != std::string::npos);
  CHECK(with(23, 1u << 15).find("bit 15") != std::string::npos);
  CHECK(with(23, 1u << 30).find("bit 30") != std::string::npos);
  CHECK(with(22, 1).find("FILTER_MASK") != std::string::npos);
  image padded = quiet;
  padded[20] |= 5;
  padded[23] |= 1u << 26;
  CHECK(told(padded).find("signed input") != std::string::npos);
  layer two = base();
  two.pad_bottom = 2;
  CHECK(told(registers_of(two)).find("padding of 2") != std::string::npos);
}
}  // namespace npu_test
