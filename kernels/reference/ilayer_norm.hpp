// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::ilayer_norm.
#pragma once
#include <deeploy/op/ilayer_norm.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// Axes: any, then the row. Operands: x weight bias mul add y.
template <kernel_class C>
struct ilayer_norm {
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
      i64 sum = 0;
      each([&] { sum += t.template load<0>(i); });
      i64 const mean = sum / length;
      auto difference = [&] { return static_cast<i64>(static_cast<i16>(t.template load<0>(i) - mean)); };
      i64 squares = 0;
      each([&] { squares += difference() * difference(); });
      i64 const deviation = square_root(squares / length + 1);
      each([&] {
        i64 const scaled = difference() * t.template load<1>(i) / deviation + t.template load<2>(i);
        i8 const y = static_cast<i8>(scaled >> shift);
        t.template store<5>(i, t.template requantised<0, 0, 3>(y, i));
      });
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::ilayer_norm_kind, Engine>
    : reference::direct_mapping<reference::ilayer_norm, reference::work_cost{.per_step = 0, .per_result = 320}> {};
}  // namespace deeploy
