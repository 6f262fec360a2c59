// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::ihardswish.
#pragma once
#include <deeploy/op/ihardswish.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: x mul add y.
template <kernel_class C>
struct ihardswish {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    i32 const one_over_six = t.value(6), three = t.value(7), six = t.value(8);
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      i64 const x = t.template load<0>(i);
      i64 const moved = x + three;
      i64 const gate = moved < 0 ? 0 : moved > six ? six : moved;
      i64 const y = x * (gate * one_over_six);
      t.template store<3>(i, t.template requantised<0, 0, 1>(static_cast<i32>(y), i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::ihardswish_kind, Engine>
    : reference::direct_mapping<reference::ihardswish, reference::work_cost{.per_step = 0, .per_result = 80}> {};
}  // namespace deeploy
