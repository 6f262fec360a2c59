// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::max_pool.
#pragma once
#include <cluster/element_mapping.hpp>
#include <cluster/small_pool.hpp>
#include <deeploy/op/max_pool.hpp>

namespace deeploy::cluster {
struct pool_class {
  element x = element::i8, y = element::i8;
  element_requant result = {};
  constexpr bool operator==(pool_class const&) const = default;
};

/// Axes: batch rows columns channels kernel_rows kernel_columns. Operands: x mul add y.
///
/// Bytes whose channels are neighbours in both places go by words, 16 channels at a time.
/// @cores  all; each takes an equal part of the pixels, of few pixels a part of one's channels
template <pool_class C>
struct pool_maxima {
  using x_t = element_type<C.x>;
  using y_t = element_type<C.y>;
  static constexpr int rows_axis = 1, columns_axis = 2, channels = 3, kernel_rows = 4, kernel_columns = 5;
  static constexpr bool plain = sizeof(x_t) == 1 && !C.result.of.present;  ///< the result is the maximum itself

  /// Window positions [from, to) that lie inside of the tensor, for position i along an axis.
  struct taps {
    index from = 0, to;
    taps(kernel_arguments const& a, int axis, int window_axis, index i) : to(a.length[window_axis]) {
      index const start = a.first[axis] + a.step[axis] * i, step = a.step[window_axis];
      while (from < to && start + step * from < 0) ++from;
      while (to > from && start + step * (to - 1) >= a.limit[axis]) --to;
    }
  };
  DEEPLOY_ALWAYS_INLINE static u32 larger(u32 a, u32 b) {
    return lowest(C.x) < 0 ? xpulp::maxb(a, b) : xpulp::maxub(a, b);
  }

