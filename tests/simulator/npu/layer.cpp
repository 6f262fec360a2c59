// SPDX-License-Identifier: Apache-2.0
#include "layer.hpp"

#include <algorithm>

namespace npu_test {
namespace {
int ceil_div(int a, int b) { return (a + b - 1) / b; }
int rest(layer const& l, int extent, int tile) {
  int const r = (extent - 1) % tile + 1;
  return r == tile && l.full_remainder_as_zero ? 0 : r;
}
std::uint32_t halves(int high, int low) {
  return static_cast<std::uint32_t>(high) << 16 | static_cast<std::uint32_t>(low);
}
}  // namespace

std::uint32_t layer::weight_bytes() const {
  int const groups = ceil_div(cin, channel_tile());
  int const words = kind == form::pointwise ? cout * groups
                    : kind == form::dense   ? cout * groups * bits
                                            : groups * bits;
  return static_cast<std::uint32_t>(32 * words);
}

std::array<std::uint32_t, 24> registers_of(layer const& l) {
  std::array<std::uint32_t, 24> r{};
  int const nki = ceil_div(l.cin, l.channel_tile()), nko = ceil_div(l.cout, l.output_tile());
  int const halo = l.taps() - 1;
  r[0] = l.weight_memory ? l.weights : l1_base + l.weights;
  r[1] = l1_base + l.input - static_cast<std::uint32_t>(l.pad_top) * l.row_stride -
         static_cast<std::uint32_t>(l.pad_left) * l.pixel_stride;
  r[2] = l1_base + l.output;
  r[3] = l1_base + l.scale;
  r[4] = l1_base + l.shifts;
  r[5] = l1_base + l.biases;
  r[6] = l.pixel_stride;
  r[7] = l.row_stride;
  r[8] = 0;
  r[9] = 32;
  r[10] = l.output_pixel_stride;
  r[11] = l.output_row_stride;
  r[12] = 32;
  r[13] = static_cast<std::uint32_t>(l.kind == form::pointwise ? 32 * nki
                                     : l.kind == form::dense   ? 32 * l.bits * nki
                                                               : 0);
  r[15] = halves(rest(l, l.cout, l.output_tile()), rest(l, l.cin, l.channel_tile()));
  int const rest_h = rest(l, l.h, 6), rest_w = rest(l, l.w, 6);
  r[16] = halves(rest_h, rest_w);
  r[17] = halves(rest_h == 0 ? 0 : rest_h + halo - l.pad_bottom, rest_w == 0 ? 0 : rest_w + halo - l.pad_right);
  r[18] = halves(nko, nki);
  r[19] = halves(ceil_div(l.h, 6), ceil_div(l.w, 6));
  r[20] = static_cast<std::uint32_t>(l.pad_top) << 28 | static_cast<std::uint32_t>(l.pad_right) << 24 |
          static_cast<std::uint32_t>(l.pad_bottom) << 20 | static_cast<std::uint32_t>(l.pad_left) << 16 |
          static_cast<std::uint8_t>(l.pad_value);
  r[21] = static_cast<std::uint32_t>(l.offset);
  r[22] = static_cast<std::uint32_t>(l.mask_top) << 24 | static_cast<std::uint32_t>(l.mask_right) << 16 |
          static_cast<std::uint32_t>(l.mask_bottom) << 8 | static_cast<std::uint32_t>(l.mask_left);
  std::uint32_t const mode = l.kind == form::dense ? 0 : l.kind == form::depthwise ? 1 : 2;
  r[23] = static_cast<std::uint32_t>(l.bits - 1) | static_cast<std::uint32_t>(l.requantise) << 4 | mode << 5 |
          static_cast<std::uint32_t>(l.weight_memory) << 9 | static_cast<std::uint32_t>(l.prefetch) << 10 | 1u << 11 |
          (l.scale_bits == 32 ? 2u : 0u) << 12 | static_cast<std::uint32_t>(l.stream_in) << 14 | 1u << 15 |
          static_cast<std::uint32_t>(l.shift) << 16 | (l.output_bits == 32 ? 2u : 0u) << 21 |
          static_cast<std::uint32_t>(!l.relu) << 23 | static_cast<std::uint32_t>(l.channel_shift) << 24 |
          static_cast<std::uint32_t>(l.bias) << 25 | static_cast<std::uint32_t>(l.signed_input) << 26;
  return r;
}

namespace {
/// Takes room for [-before, after) around an address out of L1; 0 when there is none.
struct room {
  std::uint32_t used = 0;
  bool full = false;
  std::uint32_t take(random_source& random, std::int64_t before, std::int64_t after) {
    std::int64_t const at = used + random.between(0, 5) + before;
    if (at + after > l1_bytes) full = true;
    used = static_cast<std::uint32_t>(std::min<std::int64_t>(at + after, l1_bytes));
    return static_cast<std::uint32_t>(at);
  }
};

bool place(layer& l, random_source& random) {
  room r;
  std::uint32_t const cin = static_cast<std::uint32_t>(l.cin),
                      out_bytes = static_cast<std::uint32_t>(l.output_bits / 8);
  l.pixel_stride = cin + (random.chance(30) ? static_cast<std::uint32_t>(random.between(0, 40)) : 0);
  l.row_stride = static_cast<std::uint32_t>(l.input_w()) * l.pixel_stride +
                 (random.chance(30) ? static_cast<std::uint32_t>(random.between(0, 100)) : 0);
  l.output_pixel_stride = static_cast<std::uint32_t>(l.cout) * out_bytes +
                          (random.chance(30) ? static_cast<std::uint32_t>(random.between(0, 40)) : 0);
  l.output_row_stride = static_cast<std::uint32_t>(l.w) * l.output_pixel_stride +
                        (random.chance(30) ? static_cast<std::uint32_t>(random.between(0, 100)) : 0);
  // Whole windows of whole tiles lie in L1.
  std::int64_t const rows = ceil_div(l.h, 6) * 6 + l.taps() - 1, columns = ceil_div(l.w, 6) * 6 + l.taps() - 1;
  std::int64_t const before = std::int64_t{l.pad_top} * l.row_stride + std::int64_t{l.pad_left} * l.pixel_stride;
  l.input = r.take(
      random, before,
      rows * l.row_stride + columns * l.pixel_stride + ceil_div(l.cin, l.channel_tile()) * l.channel_tile() + 32);
  l.output = r.take(random, 0,
                    ceil_div(l.h, 6) * 6 * std::int64_t{l.output_row_stride} +
                        ceil_div(l.w, 6) * 6 * std::int64_t{l.output_pixel_stride} + (l.cout + 40) * 4);
  l.scale = r.take(random, 0, 4 * l.cout + 64);
  l.shifts = r.take(random, 0, l.cout + 64);
  l.biases = r.take(random, 0, 4 * l.cout + 64);
  if (l.weight_memory)
    l.weights = 32 * static_cast<std::uint32_t>(random.between(0, 2000));
  else
    l.weights = r.take(random, 0, l.weight_bytes());
  return !r.full;
}

void choose(layer& l, random_source& random) {
  l = {};
  l.kind = static_cast<form>(random.between(0, 2));
  l.cin = random.chance(50) ? random.between(1, 40) : random.between(1, 130);
  l.cout = l.kind == form::depthwise ? l.cin : random.chance(50) ? random.between(1, 40) : random.between(1, 100);
  l.h = random.chance(50) ? random.between(1, 8) : random.between(1, 26);
  l.w = random.chance(50) ? random.between(1, 8) : random.between(1, 26);
  if (l.kind != form::pointwise && random.chance(60)) {
    int const most = random.chance(25) ? 2 : 1;
    l.pad_top = random.between(0, most);
    l.pad_right = random.between(0, most);
    l.pad_bottom = random.between(0, most);
    l.pad_left = random.between(0, most);
    if (random.chance(30)) l.pad_value = random.between(0, 255);
    // Two rows of padding below a last tile of one row would lie in the window of the tile before, which does not pad.
    if (l.pad_bottom == 2 && l.h > 6 && l.h % 6 == 1) l.pad_bottom = 1;
    if (l.pad_right == 2 && l.w > 6 && l.w % 6 == 1) l.pad_right = 1;
  }
  if (l.kind != form::pointwise && random.chance(20)) {
    l.mask_top = random.between(0, 2);
    l.mask_bottom = random.between(0, 2 - l.mask_top);
    l.mask_left = random.between(0, 2);
    l.mask_right = random.between(0, 2 - l.mask_left);
  }
  l.bits = random.between(2, 8);
  l.offset = random.chance(50) ? -(1 << (l.bits - 1)) : random.between(-256, 255);
  l.signed_input = random.chance(50);
  l.prefetch = random.chance(50);
  l.weight_memory = random.chance(60);
  l.requantise = random.chance(75);
  l.output_bits = random.chance(40) ? 32 : 8;
  l.stream_in = l.output_bits == 32 && random.chance(40);
  l.channel_shift = random.chance(50);
  l.bias = random.chance(60);
  l.relu = random.chance(50);
  l.scale_bits = random.chance(50) ? 32 : 8;
  l.shift = random.between(0, 31);
  l.full_remainder_as_zero = l.pad_bottom + l.pad_right == 0 && random.chance(30);
}
}  // namespace

layer random_layer(random_source& random) {
  for (;;) {
    layer l;
    choose(l, random);
    if (l.input_h() < 1 || l.input_w() < 1 || l.macs() > 2'000'000) continue;
    if (place(l, random)) return l;
  }
}

std::vector<int> random_codes(layer const& l, random_source& random) {
  std::vector<int> codes(static_cast<std::size_t>(l.cout * l.weights_per_output() * l.taps() * l.taps()));
  for (int& u : codes) u = random.between(0, (1 << l.bits) - 1);
  return codes;
}
}  // namespace npu_test
