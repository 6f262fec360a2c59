// SPDX-License-Identifier: Apache-2.0
#include "cycles.hpp"

#include <algorithm>

namespace simulator::neureka {
char const* name_of(phase_kind kind) {
  static constexpr char const* names[phase_kinds] = {"load",  "stream_in", "weight_offset", "products",  "update",
                                                     "shift", "scale",     "bias",          "stream_out"};
  return names[static_cast<unsigned>(kind)];
}

unsigned word_cycles(job const& j, cycle_options const& options) {
  return j.weights_in_weight_memory ? options.weight_memory_cycles : 1;
}

namespace {
/// The whole window is fetched whatever part of it matters.
std::uint32_t window_pixels(job const& j) { return j.window() * j.window(); }
std::uint32_t load_cycles(job const& j) { return window_pixels(j) + 6; }
std::uint32_t offset_cycles(job const& j, unsigned ko) { return j.dense() ? 6 : ko + 4; }

std::uint32_t product_cycles(job const& j, cycle_options const& options, unsigned ko, bool last_of_job) {
  std::uint32_t const offset = offset_cycles(j, ko);
  std::uint32_t cycles = offset + word_cycles(j, options) * j.step_words(ko) + 5;
  if (j.prefetches && !last_of_job) cycles = std::max(cycles, window_pixels(j) + 8);
  return cycles - offset;
}
std::uint32_t stream_in_cycles(job const& j, cycle_options const& options, unsigned ko) {
  return j.streams_in ? tile_pixels * tile_pixels * j.output_words(ko) + options.stream_in_overhead : 0;
}
void add_results(step& s, job const& j, unsigned ko) {
  if (j.requantises) {
    s.add(phase_kind::shift, j.channel_shift ? 8 : 0);
    s.add(phase_kind::scale, (j.scale_bytes == 4 ? ko : (ko + 3) / 4) + 9);
    s.add(phase_kind::bias, j.bias ? (ko + 7) / 8 + 8 : 0);
  }
  s.add(phase_kind::stream_out, tile_pixels * tile_pixels * j.output_words(ko) + 3);
}
cycle_count sum(step const& s) {
  cycle_count total = 0;
  for (unsigned i = 0; i < s.count; ++i) total += s.phases[i].cycles;
  return total;
}
}  // namespace

step make_step(job const& j, cycle_options const& options, tile_index const& tile, unsigned sub_tile) {
  step s;
  unsigned const ko = j.ko(tile.ko);
  bool const first = tile.ko == 0 && tile.h == 0 && tile.w == 0 && sub_tile == 0;
  bool const last_of_tile = sub_tile + 1 == j.steps_per_tile();
  bool const last = last_of_tile && tile.last(j);
  if (first) s.add(phase_kind::load, load_cycles(j));
  if (sub_tile == 0) s.add(phase_kind::stream_in, stream_in_cycles(j, options, ko));
  s.add(phase_kind::weight_offset, offset_cycles(j, ko));
  s.add(phase_kind::products, product_cycles(j, options, ko, last));
  s.add(phase_kind::update, 2);
  if (!last) s.add(phase_kind::load, j.prefetches ? 1 : load_cycles(j));
  if (last_of_tile) add_results(s, j, ko);
  return s;
}

cycle_count busy_cycles(job const& j, cycle_options const& options) {
  // Steps of a row of output tiles differ only by the tile's channels; the last step of all prefetches nothing.
  cycle_count total = load_cycles(j);
  cycle_count const pixels = cycle_count{j.tiles_h} * j.tiles_w;
  cycle_count const between = j.prefetches ? 1 : load_cycles(j);
  for (bool last_group : {false, true}) {
    unsigned const ko = last_group ? j.last_ko : j.output_tile();
    cycle_count const tiles = pixels * (last_group ? 1 : j.tiles_ko - 1);
    step results;
    add_results(results, j, ko);
    cycle_count const one = offset_cycles(j, ko) + product_cycles(j, options, ko, false) + 2 + between;
    total += tiles * (j.steps_per_tile() * one + stream_in_cycles(j, options, ko) + sum(results));
  }
  total -= product_cycles(j, options, j.last_ko, false) - product_cycles(j, options, j.last_ko, true);
  return total - between;
}
}  // namespace simulator::neureka
