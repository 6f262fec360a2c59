// SPDX-License-Identifier: Apache-2.0
#include "footprint.hpp"

namespace simulator::neureka {
char const* name_of(stream which) {
  static constexpr char const* names[] = {"input", "stream-in", "weights", "scale", "shift", "bias", "output"};
  return names[static_cast<unsigned>(which)];
}

namespace {
/// Half-open range of rows or columns, counted from the job's padded origin.
struct range {
  std::int64_t begin = 0, end = 0;
};

/// Along one axis: what the outputs of tiles `first` to `last` need from memory, padding excluded where it is applied.
/// Contiguous, as are the taps that are on: masks cut from the ends.
range input_range(unsigned tile, unsigned tiles, unsigned outputs, unsigned taps, unsigned mask_low, unsigned mask_high,
                  unsigned pad_low, unsigned pad_high) {
  std::int64_t const origin = std::int64_t{tile} * tile_pixels;
  range r{origin + (taps == 1 ? 0 : mask_low), origin + outputs + taps - 1 - (taps == 1 ? 0 : mask_high)};
  if (taps == 3 && mask_low + mask_high >= 3) return {0, 0};
  if (tile == 0) r.begin = std::max<std::int64_t>(r.begin, pad_low);
  if (tile + 1 == tiles) r.end = std::min<std::int64_t>(r.end, origin + outputs + taps - 1 - pad_high);
  return r.begin < r.end ? r : range{0, 0};
}
range rows_of(job const& j, unsigned tile) {
  return input_range(tile, j.tiles_h, j.rows(tile), j.taps(), j.mask.top, j.mask.bottom, j.padding.top,
                     j.padding.bottom);
}
range columns_of(job const& j, unsigned tile) {
  return input_range(tile, j.tiles_w, j.columns(tile), j.taps(), j.mask.left, j.mask.right, j.padding.left,
                     j.padding.right);
}
/// Union over all tiles of one axis: only the first and the last two differ from their neighbours.
template <class Of>
range united(Of&& of, unsigned tiles) {
  range all = of(0u);
  for (unsigned tile : {tiles - 1, tiles > 1 ? tiles - 2 : 0, tiles > 1 ? 1u : 0u}) {
    range const r = of(tile);
    if (r.begin == r.end) continue;
    if (all.begin == all.end) all = r;
    all = {std::min(all.begin, r.begin), std::max(all.end, r.end)};
  }
  return all;
}

region input_region(job const& j, range rows, range columns, unsigned channel, std::uint32_t channels) {
  region r{.which = stream::input,
           .address = j.input + rows.begin * j.row_stride + columns.begin * j.pixel_stride + channel,
           .bytes = channels};
  r.count[0] = static_cast<std::uint32_t>(columns.end - columns.begin);
  r.count[1] = static_cast<std::uint32_t>(rows.end - rows.begin);
  r.stride[0] = j.pixel_stride;
  r.stride[1] = j.row_stride;
  return r;
}

/// Which bytes of a weight word carry bits of `channels` channels under taps that are on.
std::uint32_t used_bytes(job const& j, unsigned channels) {
  std::uint32_t mask = 0;
  if (j.kind == mode::pointwise) {
    for (unsigned c = 0; c < channels; ++c)
      for (unsigned b = 0; b < j.weight_bits; ++b) mask |= 1u << ((32 * (c / 4) + 4 * b + c % 4) / 8);
    return mask;
  }
  for (unsigned r = 0; r < 3; ++r)
    for (unsigned s = 0; s < 3; ++s)
      for (unsigned c = 0; c < channels && j.tap_enabled(r, s); ++c) mask |= 1u << ((28 * (3 * r + s) + c) / 8);
  return mask;
}

/// Words `first` to `first + words` of each of `groups` groups that lie `group_words` apart, bytes by mask.
void add_weights(regions& all, job const& j, std::int64_t first, std::uint32_t words, std::uint32_t groups,
                 std::int64_t group_words, std::uint32_t mask) {
  if (words == 0) return;
  for (unsigned begin = 0; begin < word_bytes; ++begin) {
    if (!(mask >> begin & 1)) continue;
    unsigned end = begin;
    while (end < word_bytes && (mask >> end & 1)) ++end;
    region r{.which = stream::weights,
             .weight_memory = j.weights_in_weight_memory,
             .address = std::int64_t{j.weights} + first * word_bytes + begin,
             .bytes = end - begin};
    if (end - begin == word_bytes) {  // whole words follow each other without a gap
      r.bytes = words * word_bytes;
    } else {
      r.count[0] = words;
      r.stride[0] = word_bytes;
    }
    r.count[1] = groups;
    r.stride[1] = group_words * word_bytes;
    all.push_back(r);
    begin = end;
  }
}

/// Weights of output channels `first_ko` to `first_ko + ko` (dense) or of sub-tiles `first_ko`/28 and on (depthwise).
void add_weight_reads(regions& all, job const& j, unsigned first_ko, std::uint32_t ko) {
  std::int64_t const planes = j.kind == mode::pointwise ? 1 : j.weight_bits;
  std::uint32_t const full = used_bytes(j, j.channel_tile());
  if (!j.dense()) {
    std::int64_t const begin = first_ko / 28, end = begin + (ko + 27) / 28;
    std::int64_t const full_end = std::min<std::int64_t>(end, j.tiles_ko - 1);
    add_weights(all, j, begin * planes, static_cast<std::uint32_t>((full_end - begin) * planes), 1, 0, full);
    if (end == j.tiles_ko)
      add_weights(all, j, (end - 1) * planes, static_cast<std::uint32_t>(planes), 1, 0, used_bytes(j, j.last_ko));
    return;
  }
  std::int64_t const group = planes * j.tiles_ki;
  std::uint32_t const last = static_cast<std::uint32_t>(planes);
  add_weights(all, j, first_ko * group, static_cast<std::uint32_t>(group) - last, ko, group, full);
  add_weights(all, j, first_ko * group + group - last, last, ko, group, used_bytes(j, j.last_ki));
}

void add_requant_reads(regions& all, job const& j, std::uint32_t first_ko, std::uint32_t ko) {
  if (!j.requantises) return;
  all.push_back({.which = stream::scale,
                 .address = std::int64_t{j.scale} + first_ko * j.scale_bytes,
                 .bytes = ko * j.scale_bytes});
  if (j.channel_shift)
    all.push_back({.which = stream::shift, .address = std::int64_t{j.shifts} + first_ko, .bytes = ko});
  if (j.bias) all.push_back({.which = stream::bias, .address = std::int64_t{j.biases} + first_ko * 4, .bytes = ko * 4});
}

region output_region(job const& j, stream which, std::int64_t first_row, std::int64_t first_column, std::uint32_t rows,
                     std::uint32_t columns, std::uint32_t first_ko, std::uint32_t ko) {
  region r{.which = which,
           .address = j.output + first_row * j.output_row_stride + first_column * j.output_pixel_stride +
                      std::int64_t{first_ko} * j.output_bytes,
           .bytes = ko * j.output_bytes};
  r.count[0] = columns;
  r.count[1] = rows;
  r.stride[0] = j.output_pixel_stride;
  r.stride[1] = j.output_row_stride;
  return r;
}
region tile_output(job const& j, stream which, tile_index const& t) {
  return output_region(j, which, std::int64_t{t.h} * tile_pixels, std::int64_t{t.w} * tile_pixels, j.rows(t.h),
                       j.columns(t.w), t.ko * j.output_tile(), j.ko(t.ko));
}
std::uint32_t output_channels(job const& j) { return (j.tiles_ko - 1) * j.output_tile() + j.last_ko; }
std::uint32_t input_channels(job const& j) {
  return j.dense() ? (j.tiles_ki - 1) * j.channel_tile() + j.last_ki : output_channels(j);
}
region job_output(job const& j, stream which) {
  return output_region(j, which, 0, 0, (j.tiles_h - 1) * tile_pixels + j.last_h,
                       (j.tiles_w - 1) * tile_pixels + j.last_w, 0, output_channels(j));
}
}  // namespace

regions input_reads(job const& j, tile_index const& t) {
  regions all;
  unsigned const first = j.dense() ? 0 : t.ko * j.output_tile();
  region const input =
      input_region(j, rows_of(j, t.h), columns_of(j, t.w), first, j.dense() ? input_channels(j) : j.ko(t.ko));
  if (!input.empty()) all.push_back(input);
  add_weight_reads(all, j, t.ko * j.output_tile(), j.ko(t.ko));
  return all;
}

regions stream_in_reads(job const& j, tile_index const& t) {
  if (!j.streams_in) return {};
  return {tile_output(j, stream::stream_in, t)};
}

regions requant_reads(job const& j, tile_index const& t) {
  regions all;
  add_requant_reads(all, j, t.ko * j.output_tile(), j.ko(t.ko));
  return all;
}

regions tile_reads(job const& j, tile_index const& t) {
  regions all = input_reads(j, t);
  for (region const& r : stream_in_reads(j, t)) all.push_back(r);
  for (region const& r : requant_reads(j, t)) all.push_back(r);
  return all;
}

region tile_writes(job const& j, tile_index const& t) { return tile_output(j, stream::output, t); }

regions job_reads(job const& j) {
  regions all;
  range const rows = united([&](unsigned t) { return rows_of(j, t); }, j.tiles_h);
  range const columns = united([&](unsigned t) { return columns_of(j, t); }, j.tiles_w);
  region const input = input_region(j, rows, columns, 0, input_channels(j));
  if (!input.empty()) all.push_back(input);
  add_weight_reads(all, j, 0, output_channels(j));
  if (j.streams_in) all.push_back(job_output(j, stream::stream_in));
  add_requant_reads(all, j, 0, output_channels(j));
  return all;
}

region job_writes(job const& j) { return job_output(j, stream::output); }

regions emitted(job const& j) {
  regions all;
  unsigned const sub_tiles = j.dense() ? j.tiles_ki : j.tiles_ko;
  region input{.which = stream::input,
               .address = j.input,
               .bytes = (sub_tiles - 1) * j.channel_tile() + word_bytes};  // the sub-tiles' words touch or overlap
  input.count[0] = (j.tiles_w - 1) * tile_pixels + j.window();
  input.count[1] = (j.tiles_h - 1) * tile_pixels + j.window();
  input.stride[0] = j.pixel_stride;
  input.stride[1] = j.row_stride;
  all.push_back(input);

  std::uint32_t const planes = j.kind == mode::pointwise ? 1 : j.weight_bits;
  std::uint64_t const words =
      std::uint64_t{planes} * (j.dense() ? std::uint64_t{output_channels(j)} * j.tiles_ki : j.tiles_ko);
  region weights{
      .which = stream::weights, .weight_memory = j.weights_in_weight_memory, .address = j.weights, .bytes = word_bytes};
  // In two dimensions, as the number of words alone may not fit 32 bits.
  weights.count[0] = static_cast<std::uint32_t>(std::min<std::uint64_t>(words, 1u << 31));
  weights.stride[0] = word_bytes;
  weights.count[1] = static_cast<std::uint32_t>((words + (1u << 31) - 1) >> 31);
  weights.stride[1] = std::int64_t{word_bytes} << 31;
  all.push_back(weights);

  std::uint32_t const step = j.output_tile();
  auto const per_channel = [&](stream which, std::uint32_t address, std::uint32_t bytes) {
    // Each tile reads whole words from its first channel on; the last tile's reach furthest.
    std::uint32_t const last = (j.last_ko * bytes + word_bytes - 1) / word_bytes * word_bytes;
    all.push_back({.which = which, .address = address, .bytes = (j.tiles_ko - 1) * step * bytes + last});
  };
  if (j.requantises) {
    per_channel(stream::scale, j.scale, j.scale_bytes);
    if (j.channel_shift) per_channel(stream::shift, j.shifts, 1);
    if (j.bias) per_channel(stream::bias, j.biases, 4);
  }

  // Whole 6 x 6 tiles; bytes of channels that do not exist are not enabled, but their word is addressed.
  region output = output_region(j, stream::output, 0, 0, j.tiles_h * tile_pixels, j.tiles_w * tile_pixels, 0, 1);
  output.bytes = (j.tiles_ko - 1) * step * j.output_bytes + j.output_words(j.last_ko) * word_bytes;
  all.push_back(output);
  return all;
}
}  // namespace simulator::neureka
