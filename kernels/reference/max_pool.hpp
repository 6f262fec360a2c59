// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::max_pool.
#pragma once
#include <deeploy/op/max_pool.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: batch rows columns channels kernel_rows kernel_columns. Operands: x mul add y.
template <kernel_class C>
struct max_pool {
  static constexpr int rows = 1, columns = 2, kernel_rows = 4, kernel_columns = 5;

  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    auto const& args = t.arguments;
    outer_lengths const lengths(args, 1u << kernel_rows | 1u << kernel_columns);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      i32 best = static_cast<i32>(lowest(C.type[0]));
      for (index r = 0; r < args.length[kernel_rows]; ++r) {
        if (!t.inside(rows, i.of[rows], kernel_rows, r)) continue;
        for (index s = 0; s < args.length[kernel_columns]; ++s) {
          if (!t.inside(columns, i.of[columns], kernel_columns, s)) continue;
          subscripts at = i;
          at.of[kernel_rows] = r;
          at.of[kernel_columns] = s;
          i32 const x = t.template load<0>(at);
          if (x > best) best = x;
        }
      }
      t.template store<3>(i, t.template requantised<0, 0, 1>(best, i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::max_pool_kind, Engine>
    : reference::direct_mapping<reference::max_pool, reference::work_cost{.per_step = 12, .per_result = 16}> {};
}  // namespace deeploy
