// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::igelu.
#pragma once
#include <deeploy/op/igelu.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: x mul add y.
template <kernel_class C>
struct igelu {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    i32 const b = t.value(6), one = t.value(7);
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      i32 const x = t.template load<0>(i);
      i64 const size = x < 0 ? -static_cast<i64>(x) : x;
      i64 const q = (size < -b ? size : -b) + b;
      i64 const sign = x > 0 ? 1 : x < 0 ? -1 : 0;
      i64 const y = x * ((one + sign * (one - q * q)) >> 1);
      t.template store<3>(i, t.template requantised<0, 0, 1>(static_cast<i32>(y), i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::igelu_kind, Engine>
    : reference::direct_mapping<reference::igelu, reference::work_cost{.per_step = 0, .per_result = 96}> {};
}  // namespace deeploy
