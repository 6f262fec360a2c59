// SPDX-License-Identifier: Apache-2.0
// A random NPU layer in its own terms, its job registers, and what it must compute: plain loops, no tiles.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace npu_test {
inline constexpr std::uint32_t l1_base = 0x1000'0000, l1_bytes = 256 * 1024;

/// xorshift64*: the same on every platform.
struct random_source {
  std::uint64_t state;
  explicit random_source(std::uint64_t seed) : state(seed * 0x9e37'79b9'7f4a'7c15u + 0x1234'5678'9abc'def1u) {}
  std::uint64_t next() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545'f491'4f6c'dd1du;
  }
  /// low to high, both included.
  int between(int low, int high) {
    return low + static_cast<int>((next() >> 11) % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  void fill(std::vector<std::uint8_t>& to) {
    for (auto& b : to) b = static_cast<std::uint8_t>(next() >> 33);
  }
};

enum class form {
  dense,
  depthwise,
  pointwise
};

struct layer {
  form kind = form::dense;
  int cin = 28, cout = 32, h = 6, w = 6;  // output height and width; depthwise: cin == cout
  int pad_top = 0, pad_right = 0, pad_bottom = 0, pad_left = 0, pad_value = 0;
  int mask_top = 0, mask_right = 0, mask_bottom = 0, mask_left = 0;
  int bits = 8, offset = -128;
  bool signed_input = false, prefetch = true, stream_in = false, weight_memory = true;
  bool requantise = true, channel_shift = false, bias = true, relu = false;
  int scale_bits = 8, output_bits = 8, shift = 0;
  bool full_remainder_as_zero = false;  // the chip's own tests code a full last tile as 0
  std::uint32_t pixel_stride = 0, row_stride = 0, output_pixel_stride = 0, output_row_stride = 0;
  // Addresses: in L1 from its start, weights also in weight memory.
  std::uint32_t input = 0, output = 0, scale = 0, shifts = 0, biases = 0, weights = 0;

  int taps() const { return kind == form::pointwise ? 1 : 3; }
  int input_h() const { return h + taps() - 1 - pad_top - pad_bottom; }
  int input_w() const { return w + taps() - 1 - pad_left - pad_right; }
  int channel_tile() const { return kind == form::pointwise ? 32 : 28; }
  int output_tile() const { return kind == form::depthwise ? 28 : 32; }
  int weights_per_output() const { return kind == form::depthwise ? 1 : cin; }
  long macs() const { return long{h} * w * cout * weights_per_output() * taps() * taps(); }
  std::uint32_t weight_bytes() const;
};

/// The 24 registers by the fact sheet's table.
std::array<std::uint32_t, 24> registers_of(layer const& l);

/// A legal layer that fits L1 and 2 million multiply-accumulates.
layer random_layer(random_source& random);

/// Weight codes u[o][c][y][x], 0 to 2^bits - 1.
std::vector<int> random_codes(layer const& l, random_source& random);

/// The fact sheet's layout, bit by bit.
void pack(layer const& l, std::vector<int> const& codes, std::uint8_t* to);

/// Computes the layer on l1 in place: reads inputs, scales and so on from it, writes the results into it.
void reference(layer const& l, std::vector<int> const& codes, std::vector<std::uint8_t>& l1);
}  // namespace npu_test
