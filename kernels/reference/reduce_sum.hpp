// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::reduce_sum.
#pragma once
#include <deeploy/op/reduce_sum.hpp>
#include <reference/reduce.hpp>

namespace deeploy::reference {
/// Axes: those of X. Operands: x mul add y.
template <kernel_class C>
struct reduce_sum {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    for_sums<C>(core, cores, t, [&](subscripts const& outer, i32 sum) { t.template store<3>(outer, t.template requantised<0, 0, 1>(sum, outer)); });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::reduce_sum_kind, Engine>
    : reference::accumulating_mapping<reference::reduce_sum, reference::work_cost{.per_step = 16, .per_result = 32}> {};
}  // namespace deeploy
