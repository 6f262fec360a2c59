// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::ita_partial_max.
#pragma once
#include <deeploy/op/ita_partial_max.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: any, then the row. Operands: x mul add y.
template <kernel_class C>
struct ita_partial_max {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    u32 const levels = static_cast<u32>(t.value(6));
    index const width = t.value(7);
    int const row = C.classes[3];
    index const length = t.arguments.length[row];
    outer_lengths const lengths(t.arguments, 1u << row);
    for_share(core, cores, lengths.of, [&](subscripts const& first) {
      subscripts i = first;
      auto each = [&](auto f) {
        for (i.of[row] = 0; i.of[row] < length; ++i.of[row]) f();
      };
      auto shift = [](i32 s) { return s > 31 ? 31 : s; };
      i32 largest = -128;
      u32 sum = 0;
      for (index group = 0; group + width <= length; group += width) {
        i32 of_group = static_cast<i32>(lowest(C.type[0]));
        for (i.of[row] = group; i.of[row] < group + width; ++i.of[row])
          of_group = t.template load<0>(i) > of_group ? t.template load<0>(i) : of_group;
        if (of_group > largest) {
          sum >>= shift((of_group - largest + 16) >> 5);
          largest = of_group;
        }
        for (i.of[row] = group; i.of[row] < group + width; ++i.of[row])
          sum += 256u >> shift((largest - t.template load<0>(i) + 16) >> 5);
      }
      u32 const inverse = sum == 0 ? 0 : (levels / 2 - 1) * 256u / sum;
      each([&] {
        // Behind the last whole group an element may exceed the maximum: a negative shift counts as none.
        i32 const s = (largest - t.template load<0>(i) + 16) >> 5;
        u32 const y = inverse >> (s < 0 ? 0 : shift(s));
        t.template store<3>(i, t.template requantised<0, 0, 1>(static_cast<i32>(static_cast<u8>(y)), i));
      });
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::ita_partial_max_kind, Engine>
    : reference::direct_mapping<reference::ita_partial_max, reference::work_cost{.per_step = 0, .per_result = 160}> {};
}  // namespace deeploy
