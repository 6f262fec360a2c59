// SPDX-License-Identifier: Apache-2.0
// Small matrix products in blocks of two rows by four columns, lowered: rotations of heads, small projections. Such a product
// runs once a layer, so its code is as short as its work: the kernels for large ones take 3,000 cycles to be fetched.
#pragma once
#include <cluster/product_class.hpp>
#include <cluster/product_signs.hpp>
#include <cluster/small_shares.hpp>
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// Sums of two rows by four columns, row by row.
struct block_sums {
  static constexpr int columns = 4, count = 8;
  i32 of[count];
};

#if defined(__riscv)
#define DEEPLOY_DOT(sum, row, column) ".if %[swapped]\n.insn r 0x57, 1, %[dot], %[" sum "], " column ", " row "\n.else\n.insn r 0x57, 1, %[dot], %[" sum "], " row ", " column "\n.endif\n"
#define DEEPLOY_DOTS(c0, c1, c2, c3)                                                                                      \
  DEEPLOY_DOT("s0", "x7", c0) DEEPLOY_DOT("s1", "x7", c1) DEEPLOY_DOT("s2", "x7", c2) DEEPLOY_DOT("s3", "x7", c3)         \
  DEEPLOY_DOT("s4", "x17", c0) DEEPLOY_DOT("s5", "x17", c1) DEEPLOY_DOT("s6", "x17", c2) DEEPLOY_DOT("s7", "x17", c3)
#define DEEPLOY_ROWS ".insn i 0x0b, 2, x7, %[a0], 4\n.insn i 0x0b, 2, x17, %[a1], 4\n"
#define DEEPLOY_SUMS                                                                                                      \
  [s0] "+r"(s.of[0]), [s1] "+r"(s.of[1]), [s2] "+r"(s.of[2]), [s3] "+r"(s.of[3]), [s4] "+r"(s.of[4]), [s5] "+r"(s.of[5]), \
      [s6] "+r"(s.of[6]), [s7] "+r"(s.of[7]), [a0] "+r"(a0), [a1] "+r"(a1), [b] "+r"(b)
#endif

/// Adds the products of two rows and four columns. The columns lie `step` apart, each along the reduction; or, where they are
/// `turned`, side by side, an element of the reduction every `step` bytes.
template <signs S, bool turned>
DEEPLOY_ALWAYS_INLINE void add_block(block_sums& s, u8 const* a0, u8 const* a1, u8 const* b, bytes step, index words) {
#if defined(__riscv)
  if constexpr (turned)
    __asm__ volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[words], 2 * 24\n"
        ".insn r 0x0b, 7, 0x10, x28, %[b], %[step]\n.insn r 0x0b, 7, 0x10, x29, %[b], %[step]\n"
        ".insn r 0x0b, 7, 0x10, x30, %[b], %[step]\n.insn r 0x0b, 7, 0x10, x31, %[b], %[step]\n" DEEPLOY_ROWS
        "mv x5, x28\n.insn r 0x57, 1, 0x64, x5, x29, %[low]\n.insn r 0x57, 1, 0x64, x29, x28, %[high]\n"
        "mv x6, x30\n.insn r 0x57, 1, 0x64, x6, x31, %[low]\n.insn r 0x57, 1, 0x64, x31, x30, %[high]\n"
        ".insn r 0x57, 0, 0x68, x28, x6, x5\n.insn r 0x57, 1, 0x64, x5, x6, %[halves]\n"
        ".insn r 0x57, 0, 0x68, x30, x31, x29\n.insn r 0x57, 1, 0x64, x29, x31, %[halves]\n"
        DEEPLOY_DOTS("x28", "x5", "x30", "x29") ".option pop\n"
        : DEEPLOY_SUMS
        : [words] "r"(words), [step] "r"(step), [low] "r"(0x05010400), [high] "r"(0x03070206), [halves] "r"(0x07060302),
          [dot] "i"(dot_code<S>), [swapped] "i"(S == signs::su ? 1 : 0)
        : "memory", "x5", "x6", "x7", "x17", "x28", "x29", "x30", "x31");
  else
    __asm__ volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[words], 2 * 14\n"
        ".insn r 0x03, 7, 0x10, x29, %[b], %[step]\n.insn r 0x03, 7, 0x10, x30, %[b], %[step2]\n"
        ".insn r 0x03, 7, 0x10, x31, %[b], %[step3]\n.insn i 0x0b, 2, x28, %[b], 4\n" DEEPLOY_ROWS
        DEEPLOY_DOTS("x28", "x29", "x30", "x31") ".option pop\n"
        : DEEPLOY_SUMS
        : [words] "r"(words), [step] "r"(step), [step2] "r"(2 * step), [step3] "r"(3 * step), [dot] "i"(dot_code<S>),
          [swapped] "i"(S == signs::su ? 1 : 0)
        : "memory", "x7", "x17", "x28", "x29", "x30", "x31");
