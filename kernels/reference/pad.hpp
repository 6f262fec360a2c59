// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::pad.
#pragma once
#include <deeploy/op/pad.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: x y.
template <kernel_class C>
struct pad {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    int const rank = C.classes[0];
    i32 const value = t.value(0);
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      bool inside = true;
      for (int a = 0; a < rank; ++a) inside = inside && t.inside(a, i.of[a]);
      t.template store<1>(i, inside ? t.template load<0>(i) : value);
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::pad_kind, Engine>
    : reference::direct_mapping<reference::pad, reference::work_cost{.per_step = 0, .per_result = 40}> {};
}  // namespace deeploy
