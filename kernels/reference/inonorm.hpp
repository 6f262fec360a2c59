// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::inonorm.
#pragma once
#include <deeploy/op/inonorm.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: those of the result. Operands: x weight bias mul add y.
template <kernel_class C>
struct inonorm {
  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    u32 const mul = static_cast<u32>(t.value(6));
    int const shift = t.value(7);
    outer_lengths const lengths(t.arguments, 0);
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      u32 const x = static_cast<u32>(t.template load<0>(i)), weight = static_cast<u32>(t.template load<1>(i));
      u32 const scaled = (x * weight + static_cast<u32>(t.template load<2>(i))) * mul;  // 32 bits, wraps
      i8 const y = static_cast<i8>(static_cast<i32>(scaled) >> shift);
      t.template store<5>(i, t.template requantised<0, 0, 3>(y, i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::inonorm_kind, Engine>
    : reference::direct_mapping<reference::inonorm, reference::work_cost{.per_step = 0, .per_result = 96}> {};
}  // namespace deeploy
