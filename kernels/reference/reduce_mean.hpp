// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::reduce_mean.
#pragma once
#include <deeploy/op/reduce_mean.hpp>
#include <reference/reduce.hpp>

namespace deeploy::reference {
/// Axes: those of X. Operands: x mul add y.
template <kernel_class C>
struct reduce_mean {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    for_sums<C>(core, cores, t, [&](subscripts const& outer, i32 sum) {
      i64 const s = sum, averaged = t.value(6);
      i64 const mean = C.classes[4] != 0 ? (s < 0 ? s - (averaged >> 1) : s + (averaged >> 1)) / averaged
                                         : (s + averaged / 2) >> t.value(7);
      t.template store<3>(outer, t.template requantised<0, 0, 1>(static_cast<i8>(mean), outer));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::reduce_mean_kind, Engine>
    : reference::accumulating_mapping<reference::reduce_mean, reference::work_cost{.per_step = 16, .per_result = 64}> {};
}  // namespace deeploy
