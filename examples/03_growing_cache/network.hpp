// SPDX-License-Identifier: Apache-2.0
// One attention block whose cache grows in place: planned once for 64 positions, run for 1, 2, 3, .. of them.
#pragma once
#include <deeploy/model.hpp>

namespace growing_cache {
using namespace deeploy;

inline constexpr index heads = 8, head_width = 8, width = heads * head_width, most = 64;

template <int seed>
struct square {
  i8 of[width * width] = {};
  constexpr square() {
    u32 x = 12345u + seed;
    for (auto& v : of) {
      x = x * 1664525u + 1013904223u;
      v = static_cast<i8>(static_cast<i32>(x >> 24) % 31 - 15);
    }
  }
};
// Weights as [outputs][inputs]; the products see them transposed.
template <class Self, int seed>
struct weight : constant<Self, i8, shape<width, width>> {
  static constexpr square<seed> all{};
  static constexpr auto const& values = all.of;
};
struct w_query : weight<w_query, 1> {};
struct w_key : weight<w_key, 2> {};
struct w_value : weight<w_value, 3> {};
struct w_out : weight<w_out, 4> {};

inline constexpr window transposed{.of = {width, width}, .stride = {1, width}};

struct token : tensor<token, i8, shape<1, width>, role::input> {};
struct query : tensor<query, i8, shape<1, width>> {};
// The caches live from run to run; positions behind the actual length are never touched.
struct keys : tensor<keys, i8, shape<heads, upto<most>, head_width>, role::state> {};
struct values : tensor<values, i8, shape<heads, upto<most>, head_width>, role::state> {};
struct scores : tensor<scores, i8, shape<heads, 1, upto<most>>> {};
struct weights : tensor<weights, u8, shape<heads, 1, upto<most>>> {};
struct context : tensor<context, i8, shape<1, width>> {};
struct mixed : tensor<mixed, i8, shape<1, width>> {};
struct result : tensor<result, i8, shape<1, width>, role::output> {};

/// Where the newest row of a cache lies: all heads of it, one position further with every token. The product's one axis of
/// 64 outputs is spread over two strides.
inline constexpr window newest{.of = {1, heads, head_width}, .stride = {0, most * head_width, 1}, .parts = {1, 2}, .slide_slot = 1, .slide_step = head_width};

struct make_query : op::matmul<make_query, token, view<w_query, transposed>, query, {.result = {.shift = 8}}> {};
struct append_key : op::matmul<append_key, token, view<w_key, transposed>, view<keys, newest>, {.result = {.shift = 8}}> {};
struct append_value : op::matmul<append_value, token, view<w_value, transposed>, view<values, newest>, {.result = {.shift = 8}}> {};
struct score : op::matmul<score, view<query, {.of = {heads, 1, head_width}, .stride = {head_width, 0, 1}}>,
                          view<keys, {.of = {heads, head_width, upto<most>}, .stride = {most * head_width, 1, head_width}}>, scores,
                          {.result = {.shift = 6}}> {};
struct weigh : op::isoftmax<weigh, scores, weights, {.coefficient_b = 85, .coefficient_c = 3770, .log2 = 63}> {};
struct gather : op::matmul<gather, weights, values, view<context, {.of = {heads, 1, head_width}, .stride = {head_width, 0, 1}}>,
                           {.result = {.shift = 8}}> {};
struct mix : op::matmul<mix, context, view<w_out, transposed>, mixed, {.result = {.shift = 8}}> {};
struct add_token : op::add<add_token, token, mixed, result, {.result = {.shift = 1}}> {};

struct network : deeploy::network<network, make_query, append_key, append_value, score, weigh, gather, mix, add_token> {};
}  // namespace growing_cache
