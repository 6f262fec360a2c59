// SPDX-License-Identifier: Apache-2.0
// One row against many, lowered: linear layers on one token, of which a language model runs seven a block. What does not
// depend on the core is in constants.
#pragma once
#include <cluster/linear_blocks.hpp>
#include <cluster/product_cost.hpp>
#include <cluster/product_row.hpp>
#include <deeploy/lowered.hpp>

namespace deeploy::cluster {
template <kernel_class C, product_class P>
struct linear_row {
  static constexpr int columns = product_axis::columns, depth = product_axis::depth;
  static constexpr index wide = product_row::least;
  using bias_t = element_type<C.type[2]>;
  static constexpr result_store to = store_of<P.result>;
  static constexpr signs S = signs_of<element_type<C.type[0]>, element_type<C.type[1]>>;
  static constexpr int a = 0, b = 1, bias = 2, y = 3, pointers = 4;
  struct constants {
    i32 blocks = 0;  ///< of eight columns
    i32 words = 0;   ///< of the reduction
    typename linear_scale_of<to>::type scale = {};
  };
  static constexpr bool serves = P.is_linear() && P.side_by_side && !P.result.scaled && !C.accumulates;

  static constexpr bool lower(kernel_arguments const& of, u32, lowered_tile& t) {
    if (!linear_is_lowered(P.mac_load, of.length)) return false;
    requantiser<P.result, true> const q(of.values);
    constants c;
    c.blocks = of.length[columns] / wide;
    c.words = of.length[depth] / 4;
    c.scale.b_stride = of.with[1].stride[columns];
    c.scale.mul = q.scale.mul, c.scale.add = q.scale.add, c.scale.shift = q.shift();
    if constexpr (!is_small(to)) c.scale.bound = q.scale.bound, c.scale.low = q.low(), c.scale.high = q.high();
    constexpr int operands[] = {0, 1, 2, 5};
    constexpr i64 size[] = {1, 1, sizeof(bias_t), 1};
    for (int o = 0; o < pointers; ++o) t.point(operands[o], of.with[operands[o]].origin * size[o]);
    t.set(c);
    t.phase[0] = &run;
    return true;
  }

  // Begins with a line of the instruction cache: a call is short.
  [[gnu::aligned(16)]] static void run(int core, int cores, kernel_arguments const& of) {
    auto const& block = lowered_block<pointers, constants>::of(of);
    constants const& c = block.constants;
    index const n = split_at(c.blocks, core, cores), end = split_at(c.blocks, core + 1, cores);
    if (n >= end) return;
    u8 const* const from = static_cast<u8 const*>(block.at[b]) + n * wide * c.scale.b_stride;
    u8* const results = static_cast<u8*>(block.at[y]) + n * wide;
    i32 start = 0;
    if constexpr (C.present[2]) start = static_cast<i32>(*static_cast<bias_t const*>(block.at[bias]));
    if constexpr (P.mac_load) {
      product_row p;
      p.b = from;
      p.b_stride = c.scale.b_stride;
      p.set_words(static_cast<u8 const*>(block.at[a]), c.words, core);
      p.columns = (end - n) * wide;
      p.y = results;
      p.y_step = 1;
      p.scale.mul = c.scale.mul, p.scale.add = c.scale.add;
      if constexpr (!is_small(to)) p.scale.bound = c.scale.bound;
      p.shift = c.scale.shift;
      if constexpr (to == result_store::any) p.low = c.scale.low, p.high = c.scale.high;
      p.start = start;
      cluster::run<S, to, true, true>(p);
    } else {
      run_blocks<S, to, C.present[2]>(static_cast<u8 const*>(block.at[a]), c.words, first_word(c.words, core), from, end - n, results, start, c.scale);
    }
  }
};
}  // namespace deeploy::cluster