  /// The maxima of `words` words of channels over a window.
  template <int words>
  DEEPLOY_ALWAYS_INLINE static void maxima(u8 const* x, taps const& r, taps const& s, index row_on, index column_on,
                                           u8*& y) {
    u32 best[words];
#pragma GCC unroll 4
    for (int i = 0; i < words; ++i) best[i] = lowest(C.x) < 0 ? 0x80808080u : 0u;
    x += r.from * row_on + s.from * column_on;
    for (index i = r.from; i < r.to; ++i, x += row_on) {
      u8 const* at = x;
      for (index j = s.from; j < s.to; ++j, at += column_on) {
        u8 const* of_channels = at;
        u32 x_word[words];
#pragma GCC unroll 4
        for (int w = 0; w < words; ++w) x_word[w] = rows::next_word(of_channels);
#pragma GCC unroll 4
        for (int w = 0; w < words; ++w) best[w] = larger(best[w], x_word[w]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < words; ++i) rows::put_word(y, best[i]);
  }

  static void run(int core, int cores, kernel_arguments const& a) {
    kernel_operand const &x = a.with[0], &y = a.with[3];
    index const *const xs = x.stride, *const ys = y.stride;
    index const width = a.length[columns_axis], height = a.length[rows_axis], depth = a.length[channels];
    index const pixels = a.length[0] * height * width;
    core_share mine(pixels, core, cores, 1), of_channels(depth, 0, 1, 1);
    if (pixels * 2 <= cores) {
      index const parts = cores / pixels;
      mine.begin = core / parts;
      mine.end = mine.begin < pixels ? mine.begin + 1 : mine.begin;
      of_channels = core_share(depth, core - mine.begin * parts, parts, 4);
    }
    if (mine.begin >= mine.end) return;
    index h = mine.begin / width, w = mine.begin - h * width, batch = h / height;
    h -= batch * height;
    requantiser<C.result.of> const result(a.values);
    index const row_on = xs[kernel_rows] * static_cast<index>(sizeof(x_t)),
                column_on = xs[kernel_columns] * static_cast<index>(sizeof(x_t));
    index const x_on = xs[channels] * static_cast<index>(sizeof(x_t)),
                y_on = ys[channels] * static_cast<index>(sizeof(y_t));
    for (index pixel = mine.begin; pixel < mine.end; ++pixel) {
      taps const r(a, rows_axis, kernel_rows, h), s(a, columns_axis, kernel_columns, w);
      index c = of_channels.begin;
      index const to = y.origin + batch * ys[0] + h * ys[rows_axis] + w * ys[columns_axis] + c * ys[channels];
      u8 const* from = reinterpret_cast<u8 const*>(
          data<x_t>(a, 0) + (x.origin + batch * xs[0] + h * xs[rows_axis] + w * xs[columns_axis]));
      u8* out = reinterpret_cast<u8*>(data<y_t>(a, 3) + to);
      if constexpr (plain) {
        if (x_on == 1 && y_on == 1) {
          for (; c + 16 <= of_channels.end; c += 16) maxima<4>(from + c, r, s, row_on, column_on, out);
          for (; c + 8 <= of_channels.end; c += 8) maxima<2>(from + c, r, s, row_on, column_on, out);
          for (; c + 4 <= of_channels.end; c += 4) maxima<1>(from + c, r, s, row_on, column_on, out);
        }
      }
      for (; c < of_channels.end; ++c) {
        u8 const* at_row = from + c * x_on + r.from * row_on + s.from * column_on;
        i32 best = static_cast<i32>(lowest(C.x));
        for (index i = r.from; i < r.to; ++i, at_row += row_on) {
          u8 const* at = at_row;
          for (index j = s.from; j < s.to; ++j) best = xpulp::max(best, rows::next<x_t>(at, column_on));
        }
        prepared_scale scale = result.scale;
        if constexpr (C.result.of.scaled) {
          auto of = [&](int o) {
            index const* st = a.with[o].stride;
            return data<i32>(
                a, o)[a.with[o].origin + batch * st[0] + h * st[rows_axis] + w * st[columns_axis] + c * st[channels]];
          };
          scale = {of(1), of(2), -1};
        }
        rows::put<y_t>(out, requantise_element<C.result>(result, scale, best), y_on);
      }
      if (++w == width) {
        w = 0;
        if (++h == height) {
          h = 0;
          ++batch;
        }
      }
    }
  }
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::max_pool_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }

  static constexpr bool by_words(layer_descriptor const& l) {
    auto channels_together = [](operand const& o) {
      for (int i = 0; i < o.rank; ++i)
        if (o.dim[i].axis == 3) return o.dim[i].stride == 1;
      return false;
    };
    return cluster::is_byte(l.with[0].of->type) && l.classes[0] == 0 && channels_together(l.with[0]) &&
           channels_together(l.with[3]);
  }
  /// To one pixel, all of its window inside of the tensor?
  static constexpr bool is_small(layer_descriptor const& l, index const* tile) {
    if (!by_words(l) || i64{tile[0]} * tile[1] * tile[2] != 1 || tile[3] % 4 != 0) return false;
    operand const& x = l.with[0];
    for (int i = 0; i < x.rank; ++i) {
      dimension const& d = x.dim[i];
      bool const windowed = d.axis == 1 || d.axis == 2;
      if (windowed && (l.space[d.axis].length != 1 || d.shift < 0 || d.shift + d.window_scale * (tile[3 + d.axis] - 1) >= d.length)) return false;
    }
    return true;
  }
  static constexpr i64 call_cycles = 440;  ///< finding the first pixel, and what the private cache does not hold
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    if (is_small(l, tile)) return cluster::small_pool<true>::cycles(tile[3], tile[4], tile[5]);
    i64 const all = static_cast<i64>(tile[0]) * tile[1] * tile[2], pixels = (all + 7) / 8,
              window = static_cast<i64>(tile[4]) * tile[5];
    // Of few pixels a core has a part of the channels.
    auto part = [&](i64 c) { return all * 2 <= 8 ? (c + 8 / all * 4 - 1) / (8 / all * 4) * 4 : c; };
    i64 const channels = part(tile[3]);
    i64 const single =
        31 + window * 13 / 2 + tile[4] + cluster::requant_instructions(cluster::element_requant_of(l, 0, 0, 128));
    auto of_channels = [&](i64 c) {
      return c / 16 * (66 + window * 11 + tile[4] * 10) + c % 16 / 8 * (50 + window * 10 + tile[4] * 6) + c % 8 / 4 * (40 + window * 8 + tile[4] * 6) + c % 4 * single;
    };
    i64 each = channels * single;  // cycles per pixel
    if (by_words(l)) {
      // Remainders cost more than the next full word does. No tile costs more than one with more channels: they are met
      // only where the layer has them.
      each = of_channels(channels);
      i64 const whole = part(l.space[3].length), full[] = {(channels + 3) / 4 * 4, (channels + 7) / 8 * 8, (channels + 15) / 16 * 16, whole};
      for (i64 c : full)
        if (c <= whole && of_channels(c) < each) each = of_channels(c);
    }
    return cluster::walk_cycles + call_cycles + pixels * (80 + each);
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int, index const* tile) { return is_small(l, tile) ? cluster::small_pool<true>::code_bytes : 1000; }
  template <layer_descriptor const& L>
  static constexpr cluster::pool_class class_of_layer = {
      L.with[0].of->type, L.with[3].of->type,
      cluster::element_requant_of(L, 0, 0, cluster::magnitude_of(L.with[0].of->type))};
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code{{&cluster::pool_maxima<class_of_layer<L>>::run},
                                    by_words(L) ? &cluster::small_pool<(lowest(L.with[0].of->type) < 0)>::lower : nullptr};
};
}  // namespace deeploy
