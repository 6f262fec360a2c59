// SPDX-License-Identifier: Apache-2.0
#include "datapath.hpp"

#include <algorithm>
#include <cstring>

#include "unpack.hpp"

namespace simulator::neureka {
namespace {
inline constexpr unsigned window_side = 8;
inline constexpr unsigned filter_lanes = 9 * lanes;

/// Products of 16-bit lanes. The sum stays below 2^31: 288 * 255 * 510. Written so that compilers find multiply-add of
/// pairs.
std::int32_t dot(std::int16_t const* a, std::int16_t const* b, unsigned n) {
  std::int32_t sum = 0;
  for (unsigned i = 0; i < n; ++i) sum += static_cast<std::int32_t>(a[i]) * b[i];
  return sum;
}

/// The input window of one tile: pixels of 32 lanes, zero where nothing is loaded.
struct window {
  alignas(64) std::int16_t pixel[window_side * window_side][lanes];
};

/// Loads `channels` channels from the job's channel `first` on, for what valid outputs see; padding where it applies.
void load(job const& j, npu_memory const& memory, tile_index const& t, unsigned first, unsigned channels, window& w) {
  unsigned const rows = j.rows(t.h) + j.taps() - 1, columns = j.columns(t.w) + j.taps() - 1;
  unsigned const top = t.h == 0 ? j.padding.top : 0, left = t.w == 0 ? j.padding.left : 0;
  unsigned const bottom = rows - (t.h + 1 == j.tiles_h ? j.padding.bottom : 0);
  unsigned const right = columns - (t.w + 1 == j.tiles_w ? j.padding.right : 0);
  std::int64_t const origin = std::int64_t{j.input} + std::int64_t{t.h} * tile_pixels * j.row_stride +
                              std::int64_t{t.w} * tile_pixels * j.pixel_stride + first;
  // Rows and columns under no tap that is on are not loaded: their addresses need not exist.
  unsigned const skip_top = j.taps() == 3 ? j.mask.top : 0, skip_bottom = j.taps() == 3 ? j.mask.bottom : 0;
  unsigned const skip_left = j.taps() == 3 ? j.mask.left : 0, skip_right = j.taps() == 3 ? j.mask.right : 0;
  for (unsigned y = 0; y < rows; ++y)
    for (unsigned x = 0; x < columns; ++x) {
      std::int16_t* const to = w.pixel[y * window_side + x];
      std::fill_n(to, lanes, std::int16_t{0});
      if (y < skip_top || y + skip_bottom >= rows || x < skip_left || x + skip_right >= columns) continue;
      if (y < top || y >= bottom || x < left || x >= right) {
        std::fill_n(to, channels, static_cast<std::int16_t>(j.padding_value));
        continue;
      }
      std::uint8_t const* const from = memory.at_l1(origin + y * j.row_stride + x * j.pixel_stride);
      if (j.signed_input)
        for (unsigned c = 0; c < channels; ++c) to[c] = static_cast<std::int8_t>(from[c]);
      else
        for (unsigned c = 0; c < channels; ++c) to[c] = from[c];
    }
}

std::uint8_t const* weight_words(job const& j, npu_memory const& memory, std::uint64_t word) {
  std::uint64_t const offset = word * word_bytes;
  return j.weights_in_weight_memory ? memory.weights + j.weights + offset : memory.at_l1(j.weights) + offset;
}

/// Rows of lanes, one per valid pixel: what each filter sees at once.
struct gathered {
  alignas(64) std::int16_t row[tile_pixels * tile_pixels][filter_lanes];
  unsigned pixel[tile_pixels * tile_pixels];
  unsigned pixels = 0;
};
void list_pixels(job const& j, tile_index const& t, gathered& g) {
  g.pixels = 0;
  for (unsigned y = 0; y < j.rows(t.h); ++y)
    for (unsigned x = 0; x < j.columns(t.w); ++x) g.pixel[g.pixels++] = y * tile_pixels + x;
}

void multiply(gathered const& g, std::int16_t const* weights, unsigned n, unsigned channel, accumulator_tile& sums) {
  for (unsigned p = 0; p < g.pixels; ++p)
    sums.of[g.pixel[p]][channel] += static_cast<std::uint32_t>(dot(g.row[p], weights, n));
}

void accumulate_dense(job const& j, npu_memory const& memory, tile_index const& t, accumulator_tile& sums) {
  window w;
  gathered g;
  list_pixels(j, t, g);
  std::uint64_t const first = std::uint64_t{t.ko} * j.output_tile();
  alignas(64) std::int16_t weights[filter_lanes];
  for (unsigned m = 0; m < j.tiles_ki; ++m) {
    load(j, memory, t, m * j.channel_tile(), j.ki(m), w);
    for (unsigned p = 0; p < g.pixels; ++p) {
      unsigned const y = g.pixel[p] / tile_pixels, x = g.pixel[p] % tile_pixels;
      for (unsigned r = 0; r < 3; ++r)
        for (unsigned s = 0; s < 3; ++s) {
          std::int16_t* const to = g.row[p] + (3 * r + s) * lanes;
          if (j.tap_enabled(r, s))
            std::memcpy(to, w.pixel[(y + r) * window_side + x + s], lanes * sizeof *to);
          else
            std::fill_n(to, lanes, std::int16_t{0});
        }
    }
    for (unsigned o = 0; o < j.ko(t.ko); ++o) {
      unpack_planes(weight_words(j, memory, ((first + o) * j.tiles_ki + m) * j.weight_bits), j.weight_bits,
                    static_cast<std::int16_t>(j.weight_offset), weights);
      multiply(g, weights, filter_lanes, o, sums);
    }
  }
}

void accumulate_pointwise(job const& j, npu_memory const& memory, tile_index const& t, accumulator_tile& sums) {
  window w;
  gathered g;
  list_pixels(j, t, g);
  std::uint64_t const first = std::uint64_t{t.ko} * j.output_tile();
  alignas(64) std::int16_t weights[filter_lanes];
  // Nine sub-tiles at once fill the rows that a 3x3 filter would.
  for (unsigned m = 0; m < j.tiles_ki; m += 9) {
    unsigned const count = std::min(9u, j.tiles_ki - m);
    for (unsigned i = 0; i < count; ++i) {
      load(j, memory, t, (m + i) * j.channel_tile(), j.ki(m + i), w);
      for (unsigned p = 0; p < g.pixels; ++p)
        std::memcpy(g.row[p] + i * lanes, w.pixel[g.pixel[p] / tile_pixels * window_side + g.pixel[p] % tile_pixels],
                    lanes * sizeof(std::int16_t));
    }
    for (unsigned o = 0; o < j.ko(t.ko); ++o) {
      std::uint8_t const* const words = weight_words(j, memory, (first + o) * j.tiles_ki + m);
      for (unsigned i = 0; i < count; ++i)
        unpack_channels(words + i * word_bytes, j.weight_bits, static_cast<std::int16_t>(j.weight_offset),
                        weights + i * lanes);
      multiply(g, weights, count * lanes, o, sums);
    }
  }
}

void accumulate_depthwise(job const& j, npu_memory const& memory, tile_index const& t, accumulator_tile& sums) {
  window w;
  load(j, memory, t, t.ko * j.output_tile(), j.ko(t.ko), w);
  alignas(64) std::int16_t weights[filter_lanes];
  unpack_planes(weight_words(j, memory, std::uint64_t{t.ko} * j.weight_bits), j.weight_bits,
                static_cast<std::int16_t>(j.weight_offset), weights);
  for (unsigned y = 0; y < j.rows(t.h); ++y)
    for (unsigned x = 0; x < j.columns(t.w); ++x) {
      alignas(64) std::int32_t sum[lanes] = {};
      for (unsigned r = 0; r < 3; ++r)
        for (unsigned s = 0; s < 3; ++s) {
          if (!j.tap_enabled(r, s)) continue;
          std::int16_t const* const a = w.pixel[(y + r) * window_side + x + s];
          std::int16_t const* const b = weights + (3 * r + s) * lanes;
          for (unsigned c = 0; c < lanes; ++c) sum[c] += static_cast<std::int32_t>(a[c]) * b[c];
        }
      auto& to = sums.of[y * tile_pixels + x];
      for (unsigned c = 0; c < lanes; ++c) to[c] = static_cast<std::uint32_t>(sum[c]);
    }
}

std::uint8_t* output_pixel(job const& j, npu_memory const& memory, tile_index const& t, unsigned y, unsigned x) {
  return memory.at_l1(j.output + (std::int64_t{t.h} * tile_pixels + y) * j.output_row_stride +
                      (std::int64_t{t.w} * tile_pixels + x) * j.output_pixel_stride +
                      std::int64_t{t.ko} * j.output_tile() * j.output_bytes);
}

void store_32(std::uint8_t* to, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

/// Scale, shift and bias of one tile's channels.
struct requantiser {
  std::array<std::uint32_t, accumulators> scale{}, bias{};
  std::array<std::uint8_t, accumulators> shift{};
};
requantiser fetch(job const& j, npu_memory const& memory, tile_index const& t) {
  requantiser q;
  std::int64_t const first = std::int64_t{t.ko} * j.output_tile();
  for (unsigned o = 0; o < j.ko(t.ko); ++o) {
    q.scale[o] = j.scale_bytes == 1 ? *memory.at_l1(j.scale + first + o)
                                    : detail::load_32(memory.at_l1(j.scale + 4 * (first + o)));
    q.shift[o] = static_cast<std::uint8_t>(j.channel_shift ? *memory.at_l1(j.shifts + first + o) : j.shift);
    q.bias[o] = j.bias ? detail::load_32(memory.at_l1(j.biases + 4 * (first + o))) : 0;
  }
  return q;
}

/// With bias, 32 bits that wrap; without, the 48-bit product. Then shift without rounding, and the clip of the output's
/// width.
std::uint32_t requantised(job const& j, requantiser const& q, unsigned o, std::uint32_t sum) {
  std::int64_t y;
  if (j.bias) {
    y = static_cast<std::int32_t>(sum * q.scale[o] + q.bias[o]);
  } else {
    std::uint64_t const product =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(sum))) * q.scale[o];
    y = static_cast<std::int64_t>(product << 16) >> 16;
  }
  y >>= q.shift[o];
  if (j.relu && y < 0) y = 0;
  if (j.output_bytes == 1) y = j.relu ? std::min<std::int64_t>(y, 255) : std::clamp<std::int64_t>(y, -128, 127);
  return static_cast<std::uint32_t>(y);
}
}  // namespace

