// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::score_chain.
#pragma once
#include <deeploy/op/score_chain.hpp>
#include <reference/isoftmax.hpp>
#include <reference/matmul.hpp>

namespace deeploy::reference {
/// Axes: batch x 3, queries, keys, depth, width. Operands: q k v mask tables y. Keeps nothing of a row: its scores are
/// computed again for the sum and for each eight columns of the result.
template <kernel_class C>
struct score_chain {
  static constexpr int keys = 4, depth = 5, width = 6;
  static constexpr index columns = 8;

  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    namespace at = op::score_tables;
    auto const& a = t.arguments;
    auto const* const tables = t.template data<4>() + a.with[4].origin;
    index const q_step = a.with[0].stride[depth], k_step = a.with[1].stride[depth];
    i32 const lowest_score = t.value(4), levels = t.value(12);
    outer_lengths const lengths(a, 1u << keys | 1u << depth | 1u << width);
    for_share(core, cores, lengths.of, [&](subscripts const& row) {
      subscripts i = row;
      auto operand_of_softmax = [&] {
        u32 const sum = dot_product(0, t.template data<0>() + t.template offset<0>(i), q_step, t.template data<1>() + t.template offset<1>(i), k_step,
                                    a.length[depth]);
        i32 const s = t.template requantised<0, 0>(static_cast<i32>(sum));
        i32 const first = tables[at::first + s - lowest_score];
        if constexpr (C.classes[6] == 0) return first;
        else return static_cast<i32>(tables[at::sums + first + tables[at::masks + static_cast<u8>(t.template load<3>(i))]]);
      };
      i32 largest = 0;
      auto exponential = [&] {
        auto const* const e = tables + at::exponentials + 4 * (255 + operand_of_softmax() - largest);
        return static_cast<u32>(e[0]) | static_cast<u32>(e[1]) << 8 | static_cast<u32>(e[2]) << 16 | static_cast<u32>(e[3]) << 24;
      };
      auto each_key = [&](auto f) {
        for (i.of[keys] = 0; i.of[keys] < a.length[keys]; ++i.of[keys]) f();
      };
      each_key([&] { largest = operand_of_softmax() > largest ? operand_of_softmax() : largest; });
      u32 sum = 0;
      each_key([&] { sum += exponential(); });
      for (index from = 0; from < a.length[width]; from += columns) {
        index const n = a.length[width] - from < columns ? a.length[width] - from : columns;
        u32 of_column[columns] = {};
        each_key([&] {
          u8 const byte = tables[at::probabilities + softmax_part(exponential(), levels, sum)];
          u32 const p = C.classes[7] != 0 ? static_cast<u32>(static_cast<i8>(byte)) : byte;
          for (index c = 0; c < n; ++c) {
            i.of[width] = from + c;
            of_column[c] += p * static_cast<u32>(t.template load<2>(i));
          }
          i.of[width] = 0;
        });
        i.of[keys] = 0;
        for (index c = 0; c < n; ++c) {
          i.of[width] = from + c;
          t.template store<5>(i, t.template requantised<3, 6>(static_cast<i32>(of_column[c])));
        }
        i.of[width] = 0;
      }
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::score_chain_kind, Engine>
    : reference::direct_mapping<reference::score_chain, reference::work_cost{.per_step = 4, .per_result = 48}> {};
}  // namespace deeploy
