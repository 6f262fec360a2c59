// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of the score chain against the reference kernel.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "chain_layer.hpp"
#include "rows_harness.hpp"

namespace deeploy {
using rows_test::chain;
using rows_test::chain_tensor;
using rows_test::compared;
using rows_test::exponentials_of;
using rows_test::masked_chain;
using rows_test::plain_chain;
using rows_test::usual_chain;

TEST_CASE("score chain: depths and numbers of keys") {
  constexpr auto usual = exponentials_of<40, 500, 17>;
  CHECK(compared<masked_chain<16, 1, 65, 4>>(1, 40, 16, usual) == "");
  CHECK(compared<masked_chain<16, 1, 257, 4>>(2, 10, 16, usual) == "");
  CHECK(compared<masked_chain<4, 3, 65, 16>>(3, 40, 16, usual) == "");
  CHECK(compared<masked_chain<3, 2, 7, 6>>(4, 40, 16, usual) == "");
  CHECK(compared<masked_chain<3, 2, 1, 4>>(5, 40, 16, usual) == "");
  CHECK(compared<masked_chain<3, 2, 3, 5>>(6, 40, 16, usual) == "");
  CHECK(compared<masked_chain<2, 2, 12, 32>>(7, 40, 16, usual) == "");
  CHECK(compared<masked_chain<5, 2, 22, 8>>(8, 40, 16, usual) == "");
  CHECK(compared<plain_chain<16, 1, 65, 4, 4>>(9, 40, 16, usual) == "");
  CHECK(compared<plain_chain<3, 7, 18, 8, 12>>(10, 40, 16, usual) == "");
  CHECK(compared<plain_chain<1, 9, 13, 16, 3>>(11, 40, 16, usual) == "");
  CHECK(compared<plain_chain<2, 9, 4, 2, 7>>(12, 40, 16, usual) == "");
}

TEST_CASE("score chain: exponentials of any size") {
  CHECK(compared<masked_chain<4, 2, 40, 4>>(20) == "");  // words of 32 bits, sums that wrap
  CHECK(compared<masked_chain<4, 2, 41, 4>>(21, 40, 16, exponentials_of<255, 510, 254>) == "");  // sums beyond 16 bits
  CHECK(compared<masked_chain<2, 1, 300, 4>>(22, 10, 16, exponentials_of<255, 510, 254>) == "");
  CHECK(compared<masked_chain<4, 2, 40, 4>>(23, 40, 16, exponentials_of<7000, 77, 21>) == "");
  CHECK(compared<masked_chain<4, 2, 7, 4>>(24, 40, 16, exponentials_of<1, 1, 2>) == "");  // sums below the levels
  CHECK(compared<plain_chain<4, 2, 7, 4, 4>>(25, 40, 16, exponentials_of<0, 0, 1>) == "");  // sums of 0
}

TEST_CASE("score chain: requantisations, signs, levels") {
  constexpr auto usual = exponentials_of<40, 500, 17>;
  constexpr op::score_chain_params to_u8 = {.levels = 100,
                                            .signed_probabilities = true,
                                            .scores = {.shift = 12, .mul = 40, .add = 300, .low = 0, .high = 255},
                                            .result = {.shift = 12, .mul = 33}};
  CHECK(compared<masked_chain<4, 2, 41, 4, to_u8>>(30, 40, 16, usual) == "");
  CHECK(compared<plain_chain<4, 2, 18, 16, 16, to_u8>>(31, 40, 16, usual) == "");
  constexpr op::score_chain_params narrow_range = {.scores = {.shift = 9, .mul = 3, .low = -7, .high = 40}, .result = {.shift = 12, .mul = 33}};
  CHECK(compared<plain_chain<4, 2, 18, 4, 4, narrow_range>>(32, 40, 16, usual) == "");
  constexpr op::score_chain_params wide = {.scores = {.shift = 31, .mul = 1 << 30, .add = 5}, .result = {.shift = 30, .mul = 70001}};
  CHECK(compared<masked_chain<4, 2, 18, 16, wide>>(33, 40, 16, usual) == "");
  constexpr op::score_chain_params rounded = {.scores = {.round = rounding::half_even, .shift = 12, .mul = 40, .zero = 3},
                                              .result = {.round = rounding::half_away, .shift = 14, .mul = -30}};
  CHECK(compared<masked_chain<4, 2, 18, 8, rounded>>(34, 40, 16, usual) == "");
}

TEST_CASE("score chain: operands in place, masks of every kind") {
  constexpr auto usual = exponentials_of<40, 500, 17>;
  using q = view<chain_tensor<0, i8, 7, 3, 4>, {.of = {3, 7, 4}, .stride = {4, 12, 1}}>;  // queries outside of heads
  using k = view<chain_tensor<1, i8, 30, 3, 4>, {.offset = 12, .of = {3, 22, 4}, .stride = {4, 12, 1}}>;
  using v = view<chain_tensor<2, i8, 3, 30, 8>, {.of = {3, 22, 5}, .stride = {240, 8, 1}}>;
  using y = view<chain_tensor<3, i8, 7, 3, 5>, {.of = {3, 7, 5}, .stride = {5, 15, 1}}>;
  using tables = chain_tensor<8, u8, op::score_tables::masked_bytes>;
  using of_head = chain_tensor<4, u8, 3, 1, 22>;
  using of_query = chain_tensor<5, i8, 7, 22>;
  using of_both = view<chain_tensor<6, i8, 22, 3, 7>, {.of = {3, 7, 22}, .stride = {7, 1, 21}}>;
  using of_neither = chain_tensor<7, i8, 1>;
  CHECK(compared<chain<q, k, v, tables, y, usual_chain, mask<of_head>>>(40, 40, 16, usual) == "");
  CHECK(compared<chain<q, k, v, tables, y, usual_chain, mask<of_query>>>(41, 40, 16, usual) == "");
  CHECK(compared<chain<q, k, v, tables, y, usual_chain, mask<of_both>>>(42, 40, 16, usual) == "");
  CHECK(compared<chain<q, k, v, tables, y, usual_chain, mask<of_neither>>>(43, 40, 16, usual) == "");
  // One key and value head for all, and what the loops do not take: keys turned, unsigned values.
  using shared = view<chain_tensor<1, i8, 22, 4>, {.of = {3, 22, 4}, .stride = {0, 4, 1}}>;
  CHECK(compared<chain<q, shared, v, tables, y, usual_chain, mask<of_query>>>(44, 40, 16, usual) == "");
  using turned = view<chain_tensor<1, i8, 3, 4, 22>, {.of = {3, 22, 4}, .stride = {88, 1, 22}}>;
  CHECK(compared<chain<q, turned, v, tables, y, usual_chain, mask<of_query>>>(45, 40, 16, usual) == "");
  using unsigned_values = chain_tensor<2, u8, 3, 22, 5>;
  CHECK(compared<chain<q, k, unsigned_values, tables, y, usual_chain, mask<of_query>>>(46, 40, 16, usual) == "");
}
}  // namespace deeploy