void accumulate(job const& j, npu_memory const& memory, tile_index const& tile, accumulator_tile& sums) {
  sums = {};
  switch (j.kind) {
    case mode::dense_3x3:
      return accumulate_dense(j, memory, tile, sums);
    case mode::depthwise_3x3:
      return accumulate_depthwise(j, memory, tile, sums);
    default:
      return accumulate_pointwise(j, memory, tile, sums);
  }
}

void stream_in(job const& j, npu_memory const& memory, tile_index const& tile, accumulator_tile& sums) {
  for (unsigned y = 0; y < j.rows(tile.h); ++y)
    for (unsigned x = 0; x < j.columns(tile.w); ++x) {
      std::uint8_t const* const from = output_pixel(j, memory, tile, y, x);
      for (unsigned o = 0; o < j.ko(tile.ko); ++o) sums.of[y * tile_pixels + x][o] += detail::load_32(from + 4 * o);
    }
}

std::optional<unsigned> illegal_shift(job const& j, npu_memory const& memory, tile_index const& tile) {
  if (!j.requantises || !j.channel_shift) return {};
  unsigned const first = tile.ko * j.output_tile();
  for (unsigned o = 0; o < j.ko(tile.ko); ++o)
    if (*memory.at_l1(std::int64_t{j.shifts} + first + o) > 31) return first + o;
  return {};
}

void store(job const& j, npu_memory const& memory, tile_index const& tile, accumulator_tile const& sums) {
  requantiser const q = j.requantises ? fetch(j, memory, tile) : requantiser{};
  for (unsigned y = 0; y < j.rows(tile.h); ++y)
    for (unsigned x = 0; x < j.columns(tile.w); ++x) {
      std::uint8_t* const to = output_pixel(j, memory, tile, y, x);
      auto const& from = sums.of[y * tile_pixels + x];
      for (unsigned o = 0; o < j.ko(tile.ko); ++o) {
        std::uint32_t const value = j.requantises ? requantised(j, q, o, from[o]) : from[o];
        if (j.output_bytes == 1)
          to[o] = static_cast<std::uint8_t>(value);
        else
          store_32(to + 4 * o, value);
      }
    }
}
}  // namespace simulator::neureka
