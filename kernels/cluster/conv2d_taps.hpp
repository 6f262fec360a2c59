// SPDX-License-Identifier: Apache-2.0
// Convolutions of single planes, as depthwise ones are, with windows and strides of any kind: rows of taps against rows of the
// plane's image, four neighbouring results at a time.
#pragma once
#include <cluster/conv2d_common.hpp>

namespace deeploy::cluster {
/// What the windows of a tile have in common.
struct tap_rows {
  index rows, steps;     ///< rows of taps; words of each, or taps where those are apart
  bytes next, apart;     ///< from step to step; from result to result
  bytes x_rest, w_rest;  ///< from behind a row's last step to the next row

  template <conv_class V>
  tap_rows(kernel_arguments const& a, conv_input<V> const& x, conv_scratch const& s) {
    using namespace conv_axis;
    constexpr bool words = V.steps.tap_columns == 1;
    rows = a.length[kernel_rows];
    steps = words ? s.tap_words : a.length[kernel_columns];
    next = words ? 4 : V.steps.tap_columns;
    apart = V.steps.columns;
    x_rest = x.step(kernel_rows) - steps * next;
    w_rest = words ? 0 : 4 * s.tap_words - steps;
  }
};

#if defined(__riscv)
// Memory is not named as an operand: rows::order_memory() stands around rows of results.
#define DEEPLOY_TAPS(STEP)                                                                                            \
  __asm__ volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[rows], 2 * 12\n"                   \
                   ".insn i 0x7b, 4, x0, %[steps], 2 * 9\n" STEP                                                      \
                   "add %[x], %[x], %[x_rest]\nadd %[w], %[w], %[w_rest]\n.option pop\n"                              \
                   : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [x] "+r"(x), [w] "+r"(w),            \
                     [v] "=&r"(v), [v0] "=&r"(v0), [v1] "=&r"(v1), [v2] "=&r"(v2), [v3] "=&r"(v3)                     \
                   : [rows] "r"(t.rows), [steps] "r"(t.steps), [next] "r"(t.next), [o1] "r"(t.apart), [o2] "r"(2 * t.apart), \
                     [o3] "r"(3 * t.apart), [x_rest] "r"(t.x_rest), [w_rest] "r"(t.w_rest), [dot] "i"(dot_code<S>),   \
                     [x_load] "i"(x_signed ? 0x00 : 0x20), [w_load] "i"(w_signed ? 0 : 4), [swapped] "i"(S == signs::su))
#define DEEPLOY_LOADS(how)                                                                                            \
  ".insn r 0x03, 7, " how ", %[v1], %[x], %[o1]\n.insn r 0x03, 7, " how ", %[v2], %[x], %[o2]\n"                      \
  ".insn r 0x03, 7, " how ", %[v3], %[x], %[o3]\n.insn r 0x0b, 7, " how ", %[v0], %[x], %[next]\n"
#define DEEPLOY_DOT(sum, v) \
  ".if %[swapped]\n.insn r 0x57, 1, %[dot], %[" sum "], %[v], %[" v "]\n.else\n.insn r 0x57, 1, %[dot], %[" sum "], %[" v "], %[v]\n.endif\n"
#define DEEPLOY_MAC(sum, v) ".insn r 0x33, 0, 0x21, %[" sum "], %[" v "], %[v]\n"
#define DEEPLOY_FOUR(EACH) EACH("s1", "v1") EACH("s2", "v2") EACH("s3", "v3") EACH("s0", "v0")
#endif

/// Four windows' sums: x and w at their first taps.
template <signs S, bool words>
DEEPLOY_ALWAYS_INLINE void add_taps(i32& s0, i32& s1, i32& s2, i32& s3, u8 const* x, u8 const* w, tap_rows const& t) {
  [[maybe_unused]] constexpr bool x_signed = S == signs::ss || S == signs::su, w_signed = S == signs::ss || S == signs::us;
#if defined(__riscv)
  u32 v, v0, v1, v2, v3;
  if constexpr (words)
    DEEPLOY_TAPS(".insn i 0x0b, 2, %[v], %[w], 4\n" DEEPLOY_LOADS("0x10") DEEPLOY_FOUR(DEEPLOY_DOT));
  else
    DEEPLOY_TAPS(".insn i 0x0b, %[w_load], %[v], %[w], 1\n" DEEPLOY_LOADS("%[x_load]") DEEPLOY_FOUR(DEEPLOY_MAC));
#else
  i32* const sum[] = {&s0, &s1, &s2, &s3};
  for (index r = 0; r < t.rows; ++r, x += t.x_rest, w += t.w_rest)
    for (index k = 0; k < t.steps; ++k, x += t.next, w += words ? 4 : 1)
      for (int i = 0; i < 4; ++i) {
        u8 const* const at = x + i * t.apart;
        if constexpr (words)
          *sum[i] = dot_words<S>(*sum[i], xpulp::load_word(at), xpulp::load_word(w));
        else
          *sum[i] = xpulp::mac(*sum[i], x_signed ? static_cast<i8>(*at) : *at, w_signed ? static_cast<i8>(*w) : *w);
      }
#endif
}
#if defined(__riscv)
#undef DEEPLOY_DOT
#undef DEEPLOY_FOUR
#undef DEEPLOY_LOADS
#undef DEEPLOY_MAC
#undef DEEPLOY_TAPS
#endif

/// `count` neighbouring results, stored y_step bytes apart.
template <signs S, bool words, result_store to>
[[gnu::noinline]] void run_taps(tap_rows const& rows_of, u8 const* x, u8 const* w, index count, column_record const& record, i32 const* values,
                                u8* y, bytes y_step) {
  tap_rows const t = rows_of;
  i32 const start = record.start;
  prepared_scale const scale = record.scale;
  i32 shift = 0, low = 0, high = 0;
  if constexpr (to != result_store::words) shift = values[0], low = values[4], high = values[5];
  auto one = [&](i32 sum) DEEPLOY_INLINE_LAMBDA {
    if constexpr (to == result_store::words)
      rows::put<i32>(y, sum, y_step);
    else
      rows::put<u8>(y, requantised<to>(sum, scale, shift, low, high), y_step);
  };
  rows::order_memory();
  for (; count > 0; count -= 4, x += 4 * t.apart) {
    i32 s0 = start, s1 = start, s2 = start, s3 = start;
    add_taps<S, words>(s0, s1, s2, s3, x, w, t);
    one(s0);
    if (count > 1) one(s1);
    if (count > 2) one(s2);
    if (count > 3) one(s3);
  }
  rows::order_memory();
}

/// @buffers  scratch: records of the channels, rows of taps, images
template <kernel_class C, conv_class V>
struct conv_taps : conv_common<C, V> {
  using common = conv_common<C, V>;
  static constexpr signs S = signs_of<typename common::X, typename common::W>;
  static constexpr result_store to = V.direct ? store_of<V.result> : result_store::words;
  using Y = element_type<C.type[product_operand::y]>;
  static constexpr bool words = V.steps.tap_columns == 1;
  /// Are sums the results?
  static constexpr bool plain = !C.accumulates && !V.result.present && !C.present[product_operand::bias] && sizeof(Y) == 4;

