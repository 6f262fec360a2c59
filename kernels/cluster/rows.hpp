// SPDX-License-Identifier: Apache-2.0
// What the cluster's row-wise kernels share: rows over cores, sums and maxima of a row of bytes by words.
#pragma once
#include <cluster/element_mapping.hpp>
#include <reference/mapping.hpp>

namespace deeploy::cluster {
/// Calls f(at, from, to) for this core's rows: operand o's row begins at element at[o], elements [from, to) are this
/// core's.
///
/// With fewer rows than cores several cores share a row, when `parts` says that they may.
/// @tparam only  the layer's only_axis() without the row's
template <walked_operands walked, int only, class F>
DEEPLOY_ALWAYS_INLINE void for_rows(int core, int cores, kernel_arguments const& a, int row_axis, bool parts, F f) {
  constexpr int count = walked.count;
  runs r;
  merge_axes<walked, only>(a, 1u << row_axis, -1, r);
  index const length = a.length[row_axis];
  core_share mine(r.total, core, cores, 1);
  core_share columns(length, 0, 1, 1);
  if (parts && r.total * 2 <= cores) {
    index const of_row = cores / r.total, row = core / of_row;
    if (row >= r.total) return;
    mine.begin = row;
    mine.end = row + 1;
    columns = core_share(length, core - row * of_row, of_row, 4);
    if (columns.begin >= columns.end) return;
  }
  for_runs<walked>(a, r, mine, [&](index n, index const* first) DEEPLOY_INLINE_LAMBDA {
    index at[count];
#pragma GCC unroll 8
    for (int o = 0; o < count; ++o) at[o] = first[o];
    for (; n > 0; --n) {
      f(static_cast<index const*>(at), columns.begin, columns.end);
#pragma GCC unroll 8
      for (int o = 0; o < count; ++o) at[o] += step_of(a, r, walked[o]);
    }
  });
}

/// The largest of n >= 1 bytes that lie `step` apart.
template <class T>
DEEPLOY_ALWAYS_INLINE i32 largest_of(u8 const* x, index step, index n) {
  i32 best = static_cast<i32>(lowest(element_of<T>));
  if (step == 1 && n >= 8) {
    auto larger = [](u32 a, u32 b) { return lowest(element_of<T>) < 0 ? xpulp::maxb(a, b) : xpulp::maxub(a, b); };
    u32 first = rows::next_word(x), second = rows::next_word(x);
    for (n -= 8; n >= 8; n -= 8) {
      u32 const x0 = rows::next_word(x), x1 = rows::next_word(x);
      first = larger(first, x0);
      second = larger(second, x1);
    }
    first = larger(first, second);
    first = larger(first, first >> 16);
    first = larger(first, first >> 8);
    best = static_cast<T>(first);
  }
  for (; n > 0; --n) best = xpulp::max(best, rows::next<T>(x, step));
  return best;
}

/// Sum, and sum of squares, of n bytes. 32 bits, which serve up to 66,051 bytes.
struct row_sums {
  u32 sum = 0, squares = 0;
};
/// Adds those of 8 * pairs bytes, pairs >= 1; moves x on.
template <class T, bool with_sum, bool with_squares = true>
DEEPLOY_ALWAYS_INLINE void add_words(row_sums& to, u8 const*& x, index pairs) {
#if defined(__riscv)
#define DEEPLOY_SUMS(n, sums)                                                                                                        \
  asm volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[pairs], 2 * " n "\n.insn i 0x0b, 2, %[a], %[x], 4\n"  \
               ".insn i 0x0b, 2, %[b], %[x], 4\n" sums ".option pop"                                                                 \
               : [x] "+r"(x), [sum] "+r"(to.sum), [squares] "+r"(to.squares), [a] "=&r"(a), [b] "=&r"(b)                             \
               : [ones] "r"(0x01010101u), [pairs] "r"(pairs), [dot] "i"(lowest(element_of<T>) < 0 ? 0x5c : 0x50))
#define DEEPLOY_SUM ".insn r 0x57, 1, %[dot], %[sum], %[a], %[ones]\n.insn r 0x57, 1, %[dot], %[sum], %[b], %[ones]\n"
#define DEEPLOY_SQUARES ".insn r 0x57, 1, %[dot], %[squares], %[a], %[a]\n.insn r 0x57, 1, %[dot], %[squares], %[b], %[b]\n"
  u32 a, b;
  if constexpr (with_sum && with_squares)
    DEEPLOY_SUMS("6", DEEPLOY_SUM DEEPLOY_SQUARES);
  else if constexpr (with_sum)
    DEEPLOY_SUMS("4", DEEPLOY_SUM);
  else
    DEEPLOY_SUMS("4", DEEPLOY_SQUARES);
#undef DEEPLOY_SUMS
#undef DEEPLOY_SUM
#undef DEEPLOY_SQUARES
#else
  for (index n = 8 * pairs; n > 0; --n) {
    u32 const v = static_cast<u32>(rows::next<T>(x, 1));
    to.sum += with_sum ? v : 0;
    to.squares += with_squares ? v * v : 0;
  }
#endif
}
/// @tparam with_sum  else that stays 0
template <class T, bool with_sum>
DEEPLOY_ALWAYS_INLINE row_sums sums_of(u8 const* x, index step, index n) {
  row_sums r;
  if (step == 1 && n >= 8) [[likely]] {
    add_words<T, with_sum>(r, x, n >> 3);
    n &= 7;
  }
  for (; n > 0; --n) {
    u32 const v = static_cast<u32>(rows::next<T>(x, step));
    if (with_sum) r.sum += v;
    r.squares += v * v;
  }
  return r;
}
/// Rows of more bytes than this are left to the reference kernel's loops.
inline constexpr index longest_row = 65536;

/// Stores f() for n results `step` apart: bytes that are neighbours as words.
template <class T, class F>
DEEPLOY_ALWAYS_INLINE void store_row(u8* y, index step, index n, F f) {
  if constexpr (sizeof(T) == 1) {
    if (step == 1)
      for (; n >= 4; n -= 4) {
        i32 const y0 = f(), y1 = f(), y2 = f(), y3 = f();
        rows::put_word(y, rows::pack(y0, y1, y2, y3));
      }
  }
  for (i32 const on = static_cast<i32>(step * sizeof(T)); n > 0; --n) rows::put<T>(y, f(), on);
}

/// What a row-wise kernel is compiled for.
struct row_class {
  element x = element::i8, y = element::i8;
  u8 axis = 0;   ///< of the row
  i8 only = -1;  ///< the only other axis, see only_axis()
  element_requant result = {};
  constexpr bool operator==(row_class const&) const = default;
};

/// @param y_operand  the result's number; its scale operands stand before it
constexpr row_class row_class_of(layer_descriptor const& l, int y_operand, u32 largest) {
  row_class c;
  c.x = l.with[0].of->type;
  c.y = l.with[y_operand].of->type;
  c.axis = static_cast<u8>(l.classes[3]);
  c.only = static_cast<i8>(only_axis(l, 1u << c.axis));
  c.result = element_requant_of(l, 0, 0, largest);
  return c;
}
/// Can the fast kernels take the layer: bytes in, one scale for all, rows that 32-bit sums take?
constexpr bool is_row_of_bytes(layer_descriptor const& l) {
  return is_byte(l.with[0].of->type) && l.classes[2] == 0 && l.space[l.classes[3]].length <= longest_row;
}

/// The mapping of a row-wise operator.
///
/// @tparam Operator   serves(layer), code<L>, code_bytes, scratch_bytes, phases; cycles: fixed, of a row, of its elements,
///                    once_per_element of a core's first row, one_row_saves where one row alone is lowered
/// @tparam Reference  the reference kernel, for layers that the operator does not serve
template <class Operator, template <kernel_class> class Reference>
struct row_mapping {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int, index const*) {
    return Operator::serves(l) ? Operator::scratch_bytes : 0;
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    i64 const elements = elements_of(l, tile);
    if (!Operator::serves(l)) return walk_cycles + elements * 60;
    i64 const length = tile[l.classes[3]], count = elements / length;
    // The busiest core's rows, or its part of one.
    i64 const busiest = Operator::parts && count * 2 <= 8 ? 1 : (count + 7) / 8;
    i64 const part = Operator::parts && count * 2 <= 8 ? (length + 8 / count - 1) / (8 / count) : length;
    return walk_cycles + Operator::fixed_cycles + part * Operator::once_per_element - (count == 1 ? Operator::one_row_saves : 0) +
           busiest * (Operator::row_cycles +
                      (length * Operator::per_length_eighths + part * Operator::per_element_eighths) / 8 +
                      part * requant_instructions(element_requant_of(l, 0, 0, 255)));
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int, index const* tile) {
    if (!Operator::serves(l)) return 1000;
    bool const one_row = elements_of(l, tile) == tile[l.classes[3]];
    return one_row && Operator::one_row_saves != 0 ? 400 : Operator::code_bytes;
  }
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code = [] {
    if constexpr (Operator::serves(L))
      return Operator::template code<L>;
    else
      return kernel_code{{&reference::entry<Reference, class_of(L, false)>}};
  }();
};
}  // namespace deeploy::cluster
