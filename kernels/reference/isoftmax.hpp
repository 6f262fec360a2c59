// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::isoftmax.
#pragma once
#include <deeploy/op/isoftmax.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// The exponential of x - max x, modulo 2^32. @param distance  not positive
constexpr u32 softmax_exponential(op::isoftmax_params const& s, i64 distance) {
  i64 const steps = -(distance / s.log2);
  i64 const z = steps < 0 ? 0 : steps > 31 ? 31 : steps;
  u32 const p = static_cast<u32>(distance + z * s.log2) + static_cast<u32>(s.coefficient_b);
  return (static_cast<u32>(s.coefficient_a) * (p * p) + static_cast<u32>(s.coefficient_c)) >> z;
}
/// The result before its requantisation.
constexpr u8 softmax_part(u32 exponential, i32 levels, u32 sum) {
  return static_cast<u8>(sum == 0 ? 0 : exponential * (static_cast<u32>(levels) - 1) / sum);
}

/// Axes: any, then the row. Operands: x mul add y.
template <kernel_class C>
struct isoftmax {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    op::isoftmax_params const s{.coefficient_a = t.value(6), .coefficient_b = t.value(7), .coefficient_c = t.value(8),
                                .log2 = t.value(9), .levels = t.value(10)};
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
      auto exponential = [&] { return softmax_exponential(s, static_cast<i64>(t.template load<0>(i)) - largest); };
      u32 sum = 0;
      each([&] { sum += exponential(); });
      each([&] {
        t.template store<3>(i, t.template requantised<0, 0, 1>(softmax_part(exponential(), s.levels, sum), i));
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