  /// Where results begin.
  struct place {
    index n, g, k, row, column;
  };

  /// `count` results in a row from p on.
  static void run_row(kernel_arguments const& a, tap_rows const& t, place const& p, u8 const* x, u8 const* w, index count,
                      column_record const& record, [[maybe_unused]] bool narrow) {
    using namespace conv_axis;
    kernel_operand const& y = a.with[product_operand::y];
    bytes const step = y.stride[out_columns] * static_cast<bytes>(sizeof(Y));
    u8* at = static_cast<u8*>(y.at) + (y.origin + p.n * y.stride[batch] + p.g * y.stride[groups] + p.k * y.stride[out_channels] +
                                       p.row * y.stride[out_rows] + p.column * y.stride[out_columns]) * static_cast<bytes>(sizeof(Y));
    if constexpr (plain) {
      run_taps<S, words, result_store::words>(t, x, w, count, record, a.values, at, step);
    } else {
      if constexpr (to != result_store::words)
        if (common::always_narrow || narrow) return run_taps<S, words, to>(t, x, w, count, record, a.values, at, step);
      if constexpr (!V.records || !common::always_narrow) {
        constexpr index most = 16;
        alignas(4) i32 sums[most];
        for (index done = 0; done < count; done += most, x += most * t.apart, at += most * step) {
          index const some = count - done < most ? count - done : most;
          run_taps<S, words, result_store::words>(t, x, w, some, record, a.values, reinterpret_cast<u8*>(sums), 4);
          if constexpr (V.records)
            requantise_column<V.result>(a.values, record.scale, 0, sums, 1, some, at, step);
          else
            for (index i = 0; i < some; ++i) common::finish(a, p.n, p.row, p.column + done + i, p.g, p.k, sums[i]);
        }
      }
    }
  }

  static void compute(int core, int cores, kernel_arguments const& a) {
    using namespace conv_axis;
    conv_scratch const s(V, C.accumulates, a.length);
    conv_input<V> const x{a, s};
    tap_rows const t(a, x, s);
    column_record same[4];
    typename common::all_records const records = common::records_of(a, s, cores, same);
    // Units of four neighbours in a row of a channel.
    index const high = a.length[out_rows], wide = a.length[out_columns], fours = (wide + 3) >> 2, members = a.length[out_channels];
    index const channels = a.length[groups] * members, total = a.length[batch] * channels * high * fours;
    index u = split_at(total, core, cores);
    index const end = split_at(total, core + 1, cores);
    if (u >= end) return;
    place p;
    p.row = u / fours;
    index four = u - p.row * fours, channel = p.row / high;
    p.row -= channel * high;
    for (; u < end; p.row = 0, ++channel) {
      p.n = a.length[batch] == 1 ? 0 : channel / channels;
      index const c = channel - p.n * channels;
      p.g = members == 1 ? c : c / members, p.k = c - p.g * members;
      u8 const* const w = static_cast<u8 const*>(a.scratch) + s.weights + c * t.rows * 4 * s.tap_words;
      u8 const* from = x.at() + (p.n * x.step(batch) + p.g * x.step(groups) + p.row * x.step(out_rows));
      column_record const zero{};
      column_record const& record = V.records ? records.at[V.channel_records ? c : 0] : zero;
      for (; p.row < high && u < end; ++p.row, from += x.step(out_rows), four = 0) {
        index const some = end - u < fours - four ? end - u : fours - four;
        p.column = 4 * four;
        index const left = wide - p.column;
        run_row(a, t, p, from + p.column * t.apart, w, left < 4 * some ? left : 4 * some, record, records.narrow);
        u += some;
      }
    }
  }
};
}  // namespace deeploy::cluster
