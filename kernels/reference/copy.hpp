// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::copy.
#pragma once
#include <deeploy/op/copy.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: x y.
template <kernel_class C>
struct copy {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      t.template store<1>(i, t.template load<0>(i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::copy_kind, Engine>
    : reference::direct_mapping<reference::copy, reference::work_cost{.per_step = 0, .per_result = 32}> {};
}  // namespace deeploy
