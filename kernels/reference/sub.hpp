// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::sub.
#pragma once
#include <deeploy/op/sub.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: a b mul add y.
template <kernel_class C>
struct sub {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      u32 const a = static_cast<u32>(t.template requantised<3, 6>(t.template load<0>(i)));
      u32 const b = static_cast<u32>(t.template requantised<6, 12>(t.template load<1>(i)));
      t.template store<4>(i, t.template requantised<0, 0, 2>(static_cast<i32>(a - b), i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::sub_kind, Engine>
    : reference::direct_mapping<reference::sub, reference::work_cost{.per_step = 0, .per_result = 96}> {};
}  // namespace deeploy
