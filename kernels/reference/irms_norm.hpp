// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::irms_norm.
#pragma once
#include <deeploy/op/irms_norm.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: any, then the row. Operands: x weight mul add y.
template <kernel_class C>
struct irms_norm {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    int const shift = t.value(6);
    int const row = C.classes[3];
    index const length = t.arguments.length[row];
    outer_lengths const lengths(t.arguments, 1u << row);
    for_share(core, cores, lengths.of, [&](subscripts const& first) {
      subscripts i = first;
      auto each = [&](auto f) {
        for (i.of[row] = 0; i.of[row] < length; ++i.of[row]) f();
      };
      i64 squares = 0;
      each([&] { squares += static_cast<i64>(t.template load<0>(i)) * t.template load<0>(i); });
      i64 const deviation = square_root(squares / length + 1);
      each([&] {
        i64 const scaled = static_cast<i64>(t.template load<0>(i)) * t.template load<1>(i) / deviation >> shift;
        i32 const y = static_cast<i32>(scaled < -128 ? -128 : scaled > 127 ? 127 : scaled);
        t.template store<4>(i, t.template requantised<0, 0, 2>(y, i));
      });
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::irms_norm_kind, Engine>
    : reference::direct_mapping<reference::irms_norm, reference::work_cost{.per_step = 0, .per_result = 280}> {};
}  // namespace deeploy
