// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::isoftmax.
#pragma once
#include <deeploy/op/isoftmax.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: any, then the row. Operands: x mul add y.
template <kernel_class C>
struct isoftmax {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    i32 const log2 = t.value(9);
    u32 const a = static_cast<u32>(t.value(6)), b = static_cast<u32>(t.value(7)), c = static_cast<u32>(t.value(8));
    u32 const levels = static_cast<u32>(t.value(10));
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
      auto exponential = [&] {
        i64 const x = static_cast<i64>(t.template load<0>(i)) - largest;
        i64 const steps = -(x / log2);
        i64 const z = steps < 0 ? 0 : steps > 31 ? 31 : steps;
        u32 const p = static_cast<u32>(x + z * log2) + b;
        return (a * (p * p) + c) >> z;  // modulo 2^32, no sign
      };
      u32 sum = 0;
      each([&] { sum += exponential(); });
      each([&] {
        u32 const y = sum == 0 ? 0 : exponential() * (levels - 1) / sum;
        t.template store<3>(i, t.template requantised<0, 0, 1>(static_cast<i32>(static_cast<u8>(y)), i));
      });
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::isoftmax_kind, Engine>
    : reference::direct_mapping<reference::isoftmax, reference::work_cost{.per_step = 0, .per_result = 240}> {};
}  // namespace deeploy