#else
  for (int column = 0; column < s.columns; ++column)
    for (index k = 0; k < 4 * words; k += 4) {
      u32 w = 0;
      for (int i = 0; i < 4; ++i) w |= u32{turned ? b[(k + i) * step + column] : b[column * step + k + i]} << (8 * i);
      s.of[column] = dot_words<S>(s.of[column], xpulp::load_word(a0 + k), w);
      s.of[s.columns + column] = dot_words<S>(s.of[s.columns + column], xpulp::load_word(a1 + k), w);
    }
#endif
}
#if defined(__riscv)
#undef DEEPLOY_DOT
#undef DEEPLOY_DOTS
#undef DEEPLOY_ROWS
#undef DEEPLOY_SUMS
#endif

/// Where the next batch begins, and blocks of one.
template <bool batched>
struct block_batches {
  i32 of_one = 0, of_one_inverse = 0;  ///< as groups
  bytes a_batch = 0, b_batch = 0, bias_batch = 0, y_batch = 0;
};
template <>
struct block_batches<false> {};

template <kernel_class C, product_class P>
struct small_blocks {
  static constexpr int rows = product_axis::rows, columns = product_axis::columns, depth = product_axis::depth;
  static constexpr bool turned = P.packs[1];
  using bias_t = element_type<C.type[2]>;
  using out = element_type<C.type[5]>;
  using result_requantiser = requantiser<P.result, true>;
  static constexpr int a = 0, b = 1, bias = 2, y = 3, pointers = 4;
  static constexpr int inverse_bits = 20;
  static constexpr i32 inverse_of(index n) { return ((1 << inverse_bits) + n - 1) / n; }
  static constexpr bool batched = P.is_batched();
  struct constants : result_requantiser, block_batches<batched> {
    small_shares blocks;
    i32 groups = 0;   ///< of four columns
    i32 inverse = 0;  ///< of groups, rounded up: a division takes as long as a result
    i32 last_row = 0, words = 0;
    bytes a_row = 0, b_step = 0, b_group = 0;
    bytes bias_row = 0, bias_column = 0, y_row = 0, y_column = 0;
    constexpr explicit constants(i32 const* values) : result_requantiser(values) {}
  };
  static constexpr bool serves = P.may_be_blocks() && !C.accumulates;

