// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::conv2d.
#pragma once
#include <deeploy/op/conv2d.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: batch rows columns groups out_channels in_channels kernel_rows kernel_columns. Operands: x weight bias mul add y.
template <kernel_class C>
struct conv2d {
  static constexpr int rows = 1, columns = 2, in_channels = 5, kernel_rows = 6, kernel_columns = 7;

  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    auto const& args = t.arguments;
    outer_lengths const lengths(args, 1u << in_channels | 1u << kernel_rows | 1u << kernel_columns);
    index const* const xs = args.with[0].stride;
    index const* const ws = args.with[1].stride;
    i32 const x_zero = t.value(6), w_zero = t.value(7);
    auto* const accumulators = C.accumulates ? static_cast<i32*>(args.scratch) : nullptr;
    i64 total = 1;
    for (index n : lengths.of) total *= n;
    i64 at_result = total * core / cores;
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      auto const* x = t.template data<0>() ;
      index const x_at = t.template offset<0>(i);
      auto const* w = t.template data<1>() + t.template offset<1>(i);
      u32 sum = C.accumulates && !args.begins ? static_cast<u32>(accumulators[at_result]) : 0u;
      for (index r = 0; r < args.length[kernel_rows]; ++r) {
        if (!t.inside(rows, i.of[rows], kernel_rows, r)) continue;
        for (index s = 0; s < args.length[kernel_columns]; ++s) {
          if (!t.inside(columns, i.of[columns], kernel_columns, s)) continue;
          auto const* xc = x + (x_at + r * xs[kernel_rows] + s * xs[kernel_columns]);
          auto const* wc = w + (r * ws[kernel_rows] + s * ws[kernel_columns]);
          for (index c = 0; c < args.length[in_channels]; ++c)
            sum += static_cast<u32>(static_cast<i32>(xc[c * xs[in_channels]]) - x_zero) *
                   static_cast<u32>(static_cast<i32>(wc[c * ws[in_channels]]) - w_zero);
        }
      }
      if (C.accumulates && !args.ends) {
        accumulators[at_result++] = static_cast<i32>(sum);
        return;
      }
      ++at_result;
      if constexpr (C.classes[0] != 0) sum += static_cast<u32>(t.template load<2>(i));
      t.template store<5>(i, t.template requantised<1, 0, 3>(static_cast<i32>(sum), i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::conv2d_kind, Engine>
    : reference::accumulating_mapping<reference::conv2d, reference::work_cost{.per_step = 5, .per_result = 48}> {};
}  // namespace deeploy
