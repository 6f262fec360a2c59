// SPDX-License-Identifier: Apache-2.0
// A network written by hand: convolution, pooling, a linear layer.
#pragma once
#include <deeploy/model.hpp>

namespace three_layers {
using namespace deeploy;

/// Values of a constant; a real network takes trained ones, or imports them from ONNX.
template <int count, int step>
struct pattern {
  i8 of[count] = {};
  constexpr pattern() {
    for (int i = 0; i < count; ++i) of[i] = static_cast<i8>(i * step % 15 - 7);
  }
};

struct image : tensor<image, u8, shape<1, 12, 12, 4>, role::input> {};

struct filters : constant<filters, i8, shape<8, 3, 3, 4>> {
  static constexpr pattern<8 * 3 * 3 * 4, 7> all{};
  static constexpr auto const& values = all.of;
};
struct features : tensor<features, u8, shape<1, 12, 12, 8>> {};
struct edges : op::conv2d<edges, image, filters, features, {.pad = {1, 1, 1, 1}, .result = {.shift = 5, .low = 0, .high = 255}}> {};

struct pooled : tensor<pooled, u8, shape<1, 6, 6, 8>> {};
struct pool : op::max_pool<pool, features, pooled, {.kernel = {2, 2}, .stride = {2, 2}}> {};

struct weights : constant<weights, i8, shape<10, 288>> {
  static constexpr pattern<2880, 11> all{};
  static constexpr auto const& values = all.of;
};
struct scores : tensor<scores, i8, shape<1, 10>, role::output> {};
// The pooled image as one row of 288, the weights transposed by their view.
struct classify : op::matmul<classify, view<pooled, {.of = {1, 288}, .stride = {288, 1}}>,
                             view<weights, {.of = {288, 10}, .stride = {1, 288}}>, scores, {.result = {.shift = 9}}> {};

struct network : deeploy::network<network, edges, pool, classify> {};
}  // namespace three_layers
