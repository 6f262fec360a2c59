// SPDX-License-Identifier: Apache-2.0
// Max pooling to one pixel, lowered: the last layer of many networks, once a run, so that what counts is few lines of code.
#pragma once
#include <cluster/small_shares.hpp>
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// Bytes whose channels are neighbours in both places; whole windows, results as they are.
///
/// @tparam is_signed  the bytes
/// @cores  all; each takes some words of channels
template <bool is_signed>
struct small_pool {
  static constexpr int rows_axis = 1, columns_axis = 2, channels = 3, kernel_rows = 4, kernel_columns = 5;
  struct window {
    i32 rows, columns, row_step, column_step;  ///< steps in bytes
    small_shares items;                        ///< words of channels, or pairs of them
  };
  using block = lowered_block<2, window>;

  /// Is all of the window inside of the tensor, along one axis?
  static constexpr bool inside(kernel_arguments const& a, int axis, int window_axis) {
    return a.first[axis] >= 0 && a.first[axis] + a.step[window_axis] * (a.length[window_axis] - 1) < a.limit[axis];
  }
  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    kernel_operand const &x = a.with[0], &y = a.with[3];
    if (a.length[0] * a.length[rows_axis] * a.length[columns_axis] != 1 || a.length[channels] % 4 != 0) return false;
    if (x.stride[channels] != 1 || y.stride[channels] != 1 || !inside(a, rows_axis, kernel_rows) || !inside(a, columns_axis, kernel_columns)) return false;
    int const words = a.length[channels] % 8 == 0 ? 2 : 1;
    t.point(0, x.origin);
    t.point(3, y.origin);
    t.set(window{a.length[kernel_rows], a.length[kernel_columns], x.stride[kernel_rows], x.stride[kernel_columns], small_shares(a.length[channels] / (4 * words))});
    t.phase[0] = words == 2 ? &run<2> : &run<1>;
    return true;
  }
  /// Of one core with the most channels, with its call.
  static constexpr i64 cycles(index channel_count, index high, index wide) {
    index const words = channel_count % 8 == 0 ? 2 : 1, items = (channel_count / (4 * words) + 7) / 8;
    return 60 + i64{items} * (12 + high * (8 + wide * (words == 2 ? 4 : 3)));
  }
  static constexpr i64 code_bytes = 230;

 private:
  static u32 larger(u32 a, u32 b) { return is_signed ? xpulp::maxb(a, b) : xpulp::maxub(a, b); }

  template <int words>
  static void run(int core, int cores, kernel_arguments const& a) {
    block const& b = block::of(a);
    window const& w = b.constants;
    auto const mine = w.items.of(core, cores);
    u8 const* x = static_cast<u8 const*>(b.at[0]) + mine.begin * (4 * words);
    u8* y = static_cast<u8*>(b.at[1]) + mine.begin * (4 * words);
    rows::order_memory();
    for (index n = mine.count; n > 0; --n, x += 4 * words) {
      u32 best[2] = {is_signed ? 0x80808080u : 0u, is_signed ? 0x80808080u : 0u};
      u8 const* row = x;
      for (index i = w.rows; i > 0; --i, row += w.row_step) {
        u8 const* at = row;
        maxima<words>(at, w.columns, w.column_step, best);
      }
      for (int k = 0; k < words; ++k) rows::put_word(y, best[k]);
    }
  }
  /// Of `columns` words, or pairs of words, that lie `step` bytes apart.
  template <int words>
  DEEPLOY_ALWAYS_INLINE static void maxima(u8 const*& at, index columns, bytes step, u32 (&best)[2]) {
#if defined(__riscv)
    u32 first, second;
    // pv.max.b or pv.maxu.b, behind one other instruction at least that its word is loaded by.
    constexpr int code = is_signed ? 0x18 : 0x1c;
    if constexpr (words == 2)
      asm volatile(
          ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[columns], 2 * 4\n"
          ".insn i 0x0b, 2, %[first], %[at], 4\n.insn r 0x0b, 7, 0x10, %[second], %[at], %[rest]\n"
          ".insn r 0x57, 1, %[code], %[a], %[a], %[first]\n.insn r 0x57, 1, %[code], %[b], %[b], %[second]\n.option pop\n"
          : [at] "+r"(at), [a] "+r"(best[0]), [b] "+r"(best[1]), [first] "=&r"(first), [second] "=&r"(second)
          : [columns] "r"(columns), [rest] "r"(step - 4), [code] "i"(code));
    else
      asm volatile(
          ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[columns], 2 * 2\n"
          ".insn r 0x0b, 7, 0x10, %[first], %[at], %[step]\n.insn r 0x57, 1, %[code], %[a], %[a], %[first]\n.option pop\n"
          : [at] "+r"(at), [a] "+r"(best[0]), [first] "=&r"(first)
          : [columns] "r"(columns), [step] "r"(step), [code] "i"(code));
#else
    for (index j = columns; j > 0; --j, at += step) {
      u8 const* word = at;
      for (int k = 0; k < words; ++k) best[k] = larger(best[k], rows::next_word(word));
    }
#endif
  }
};
}  // namespace deeploy::cluster
