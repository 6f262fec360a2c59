// SPDX-License-Identifier: Apache-2.0
// The sums over reduced axes that the reference kernels of op::reduce_sum and op::reduce_mean share.
#pragma once
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Calls finish(subscripts, sum) for each finished sum of this core's share. Axes: those of X; class 3 has a bit for each
/// reduced one.
template <kernel_class C, class Tile, class F>
constexpr void for_sums(int core, int cores, Tile const& t, F finish) {
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
    finish(outer, static_cast<i32>(sum));
  });
}
}  // namespace deeploy::reference
