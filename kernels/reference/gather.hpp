// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::gather.
#pragma once
#include <deeploy/op/gather.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: outer indices inner picked_from. Operands: x indices y.
template <kernel_class C>
struct gather {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    constexpr int picked_from = 3;
    index const length = t.arguments.length[picked_from];
    outer_lengths const lengths(t.arguments, 1u << picked_from);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      i32 const asked = t.template load<1>(i);
      i32 const picked = asked < 0 ? asked + length : asked;
      subscripts from = i;
      from.of[picked_from] = picked < 0 ? 0 : picked >= length ? length - 1 : picked;
      t.template store<2>(i, t.template load<0>(from));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::gather_kind, Engine>
    : reference::direct_mapping<reference::gather, reference::work_cost{.per_step = 0, .per_result = 40}> {};
}  // namespace deeploy
