// SPDX-License-Identifier: Apache-2.0
// Packing bit by bit and arithmetic in plain loops, written from the fact sheet alone.
#include <cstring>

#include "layer.hpp"

namespace npu_test {
namespace {
int code(layer const& l, std::vector<int> const& codes, int o, int c, int y, int x) {
  int const t = l.taps();
  return codes[static_cast<std::size_t>(((o * l.weights_per_output() + c) * t + y) * t + x)];
}
std::int32_t read_i32(std::uint8_t const* p) {
  return static_cast<std::int32_t>(p[0] | p[1] << 8 | p[2] << 16 | static_cast<std::uint32_t>(p[3]) << 24);
}
/// The low 32 or 48 bits as a signed number.
std::int64_t wrap(__int128 v, int bits) {
  __int128 const modulus = static_cast<__int128>(1) << bits;
  v %= modulus;
  if (v < 0) v += modulus;
  if (v >= modulus / 2) v -= modulus;
  return static_cast<std::int64_t>(v);
}
std::int64_t floor_shift(std::int64_t v, int shift) {
  std::int64_t const divisor = std::int64_t{1} << shift;
  std::int64_t q = v / divisor;
  if (v % divisor < 0) --q;
  return q;
}

std::int64_t result(layer const& l, std::vector<std::uint8_t> const& l1, int o, std::int64_t acc) {
  if (!l.requantise) return acc;
  std::size_t const channel = static_cast<std::size_t>(o);
  std::int64_t scale = l1[l.scale + channel];
  if (l.scale_bits == 32) scale = static_cast<std::uint32_t>(read_i32(&l1[l.scale + 4 * channel]));
  int const shift = l.channel_shift ? l1[l.shifts + channel] : l.shift;
  __int128 const product = static_cast<__int128>(acc) * scale;
  std::int64_t y = l.bias ? wrap(static_cast<__int128>(wrap(product, 32)) + read_i32(&l1[l.biases + 4 * channel]), 32)
                          : wrap(product, 48);
  y = floor_shift(y, shift);
  if (l.relu && y < 0) y = 0;
  if (l.output_bits == 8) {
    std::int64_t const low = l.relu ? 0 : -128, high = l.relu ? 255 : 127;
    y = y < low ? low : y > high ? high : y;
  }
  return y;
}
}  // namespace

void pack(layer const& l, std::vector<int> const& codes, std::uint8_t* to) {
  std::memset(to, 0, l.weight_bytes());
  auto const set = [&](int word, int bit) {
    to[word * 32 + bit / 8] |= static_cast<std::uint8_t>(1 << bit % 8);
  };
  int const tile = l.channel_tile(), groups = (l.cin + tile - 1) / tile;
  for (int o = 0; o < l.cout; ++o)
    for (int c = 0; c < l.weights_per_output(); ++c)
      for (int y = 0; y < l.taps(); ++y)
        for (int x = 0; x < l.taps(); ++x)
          for (int b = 0; b < l.bits; ++b) {
            if (!(code(l, codes, o, c, y, x) >> b & 1)) continue;
            int const channel = l.kind == form::depthwise ? o : c;
            int const major = channel / tile, minor = channel % tile;
            if (l.kind == form::dense) set((o * groups + major) * l.bits + b, 28 * (3 * y + x) + minor);
            if (l.kind == form::depthwise) set(major * l.bits + b, 28 * (3 * y + x) + minor);
            if (l.kind == form::pointwise) set(o * groups + major, 32 * (minor / 4) + 4 * b + minor % 4);
          }
}

void reference(layer const& l, std::vector<int> const& codes, std::vector<std::uint8_t>& l1) {
  std::vector<std::uint8_t> const before = l1;
  for (int h = 0; h < l.h; ++h)
    for (int w = 0; w < l.w; ++w)
      for (int o = 0; o < l.cout; ++o) {
        __int128 acc = 0;
        for (int y = 0; y < l.taps(); ++y)
          for (int x = 0; x < l.taps(); ++x) {
            bool const off =
                l.taps() == 3 && (y < l.mask_top || y > 2 - l.mask_bottom || x < l.mask_left || x > 2 - l.mask_right);
            if (off) continue;
            int const row = h + y - l.pad_top, column = w + x - l.pad_left;
            bool const padded = row < 0 || column < 0 || row >= l.input_h() || column >= l.input_w();
            for (int c = 0; c < l.weights_per_output(); ++c) {
              int const channel = l.kind == form::depthwise ? o : c;
              int value = l.pad_value;
              if (!padded)
                value =
                    before[l.input + static_cast<std::uint32_t>(row) * l.row_stride +
                           static_cast<std::uint32_t>(column) * l.pixel_stride + static_cast<std::uint32_t>(channel)];
              if (l.signed_input && value > 127) value -= 256;
              acc += value * (code(l, codes, o, c, y, x) + l.offset);
            }
          }
        std::uint8_t* const to = &l1[l.output + static_cast<std::uint32_t>(h) * l.output_row_stride +
                                     static_cast<std::uint32_t>(w) * l.output_pixel_stride +
                                     static_cast<std::uint32_t>(o * l.output_bits / 8)];
        if (l.stream_in) acc += read_i32(&before[static_cast<std::size_t>(to - l1.data())]);
        std::int64_t const y = result(l, before, o, wrap(acc, 32));
        for (int i = 0; i < l.output_bits / 8; ++i)
          to[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(y) >> (8 * i));
      }
}
}  // namespace npu_test
