// SPDX-License-Identifier: Apache-2.0
#include "job.hpp"

namespace simulator::neureka {
char const* name_of_register(unsigned number) {
  static constexpr char const* names[job_registers] = {
      "WEIGHTS_PTR",       "INFEAT_PTR",        "OUTFEAT_PTR",       "SCALE_PTR",
      "SCALE_SHIFT_PTR",   "SCALE_BIAS_PTR",    "INFEAT_D0_STRIDE",  "INFEAT_D1_STRIDE",
      "INFEAT_D2_STRIDE",  "OUTFEAT_D0_STRIDE", "OUTFEAT_D1_STRIDE", "OUTFEAT_D2_STRIDE",
      "WEIGHTS_D0_STRIDE", "WEIGHTS_D1_STRIDE", "WEIGHTS_D2_STRIDE", "SUBTILE_REM0",
      "SUBTILE_REM1",      "SUBTILE_REM2",      "SUBTILE_NB0",       "SUBTILE_NB1",
      "PADDING",           "WEIGHT_OFFSET",     "FILTER_MASK",       "CONF0"};
  return number < job_registers ? names[number] : "?";
}

namespace {
constexpr std::uint32_t bits(std::uint32_t word, unsigned high, unsigned low) {
  return (word >> low) & ((std::uint32_t{2} << (high - low)) - 1);
}
constexpr std::int64_t stride(std::uint32_t word) { return static_cast<std::int32_t>(word); }
/// A full last tile may be written as 0.
constexpr unsigned remainder(std::uint32_t field, unsigned tile) { return field == 0 ? tile : field; }
}  // namespace

job decode(register_image const& r) {
  using namespace job_register;
  job j;
  j.registers = r;
  std::uint32_t const c = r[conf0];
  static constexpr mode modes[] = {mode::dense_3x3, mode::depthwise_3x3, mode::pointwise, mode::none};
  static constexpr unsigned widths[] = {1, 2, 4, 0};
  j.kind = modes[bits(c, 6, 5)];
  j.weight_bits = bits(c, 2, 0) + 1;
  j.requantises = bits(c, 4, 4);
  j.weights_in_weight_memory = bits(c, 9, 9);
  j.prefetches = bits(c, 10, 10);
  j.scale_bytes = widths[bits(c, 13, 12)];
  j.streams_in = bits(c, 14, 14);
  j.shift = bits(c, 20, 16);
  j.output_bytes = widths[bits(c, 22, 21)];
  j.relu = !bits(c, 23, 23);
  j.channel_shift = bits(c, 24, 24);
  j.bias = bits(c, 25, 25);
  j.signed_input = bits(c, 26, 26);

  j.weight_offset = static_cast<std::int32_t>(r[weight_offset]);
  std::uint32_t const p = r[padding];
  j.padding = {bits(p, 31, 28), bits(p, 27, 24), bits(p, 23, 20), bits(p, 19, 16)};
  j.padding_value = j.signed_input ? static_cast<std::int8_t>(p) : static_cast<std::uint8_t>(p);
  std::uint32_t const m = r[filter_mask];
  j.mask = {bits(m, 31, 24), bits(m, 23, 16), bits(m, 15, 8), bits(m, 7, 0)};

  j.weights = r[weights_ptr];
  j.input = r[infeat_ptr];
  j.output = r[outfeat_ptr];
  j.scale = r[scale_ptr];
  j.shifts = r[scale_shift_ptr];
  j.biases = r[scale_bias_ptr];
  j.pixel_stride = stride(r[infeat_d0]);
  j.row_stride = stride(r[infeat_d1]);
  j.output_pixel_stride = stride(r[outfeat_d1]);
  j.output_row_stride = stride(r[outfeat_d2]);

  j.tiles_ko = bits(r[number_ko_ki], 31, 16);
  j.tiles_ki = bits(r[number_ko_ki], 15, 0);
  j.tiles_h = bits(r[number_ho_wo], 31, 16);
  j.tiles_w = bits(r[number_ho_wo], 15, 0);
  j.last_ko = remainder(bits(r[remainder_ko_ki], 31, 16), j.output_tile());
  j.last_ki = remainder(bits(r[remainder_ko_ki], 15, 0), j.channel_tile());
  j.last_h = remainder(bits(r[remainder_ho_wo], 31, 16), tile_pixels);
  j.last_w = remainder(bits(r[remainder_ho_wo], 15, 0), tile_pixels);
  j.last_input_h = bits(r[remainder_hi_wi], 31, 16);
  j.last_input_w = bits(r[remainder_hi_wi], 15, 0);
  return j;
}

std::uint64_t multiply_accumulates(job const& j) {
  std::uint64_t const rows = std::uint64_t{j.tiles_h - 1} * tile_pixels + j.last_h;
  std::uint64_t const columns = std::uint64_t{j.tiles_w - 1} * tile_pixels + j.last_w;
  std::uint64_t const outputs = std::uint64_t{j.tiles_ko - 1} * j.output_tile() + j.last_ko;
  std::uint64_t const inputs = j.dense() ? std::uint64_t{j.tiles_ki - 1} * j.channel_tile() + j.last_ki : 1;
  unsigned taps = 0;
  for (unsigned r = 0; r < j.taps(); ++r)
    for (unsigned s = 0; s < j.taps(); ++s) taps += j.tap_enabled(r, s);
  return rows * columns * outputs * inputs * taps;
}
}  // namespace simulator::neureka
