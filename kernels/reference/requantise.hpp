// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::requantise.
#pragma once
#include <deeploy/op/requantise.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: x mul add y.
template <kernel_class C>
struct requantise {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      t.template store<3>(i, t.template requantised<0, 0, 1>(t.template load<0>(i), i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::requantise_kind, Engine>
    : reference::direct_mapping<reference::requantise, reference::work_cost{.per_step = 0, .per_result = 56}> {};
}  // namespace deeploy
