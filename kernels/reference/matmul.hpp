// SPDX-License-Identifier: Apache-2.0
// Reference kernel of op::matmul.
#pragma once
#include <deeploy/op/matmul.hpp>
#include <reference/mapping.hpp>

namespace deeploy::reference {
/// sum + the sum over k of (a[k] - a_zero) * (b[k] - b_zero), modulo 2^32.
template <class A, class B>
constexpr u32 dot_product(u32 sum, A const* a, index a_step, B const* b, index b_step, index depth, i32 a_zero = 0, i32 b_zero = 0) {
  for (index k = 0; k < depth; ++k)
    sum += static_cast<u32>(static_cast<i32>(a[k * a_step]) - a_zero) * static_cast<u32>(static_cast<i32>(b[k * b_step]) - b_zero);
  return sum;
}

/// Axes: batch x 3, rows, out_features, in_features. Operands: a b bias mul add y.
template <kernel_class C>
struct matmul {
  static constexpr int in_features = 5;

  template <class Tile>
  static constexpr void run(int core, int cores, Tile const& t) {
    auto const& args = t.arguments;
    outer_lengths const lengths(args, 1u << in_features);
    index const depth = args.length[in_features];
    index const a_step = args.with[0].stride[in_features], b_step = args.with[1].stride[in_features];
    i32 const alpha = t.value(6), beta = t.value(7), a_zero = t.value(8), b_zero = t.value(9);
    auto* const accumulators = C.accumulates ? static_cast<i32*>(args.scratch) : nullptr;
    i64 at_result = 0;
    i64 total = 1;
    for (index n : lengths.of) total *= n;
    at_result = total * core / cores;
    for_share(core, cores, lengths.of, [&](subscripts const& i) {
      auto const* a = t.template data<0>() + t.template offset<0>(i);
      auto const* b = t.template data<1>() + t.template offset<1>(i);
      u32 const before = C.accumulates && !args.begins ? static_cast<u32>(accumulators[at_result]) : 0u;
      u32 sum = dot_product(before, a, a_step, b, b_step, depth, a_zero, b_zero);
      if (C.accumulates && !args.ends) {
        accumulators[at_result++] = static_cast<i32>(sum);
        return;
      }
      ++at_result;
      sum *= static_cast<u32>(alpha);
      if constexpr (C.classes[0] != 0) sum += static_cast<u32>(beta) * static_cast<u32>(t.template load<2>(i));
      t.template store<5>(i, t.template requantised<1, 0, 3>(static_cast<i32>(sum), i));
    });
  }
};
}  // namespace deeploy::reference

namespace deeploy {
template <reference::ReferenceEngine Engine>
struct mapping<op::matmul_kind, Engine>
    : reference::accumulating_mapping<reference::matmul, reference::work_cost{.per_step = 4, .per_result = 48}> {};
}  // namespace deeploy
