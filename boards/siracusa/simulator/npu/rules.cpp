// SPDX-License-Identifier: Apache-2.0
#include "rules.hpp"

#include <cstdio>

#include "footprint.hpp"

namespace simulator::neureka {
namespace {
using namespace job_register;

template <class... Values>
std::string text(char const* format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}
using result = std::optional<violation>;
result broken(unsigned number, std::string rule) { return violation{number, std::move(rule)}; }

result check_conf0(job const& j) {
  std::uint32_t const c = j.registers[conf0];
  if (c >> 3 & 1) return broken(conf0, "bit 3 (16-bit mode) must be 0");
  if (j.kind == mode::none) return broken(conf0, "bits 6:5 (mode) must be 0 (3x3), 1 (depthwise) or 2 (1x1)");
  if (c >> 7 & 1) return broken(conf0, "bit 7 (linear mode) must be 0: not supported");
  if (c >> 8 & 1) return broken(conf0, "bit 8 (strided 2x2 output) must be 0: not supported");
  if (j.scale_bytes != 1 && j.scale_bytes != 4)
    return broken(conf0, "bits 13:12 (scale width) must be 0 (8 bits) or 2 (32 bits)");
  if (j.output_bytes != 1 && j.output_bytes != 4)
    return broken(conf0, "bits 22:21 (output width) must be 0 (8 bits) or 2 (32 bits)");
  if (j.streams_in && j.output_bytes != 4) return broken(conf0, "bit 14 (stream-in) needs 32-bit output in bits 22:21");
  if (c & 0xb8000000u) return broken(conf0, "bits 27, 28, 29 and 31 must be 0");
  return {};
}

result check_counts(job const& j) {
  struct count {
    char const* name;
    unsigned tiles, number, last, tile, remainder;
  };
  count const counts[] = {{"Ko", j.tiles_ko, number_ko_ki, j.last_ko, j.output_tile(), remainder_ko_ki},
                          {"Ki", j.tiles_ki, number_ko_ki, j.last_ki, j.channel_tile(), remainder_ko_ki},
                          {"Ho", j.tiles_h, number_ho_wo, j.last_h, tile_pixels, remainder_ho_wo},
                          {"Wo", j.tiles_w, number_ho_wo, j.last_w, tile_pixels, remainder_ho_wo}};
  for (count const& c : counts) {
    if (c.tiles == 0) return broken(c.number, text("the number of %s tiles must be at least 1", c.name));
    if (c.last > c.tile)
      return broken(c.remainder, text("the %s remainder is %u, must be 0 to %u", c.name, c.last, c.tile));
  }
  if (!j.dense() && j.tiles_ko != j.tiles_ki)
    return broken(number_ko_ki, "depthwise needs equal numbers of Ko and Ki tiles");
  if (!j.dense() && j.last_ko != j.last_ki)
    return broken(remainder_ko_ki, "depthwise needs equal Ko and Ki remainders");
  return {};
}

result check_borders(job const& j) {
  sides const& p = j.padding;
  if (p.top > 2 || p.right > 2 || p.bottom > 2 || p.left > 2)
    return broken(padding, "padding of each side must be 0 to 2");
  if (j.registers[padding] & 0xff00) return broken(padding, "the padding value has 8 bits; bits 15:8 must be 0");
  struct axis {
    char const* name;
    unsigned last, given, pad_end, full_window;
    bool full;
  };
  axis const axes[] = {{"Hi", j.last_h, j.last_input_h, p.bottom, j.window(), j.last_h == tile_pixels},
                       {"Wi", j.last_w, j.last_input_w, p.right, j.window(), j.last_w == tile_pixels}};
  for (axis const& a : axes) {
    unsigned const window = a.last + j.taps() - 1;
    if (a.pad_end >= window)
      return broken(padding, text("the last tile's window is %u wide in %s and all of it is padding", window, a.name));
    // A full last tile may say 0.
    if (a.given == 0 && a.full) continue;
    if (a.given != window - a.pad_end)
      return broken(remainder_hi_wi, text("the %s remainder is %u, must be output remainder%s - padding = %u", a.name,
                                          a.given, j.taps() == 3 ? " + 2" : "", window - a.pad_end));
  }
  sides const& m = j.mask;
  if (j.kind == mode::pointwise && j.registers[filter_mask] != 0)
    return broken(filter_mask, "must be 0 in 1x1 mode: the mask turns off taps of 3x3 filters");
  if (m.top > 3 || m.right > 3 || m.bottom > 3 || m.left > 3)
    return broken(filter_mask, "each side masks 0 to 3 rows or columns of the filter");
  if (j.weight_offset < -256 || j.weight_offset > 255)
    return broken(weight_offset, text("is %d, must be -256 to 255: the unit keeps bits 31 and 7:0", j.weight_offset));
  return {};
}

result check_strides(job const& j) {
  register_image const& r = j.registers;
  if (r[outfeat_d0] != 32) return broken(outfeat_d0, text("is %u, must be 32", r[outfeat_d0]));
  if (r[weights_d0] != 32) return broken(weights_d0, text("is %u, must be 32", r[weights_d0]));
  std::uint32_t const d1 = !j.dense() ? 0 : 32 * j.tiles_ki * (j.kind == mode::pointwise ? 1 : j.weight_bits);
  if (r[weights_d1] != d1)
    return broken(weights_d1, text("is %u, must be %s = %u", r[weights_d1],
                                   !j.dense()                  ? "0 (depthwise)"
                                   : j.kind == mode::pointwise ? "32 * nKi"
                                                               : "32 * bits * nKi",
                                   d1));
  if (r[weights_d2] != 0) return broken(weights_d2, text("is %u, must be 0", r[weights_d2]));
  return {};
}

unsigned pointer_of(stream which) {
  switch (which) {
    case stream::input:
      return infeat_ptr;
    case stream::weights:
      return weights_ptr;
    case stream::scale:
      return scale_ptr;
    case stream::shift:
      return scale_shift_ptr;
    case stream::bias:
      return scale_bias_ptr;
    default:
      return outfeat_ptr;
  }
}

result check_ranges(job const& j, memory_limits const& limits) {
  if (j.weights_in_weight_memory && j.weights % word_bytes != 0)
    return broken(weights_ptr, text("offset 0x%x into weight memory must be a multiple of 32", j.weights));
  regions all;
  if (limits.whole_windows) {
    all = emitted(j);
  } else {
    all = job_reads(j);
    all.push_back(job_writes(j));
  }
  for (region const& r : all) {
    std::int64_t const low = r.weight_memory ? 0 : limits.l1_address;
    std::int64_t const high = low + (r.weight_memory ? limits.weight_bytes : limits.l1_bytes);
    if (r.lowest() < low || r.end() > high)
      return broken(
          pointer_of(r.which),
          text("%s addresses [0x%llx, 0x%llx) leave %s [0x%llx, 0x%llx)%s", name_of(r.which),
               static_cast<long long>(r.lowest()), static_cast<long long>(r.end()),
               r.weight_memory ? "weight memory" : "L1", static_cast<long long>(low), static_cast<long long>(high),
               limits.whole_windows && !r.weight_memory ? "; whole windows and 32-byte words count" : ""));
  }
  return {};
}
}  // namespace

result broken_rule(job const& j, memory_limits const& limits) {
  if (auto v = check_conf0(j)) return v;
  if (auto v = check_counts(j)) return v;
  if (auto v = check_borders(j)) return v;
  if (auto v = check_strides(j)) return v;
  return check_ranges(j, limits);
}

std::vector<violation> unverified(job const& j) {
  std::vector<violation> all;
  std::uint32_t const c = j.registers[conf0];
  if (j.requantises && !(c >> 11 & 1) && (j.shift != 0 || j.channel_shift))
    all.push_back({conf0, "bit 11 is 0: whether the silicon rounds then is not verified; no rounding is modelled"});
  if (!(c >> 15 & 1) && j.weight_offset != 0)
    all.push_back({conf0, "bit 15 is 0 with a weight offset: the offset is applied here; the silicon is not verified"});
  if (c >> 30 & 1) all.push_back({conf0, "bit 30 is set: its meaning is unknown; ignored here"});
  if (j.signed_input && j.padding_value != 0)
    all.push_back({padding, "a padding value other than 0 with signed input is not verified"});
  if (j.registers[filter_mask] != 0)
    all.push_back({filter_mask, "the encoding is not verified on silicon; rows and columns per side are modelled"});
  if (j.taps() == 3 && ((j.padding.bottom == 2 && j.tiles_h > 1 && j.last_h == 1) ||
                        (j.padding.right == 2 && j.tiles_w > 1 && j.last_w == 1)))
    all.push_back(
        {padding, "padding of 2 beyond a last tile of 1: the tile before it reads memory where padding is meant"});
  return all;
}
}  // namespace simulator::neureka
