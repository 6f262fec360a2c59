// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::reduce_sum.
#pragma once
#include <deeploy/op/reduce_sum.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of X. Operands: x mul add y.
template <kernel_class C>
struct reduce_sum {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    auto const& args = t.arguments;
    u32 reduced = 0;
    index inner[max_axes];
    for (int a = 0; a < max_axes; ++a) {
      reduced |= static_cast<u32>(C.classes[3] >> a & 1) << a;
      inner[a] = reduced >> a & 1 ? args.length[a] : 1;
    }
    outer_lengths const lengths(args, reduced);
    auto* const accumulators = C.accumulates ? static_cast<i32*>(args.scratch) : nullptr;
    i64 total = 1;
    for (index n : lengths.of) total *= n;
    i64 at_result = total * core / cores;
    for_share(core, cores, lengths.of, [&](subscripts const& outer) {
      u32 sum = C.accumulates && !args.begins ? static_cast<u32>(accumulators[at_result]) : 0u;
      for_share(0, 1, inner, [&](subscripts const& i) {
        subscripts both = outer;
        for (int a = 0; a < max_axes; ++a) both.of[a] += i.of[a];
        sum += static_cast<u32>(t.template load<0>(both));
      });
      if (C.accumulates && !args.ends) {
        accumulators[at_result++] = static_cast<i32>(sum);
        return;
      }
      ++at_result;
      t.template store<3>(outer, t.template requantised<0, 0, 1>(static_cast<i32>(sum), outer));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::reduce_sum_kind, Engine>
    : reference::accumulating_mapping<reference::reduce_sum, reference::work_cost{.per_step = 16, .per_result = 32}> {};
}  // namespace deeploy
