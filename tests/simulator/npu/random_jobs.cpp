// SPDX-License-Identifier: Apache-2.0
// Random jobs against the plain reference, the whole of L1 compared; cycles against the formula written out anew.
#include "machine.hpp"

#include "formula.hpp"

namespace npu_test {
namespace {
constexpr int seeds = 2000;

std::string told(layer const& l) {
  std::string text;
  static constexpr char const* forms[] = {"dense", "depthwise", "pointwise"};
  text += forms[static_cast<int>(l.kind)];
  for (auto [name, value] : {std::pair{"cin", l.cin},
                             {"cout", l.cout},
                             {"h", l.h},
                             {"w", l.w},
                             {"bits", l.bits},
                             {"offset", l.offset},
                             {"top", l.pad_top},
                             {"right", l.pad_right},
                             {"bottom", l.pad_bottom},
                             {"left", l.pad_left},
                             {"value", l.pad_value},
                             {"signed", int{l.signed_input}},
                             {"stream_in", int{l.stream_in}},
                             {"requantise", int{l.requantise}},
                             {"scale", l.scale_bits},
                             {"shift", l.channel_shift ? -1 : l.shift},
                             {"bias", int{l.bias}},
                             {"relu", int{l.relu}},
                             {"out", l.output_bits}})
    text += std::string(" ") + name + "=" + std::to_string(value);
  return text;
}
}  // namespace

TEST_CASE("2000 random jobs are bit-exact and take the formula's cycles") {
  machine m[2] = {machine{}, machine{simulator::npu_options{.cycles = {.weight_memory_cycles = 2}}}};
  int forms[3] = {}, streamed = 0, multi_tile = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    random_source random(static_cast<std::uint64_t>(seed));
    layer const l = random_layer(random);
    auto const codes = random_codes(l, random);
    machine& unit = m[seed % 2];
    random.fill(unit.l1);
    unit.put_shifts(l, random);
    unit.put_weights(l, codes);
    std::vector<std::uint8_t> expected = unit.l1;
    reference(l, codes, expected);
    auto const report = unit.run(registers_of(l));
    bool const equal = unit.l1 == expected;
    if (!equal) FAIL_CHECK("seed ", seed, ": ", told(l));
    unsigned const k = seed % 2 == 1 && l.weight_memory ? 2 : 1;
    CHECK_MESSAGE(report.busy_cycles == formula(l, k), "seed ", seed, ": ", told(l));
    CHECK(simulator::neureka::busy_cycles(simulator::neureka::decode(registers_of(l)), {.weight_memory_cycles = k}) ==
          report.busy_cycles);
    ++forms[static_cast<int>(l.kind)];
    streamed += l.stream_in;
    multi_tile += l.h > 6 || l.w > 6;
  }
  // The draw covers what it claims to.
  for (int count : forms) CHECK(count > seeds / 5);
  CHECK(streamed > seeds / 20);
  CHECK(multi_tile > seeds / 4);
}

TEST_CASE("the fact sheet's worked examples of packing") {
  machine m;
  layer l{.kind = form::pointwise, .cin = 32, .cout = 1, .h = 1, .w = 1};
  std::vector<int> codes(32);
  for (int c = 0; c < 32; ++c) codes[static_cast<std::size_t>(c)] = c == 5 ? 0xa3 : c;
  std::uint8_t packed[96];
  pack(l, codes, packed);
  static constexpr std::uint8_t expected[32] = {0xca, 0,    0,    0,    0xea, 0x0d, 0x20, 0x20, 0xca, 0xf0, 0,
                                                0,    0xca, 0xff, 0,    0,    0xca, 0,    0x0f, 0,    0xca, 0x0f,
                                                0x0f, 0,    0xca, 0xf0, 0x0f, 0,    0xca, 0xff, 0x0f, 0};
  CHECK(std::equal(packed, packed + 32, expected));

  layer const d{.kind = form::dense, .cin = 28, .cout = 1, .h = 1, .w = 1, .bits = 3};
  std::vector<int> few(28 * 9);
  few[1 * 9 + 1] = 5;
  few[27 * 9 + 8] = 4;
  pack(d, few, packed);
  std::uint8_t planes[96] = {};
  planes[3] = 0x20;
  planes[64 + 3] = 0x20;
  planes[64 + 31] = 0x08;
  CHECK(std::equal(packed, packed + 96, planes));
}
}  // namespace npu_test