  static constexpr bool lower(kernel_arguments const& of, u32, lowered_tile& t) {
    index const* const length = of.length;
    bool const lies = of.with[0].stride[depth] == 1 && of.with[1].stride[turned ? columns : depth] == 1;
    i64 const batches = i64{length[0]} * length[1] * length[2];
    if (!lies || !has_one_batch_axis(length) || !is_in_blocks(P, batches, length[rows], length[columns], length[depth])) return false;
    constants c(of.values);
    c.groups = length[columns] / block_sums::columns;
    index const of_one = static_cast<index>(small_blocks_of(length[rows], length[columns]));
    c.blocks = small_shares(static_cast<index>(batches) * of_one);
    c.inverse = inverse_of(c.groups);
    if constexpr (batched) {
      int const axis = length[0] != 1 ? 0 : length[1] != 1 ? 1 : 2;
      auto const step = [&](int o) { return of.with[o].stride[axis]; };
      c.of_one = of_one, c.of_one_inverse = inverse_of(of_one);
      c.a_batch = step(0), c.b_batch = step(1);
      c.bias_batch = step(2) * static_cast<bytes>(sizeof(bias_t)), c.y_batch = step(5) * static_cast<bytes>(sizeof(out));
    } else if (batches != 1) {
      return false;
    }
    c.last_row = length[rows] - 1, c.words = length[depth] / 4;
    c.a_row = of.with[0].stride[rows];
    c.b_step = of.with[1].stride[turned ? depth : columns];
    c.b_group = turned ? block_sums::columns : block_sums::columns * c.b_step;
    c.bias_row = of.with[2].stride[rows] * sizeof(bias_t), c.bias_column = of.with[2].stride[columns] * sizeof(bias_t);
    c.y_row = of.with[5].stride[rows] * sizeof(out), c.y_column = of.with[5].stride[columns] * sizeof(out);
    constexpr int operands[] = {0, 1, 2, 5};
    constexpr i64 size[] = {1, 1, sizeof(bias_t), sizeof(out)};
    for (int o = 0; o < pointers; ++o) t.point(operands[o], of.with[operands[o]].origin * size[o]);
    t.set(c);
    t.phase[0] = &run;
    t.one_core_less_cycles = c.blocks.one_core_less_cycles(static_cast<int>(small_block_cycles(P, length[depth])));
    return true;
  }

  static void run(int core, int cores, kernel_arguments const& of) {
    auto const& block = lowered_block<pointers, constants>::of(of);
    constants const& c = block.constants;
    small_shares::share const mine = c.blocks.of(core, cores);
    index begin = mine.begin, batch = 0;
    if constexpr (batched) batch = begin * c.of_one_inverse >> inverse_bits, begin -= batch * c.of_one;
    index row = begin * c.inverse >> inverse_bits, group = begin - row * c.groups;
    row *= 2;
    cluster::rows::order_memory();
    for (index left = mine.count; left > 0; --left) {
      // Behind an odd number of rows the last one is taken twice.
      index const second = xpulp::min(row + 1, c.last_row);
      auto const of_batch = [&](auto* at, [[maybe_unused]] auto step) DEEPLOY_INLINE_LAMBDA {
        if constexpr (batched) at += batch * step(c);
        return at;
      };
      u8 const* const from = of_batch(static_cast<u8 const*>(block.at[a]), [](auto const& of_all) { return of_all.a_batch; });
      block_sums s{};
      if constexpr (C.present[2])
#pragma GCC unroll 8
        for (int i = 0; i < s.count; ++i) {
          u8 const* at = of_batch(static_cast<u8 const*>(block.at[bias]), [](auto const& of_all) { return of_all.bias_batch; }) + (i < s.columns ? row : second) * c.bias_row +
                         (group * s.columns + i % s.columns) * c.bias_column;
          s.of[i] = cluster::rows::next<bias_t>(at, 0);
        }
      add_block<signs_of<element_type<C.type[0]>, element_type<C.type[1]>>, turned>(
          s, from + row * c.a_row, from + second * c.a_row, of_batch(static_cast<u8 const*>(block.at[b]), [](auto const& of_all) { return of_all.b_batch; }) + group * c.b_group, c.b_step,
          c.words);
      u8* const to = of_batch(static_cast<u8*>(block.at[y]), [](auto const& of_all) { return of_all.y_batch; }) + group * s.columns * c.y_column;
      u8* at[] = {to + row * c.y_row, to + second * c.y_row};
#pragma GCC unroll 8
      for (int i = 0; i < s.count; ++i)
        cluster::rows::put<out>(at[i / s.columns], static_cast<result_requantiser const&>(c)(s.of[i]), c.y_column);
      if (++group < c.groups) continue;
      group = 0, row += 2;
      if constexpr (batched)
        if (row > c.last_row) row = 0, ++batch;
    }
    cluster::rows::order_memory();
  }
};
}  // namespace deeploy::cluster
