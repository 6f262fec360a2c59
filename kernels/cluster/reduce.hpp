// SPDX-License-Identifier: Apache-2.0
// What sum and mean over axes share: dot products along bytes that are neighbours, whole or in four sums at once.
#pragma once
#include <cluster/product_class.hpp>
#include <cluster/rows.hpp>
#include <cluster/unrolled.hpp>

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

/// Adds the four bytes of each of n words, `on` bytes apart, to four sums; moves `from` on.
template <class T>
DEEPLOY_ALWAYS_INLINE void add_columns(i32* sums, u8 const* from, i32 on, index n) {
#if defined(__riscv)
#define DEEPLOY_ADD(s, w, lane) ".insn r 0x57, 1, %[dot], %[s" s "], %[" w "], %[" lane "]\n"
#define DEEPLOY_ADD_WORD(w) DEEPLOY_ADD("0", w, "b0") DEEPLOY_ADD("1", w, "b1") DEEPLOY_ADD("2", w, "b2") DEEPLOY_ADD("3", w, "b3")
#define DEEPLOY_COLUMNS(instructions, count, BODY)                                                                                   \
  asm volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[n], 2 * " instructions "\n" BODY ".option pop"        \
               : [from] "+r"(from), [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [v] "=&r"(v), [w] "=&r"(w)           \
               : [on] "r"(on), [n] "r"(count), [b0] "r"(0x00000001u), [b1] "r"(0x00000100u), [b2] "r"(0x00010000u),                   \
                 [b3] "r"(0x01000000u), [dot] "i"(lowest(element_of<T>) < 0 ? 0x5c : 0x50))
  i32 s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
  u32 v, w;
  if (n >= 2)
    DEEPLOY_COLUMNS("10", n >> 1, ".insn r 0x0b, 7, 0x10, %[v], %[from], %[on]\n.insn r 0x0b, 7, 0x10, %[w], %[from], %[on]\n"
                    DEEPLOY_ADD_WORD("v") DEEPLOY_ADD_WORD("w"));
  if (n & 1) DEEPLOY_COLUMNS("5", 1, ".insn r 0x0b, 7, 0x10, %[w], %[from], %[on]\n" DEEPLOY_ADD_WORD("w"));
#undef DEEPLOY_ADD
#undef DEEPLOY_ADD_WORD
#undef DEEPLOY_COLUMNS
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
#else
  for (; n > 0; --n, from += on)
    for (int i = 0; i < 4; ++i) sums[i] = static_cast<i32>(static_cast<u32>(sums[i]) + static_cast<u32>(reinterpret_cast<T const*>(from)[i]));
#endif
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

  /// Adds n elements from `from` on, `on` bytes apart, to sums: of `together` neighbouring results at once, 1 or 4.
  template <int together>
  DEEPLOY_ALWAYS_INLINE static void add_run(i32* sums, u8 const* from, i32 on, index n) {
    if constexpr (together == 4) {
      add_columns<x_t>(sums, from, on, n);
    } else {
      row_sums sum{static_cast<u32>(sums[0])};
      if constexpr (sizeof(x_t) == 1) {
        if (on == 1 && n >= 8) {
          add_words<x_t, true, false>(sum, from, n >> 3);
          n &= 7;
        }
      }
      for (; n > 0; --n) sum.sum += static_cast<u32>(rows::next<x_t>(from, on));
      sums[0] = static_cast<i32>(sum.sum);
    }
  }
  template <int together>
  [[gnu::noinline]] static void add_runs(kernel_arguments const& a, runs& inner, x_t const* x, i32* sums, i32 on) {
    for_runs<summed>(a, inner, core_share(inner.total, 0, 1, 1), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      add_run<together>(sums, reinterpret_cast<u8 const*>(x + (at[0] - a.with[0].origin)), on, n);
    });
  }
  /// Sums over the reduced axes from x on.
  template <int together>
  DEEPLOY_ALWAYS_INLINE static void sum_up(kernel_arguments const& a, runs& inner, x_t const* x, i32* sums, i32 on) {
    if (inner.outer == 0) [[likely]]
      add_run<together>(sums, reinterpret_cast<u8 const*>(x), on, inner.total);
    else
      add_runs<together>(a, inner, x, sums, on);
  }

  /// What a mean divides by, with half away from zero.
  struct average {
    rows::divider by;
    u32 half;
    i32 shift;
    DEEPLOY_ALWAYS_INLINE constexpr explicit average(i32 const* values)
        : by(C.averages && C.half_away ? static_cast<u32>(values[6]) : 1), half(C.averages ? static_cast<u32>(values[6]) >> 1 : 0), shift(values[7]) {}
    /// The operator's value for a sum.
    DEEPLOY_ALWAYS_INLINE i32 operator()(i32 sum) const {
      if constexpr (!C.averages) return sum;
      if constexpr (C.half_away) {
        u32 const sign = static_cast<u32>(sum >> 31), size = (static_cast<u32>(sum) ^ sign) - sign;
        return static_cast<i8>((by(size + half) ^ sign) - sign);
      } else {
        return static_cast<i8>((static_cast<i64>(sum) + half) >> shift);
      }
    }
  };

  static void run(int core, int cores, kernel_arguments const& a) {
    runs outer, inner;
    merge_axes<walked>(a, C.reduced, -1, outer);
    merge_axes<summed>(a, ~static_cast<u32>(C.reduced), -1, inner);
    requantiser<C.result.of> const result(a.values);
    average const averaged(a.values);
    core_share const mine(outer.total, core, cores, 4);
    i32* accumulator = static_cast<i32*>(a.scratch) + mine.begin;
    i32 const inner_on = static_cast<i32>(step_of(a, inner, 0) * sizeof(x_t));
    for_runs<walked>(a, outer, mine, [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      x_t const* x = data<x_t>(a, 0) + at[0];
      u8* y = reinterpret_cast<u8*>(data<y_t>(a, 3) + at[y_at]);
      i32 const *mul = nullptr, *add = nullptr;
      if constexpr (scaled) mul = data<i32>(a, 1) + at[1], add = data<i32>(a, 2) + at[2];
      index const x_on = step_of(a, outer, 0);
      i32 const y_on = static_cast<i32>(step_of(a, outer, 3) * sizeof(y_t));
      auto some = [&]<int together>(number<together>) DEEPLOY_INLINE_LAMBDA {
        i32 sums[together] = {};
        if constexpr (C.accumulates)
          if (!a.begins)
            for (int i = 0; i < together; ++i) sums[i] = accumulator[i];
        sum_up<together>(a, inner, x, sums, inner_on);
        if (C.accumulates && !a.ends) {
          for (int i = 0; i < together; ++i) accumulator[i] = sums[i];
        } else {
#pragma GCC unroll 1
          for (int i = 0; i < together; ++i) {
            prepared_scale scale = result.scale;
            if constexpr (scaled) {
              scale = {*mul, *add, -1};
              mul += step_of(a, outer, 1);
              add += step_of(a, outer, 2);
            }
            rows::put<y_t>(y, requantise_element<C.result>(result, scale, averaged(sums[i])), y_on);
          }
        }
        if constexpr (C.accumulates) accumulator += together;
        x += together * x_on;
        n -= together;
      };
      if constexpr (sizeof(x_t) == 1)
        if (x_on == 1)
          while (n >= 4) some(number<4>{});
      while (n > 0) some(number<1>{});
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
    // Along neighbours a word takes two cycles, and results come singly; else it adds to four results in five, and cores meet in a bank.
    bool along = false;
    for (int a = 0; a < l.axes; ++a) along = along || (l.space[a].kind == axis_kind::reduction && l.space[a].length > 1 && storage_step(l.with[0], a) == 1);
    i64 const eighths = !is_byte(l.with[0].of->type) ? 48 : along ? 4 : 11;
    i64 const each =
        (along ? 12 : averages ? 4 : 8) + (averages ? 20 : 0) + requant_instructions(element_requant_of(l, 0, 0, averages ? 128 : 1u << 31));
    return 2 * walk_cycles + results * (each + 15 + (form == 0 ? 0 : 6)) + (results * summed * eighths + 7) / 8;
  }
  static constexpr i64 code_bytes(layer_descriptor const&, int, index const*) { return 1100; }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code{{&reduce_axes<describe(L, form == 1)>::run}};
};
}  // namespace deeploy::cluster
