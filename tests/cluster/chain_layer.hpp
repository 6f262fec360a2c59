// SPDX-License-Identifier: Apache-2.0
// Layers of the score chain for tests: their shapes, and tables as a softmax has them. Runs on the target too.
#pragma once
#include <deeploy/model.hpp>
#include <reference/isoftmax.hpp>

namespace deeploy::rows_test {
template <int number, class E, index... n>
struct chain_tensor : tensor<chain_tensor<number, E, n...>, E, shape<n...>> {};

inline constexpr op::score_chain_params usual_chain{.scores = {.shift = 12, .mul = 40, .add = 300}, .result = {.shift = 14, .mul = 30, .add = 50}};

template <class Q, class K, class V, class T, class Y, op::score_chain_params p = usual_chain, class... Options>
struct chain : op::score_chain<chain<Q, K, V, T, Y, p, Options...>, Q, K, V, T, Y, p, Options...> {};
/// Dense operands; the mask is one row for all.
template <index heads, index queries, index keys, index width, op::score_chain_params p = usual_chain>
using masked_chain = chain<chain_tensor<0, i8, heads, queries, width>, chain_tensor<1, i8, heads, keys, width>, chain_tensor<2, i8, heads, keys, width>,
                           chain_tensor<8, u8, op::score_tables::masked_bytes>, chain_tensor<3, i8, heads, queries, width>, p,
                           mask<chain_tensor<4, i8, keys>>>;
template <index heads, index queries, index keys, index depth, index width, op::score_chain_params p = usual_chain>
using plain_chain = chain<chain_tensor<0, i8, heads, queries, depth>, chain_tensor<1, i8, heads, keys, depth>, chain_tensor<2, i8, heads, keys, width>,
                          chain_tensor<9, u8, op::score_tables::unmasked_bytes>, chain_tensor<3, i8, heads, queries, width>, p>;

/// Exponentials of a softmax instead of what was drawn; the other tables may hold anything.
template <i32 b, i32 c, i32 log2>
void exponentials_of(int operand, u8* at) {
  if (operand != 4) return;
  for (index i = 0; i < 256; ++i) {
    u32 const e = reference::softmax_exponential({.coefficient_a = 1, .coefficient_b = b, .coefficient_c = c, .log2 = log2}, i - 255);
    for (index k = 0; k < 4; ++k) at[op::score_tables::exponentials + 4 * i + k] = static_cast<u8>(e >> (8 * k));
  }
}
}  // namespace deeploy::rows_test
