// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::ita_max.
#pragma once
#include <deeploy/op/ita_max.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: any, then the row. Operands: x mul add y.
template <kernel_class C>
struct ita_max {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    u32 const levels = static_cast<u32>(t.value(6));
    int const row = C.classes[3];
    index const length = t.arguments.length[row];
    outer_lengths const lengths(t.arguments, 1u << row);
    for_share(core, cores, lengths.of, [&](subscripts const& first) {
      subscripts i = first;
      auto each = [&](auto f) {
        for (i.of[row] = 0; i.of[row] < length; ++i.of[row]) f();
      };
      i32 largest = static_cast<i32>(lowest(C.type[0]));
      each([&] { largest = t.template load<0>(i) > largest ? t.template load<0>(i) : largest; });
      auto shift = [&] {
        i32 const s = (largest - t.template load<0>(i) + 16) >> 5;
        return s > 31 ? 31 : s;
      };
      u32 sum = 0;
      each([&] { sum += 256u >> shift(); });
      u32 const inverse = sum == 0 ? 0 : (levels - 1) * 256u / sum;
      each([&] {
        t.template store<3>(i, t.template requantised<0, 0, 1>(static_cast<i32>(static_cast<u8>(inverse >> shift())), i));
      });
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::ita_max_kind, Engine>
    : reference::direct_mapping<reference::ita_max, reference::work_cost{.per_step = 0, .per_result = 120}> {};
}  // namespace deeploy
