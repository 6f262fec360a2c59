// SPDX-License-Identifier: Apache-2.0
// What sum and mean over axes share: dot products along bytes that are neighbours, whole or in four sums at once.
#pragma once
#include <cluster/element_mapping.hpp>

namespace deeploy::cluster {
/// What a reduction is compiled for.
struct reduce_class {
  element x = element::i8, y = element::i8;
  u8 reduced = 0;  ///< bit a: axis a is summed
  bool accumulates = false;
  bool averages = false;
  bool half_away = false;
  element_requant result = {};
  constexpr bool operator==(reduce_class const&) const = default;
};

/// Adds the bytes of words to sums; `lane` has a 1 in the bytes that count.
template <class T>
DEEPLOY_ALWAYS_INLINE i32 add_bytes(i32 sum, u32 word, u32 lane) {
  if constexpr (lowest(element_of<T>) < 0)
    return xpulp::sdotsp(sum, word, lane);
  else
    return xpulp::sdotup(sum, word, lane);
}

/// @cores  all; each takes an equal part of the results
/// @buffers  accumulating: four bytes per result of the tile
template <reduce_class C>
struct reduce_axes {
  using x_t = element_type<C.x>;
  using y_t = element_type<C.y>;
  static constexpr bool scaled = C.result.of.scaled;
  static constexpr int count = scaled ? 4 : 2, y_at = count - 1;
  static constexpr walked_operands walked = scaled ? walks(0, 1, 2, 3) : walks(0, 3), summed = walks(0);

  /// Sums over the reduced axes from x on: `together` neighbouring results at once, 1 or 4.
  template <int together>
  static void sum_up(kernel_arguments const& a, runs& inner, x_t const* x, i32* sums) {
    i32 const on = static_cast<i32>(step_of(a, inner, 0) * sizeof(x_t));
    for_runs<summed>(a, inner, core_share(inner.total, 0, 1, 1), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      u8 const* from = reinterpret_cast<u8 const*>(x + (at[0] - a.with[0].origin));
      if constexpr (together == 4) {
        for (; n > 0; --n) {
          u32 const word = rows::load_word(from, 0);
          from += on;
          sums[0] = add_bytes<x_t>(sums[0], word, 0x00000001u);
          sums[1] = add_bytes<x_t>(sums[1], word, 0x00000100u);
          sums[2] = add_bytes<x_t>(sums[2], word, 0x00010000u);
          sums[3] = add_bytes<x_t>(sums[3], word, 0x01000000u);
        }
      } else {
        i32 sum = sums[0];
        if constexpr (sizeof(x_t) == 1) {
          if (on == 1)
            for (; n >= 4; n -= 4) sum = add_bytes<x_t>(sum, rows::next_word(from), 0x01010101u);
        }
        for (; n > 0; --n) sum = static_cast<i32>(static_cast<u32>(sum) + static_cast<u32>(rows::next<x_t>(from, on)));
        sums[0] = sum;
      }
    });
  }

  /// The operator's value for a sum. @param values  of the layer
  static i32 finished(i32 sum, i32 const* values) {
    if constexpr (!C.averages) return sum;
    u32 const averaged = static_cast<u32>(values[6]);
    if constexpr (C.half_away) {
      u32 const sign = static_cast<u32>(sum >> 31), size = (static_cast<u32>(sum) ^ sign) - sign;
      return static_cast<i8>(((size + (averaged >> 1)) / averaged ^ sign) - sign);
    } else {
      return static_cast<i8>((static_cast<i64>(sum) + averaged / 2) >> values[7]);
    }
  }

  static void run(int core, int cores, kernel_arguments const& a) {
    runs outer, inner;
    merge_axes<walked>(a, C.reduced, -1, outer);
    merge_axes<summed>(a, ~static_cast<u32>(C.reduced), -1, inner);
    requantiser<C.result.of> const result(a.values);
    core_share const mine(outer.total, core, cores, 4);
    i32* accumulator = static_cast<i32*>(a.scratch) + mine.begin;
    for_runs<walked>(a, outer, mine, [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      x_t const* x = data<x_t>(a, 0) + at[0];
      u8* y = reinterpret_cast<u8*>(data<y_t>(a, 3) + at[y_at]);
      i32 const *mul = nullptr, *add = nullptr;
      if constexpr (scaled) mul = data<i32>(a, 1) + at[1], add = data<i32>(a, 2) + at[2];
      bool const fours = sizeof(x_t) == 1 && step_of(a, outer, 0) == 1;
      while (n > 0) {
        i32 sums[4] = {};
        int const together = fours && n >= 4 ? 4 : 1;
        if constexpr (C.accumulates)
          if (!a.begins)
            for (int i = 0; i < together; ++i) sums[i] = accumulator[i];
        if (together == 1)
          sum_up<1>(a, inner, x, sums);
        else if constexpr (sizeof(x_t) == 1)
          sum_up<4>(a, inner, x, sums);
        if (C.accumulates && !a.ends) {
          for (int i = 0; i < together; ++i) accumulator[i] = sums[i];
        } else {
          for (int i = 0; i < together; ++i) {
            prepared_scale scale = result.scale;
            if constexpr (scaled) {
              scale = {*mul, *add, -1};
              mul += step_of(a, outer, 1);
              add += step_of(a, outer, 2);
            }
            rows::put<y_t>(y, requantise_element<C.result>(result, scale, finished(sums[i], a.values)),
                           static_cast<i32>(step_of(a, outer, 3) * sizeof(y_t)));
          }
        }
        if constexpr (C.accumulates) accumulator += together;
        x += together * step_of(a, outer, 0);
        n -= together;
      }
    });
  }
};

/// @tparam averages  mean, else sum
template <bool averages>
struct reduce_mapping {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}, {"accumulate", true}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }

  static constexpr reduce_class describe(layer_descriptor const& l, bool accumulates) {
    reduce_class c;
    c.x = l.with[0].of->type;
    c.y = l.with[3].of->type;
    c.reduced = static_cast<u8>(l.classes[3]);
    c.accumulates = accumulates;
    c.averages = averages;
    c.half_away = averages && l.classes[4] != 0;
    c.result = element_requant_of(l, 0, 0, averages ? 128 : 1u << 31);
    return c;
  }
  static constexpr i64 results_of(layer_descriptor const& l, index const* tile) {
    i64 n = 1;
    for (int a = 0; a < l.axes; ++a)
      if (l.space[a].kind != axis_kind::reduction) n *= tile[a];
    return n;
  }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    return form == 0 ? 0 : results_of(l, tile) * 4;
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    // A core's share is a multiple of four results.
    i64 const results = ((results_of(l, tile) + 31) & ~31LL) / 8, summed = elements_of(l, tile) / results_of(l, tile);
    i64 const eighths = is_byte(l.with[0].of->type) ? 22 : 48;
    i64 const each =
        12 + (averages ? 20 : 0) + requant_instructions(element_requant_of(l, 0, 0, averages ? 128 : 1u << 31));
    return 2 * walk_cycles + results * (each + 15 + (form == 0 ? 0 : 6)) + (results * summed * eighths + 7) / 8;
  }
  static constexpr i64 code_bytes(layer_descriptor const&, int, index const*) { return 1100; }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code{{&reduce_axes<describe(L, form == 1)>::run}};
};
}  // namespace deeploy::cluster
