// SPDX-License-Identifier: Apache-2.0
// The score chain in one pass against the chain of reference kernels, one layer after the other.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "score_chain_case.hpp"

namespace deeploy {
namespace {
/// Elements that differ, over some runs with other values and numbers of cores.
template <class Case>
int differing(u64 seed, int runs = 6) {
  rows_test::random_numbers random(seed);
  int count = 0;
  for (int i = 0; i < runs; ++i) {
    static Case c;
    c.fill(random);
    c.run_layers();
    int const cores = random.between(1, 8);
    for (int phase = 0; phase < 3; ++phase)
      for (int core = cores - 1; core >= 0; --core) c.run_pass(phase, core, cores);
    for (index e = 0; e < Case::results; ++e) count += c.expected[e] != c.result[e];
  }
  return count;
}
constexpr rows_test::chain_numbers usual{};
}  // namespace

TEST_CASE("score chain: head widths and numbers of keys") {
  CHECK(differing<rows_test::chain_case<16, 1, 65, 4, usual>>(1) == 0);
  CHECK(differing<rows_test::chain_case<16, 1, 257, 4, usual>>(2, 3) == 0);
  CHECK(differing<rows_test::chain_case<4, 3, 65, 16, usual>>(3) == 0);
  CHECK(differing<rows_test::chain_case<2, 2, 257, 16, usual>>(4, 3) == 0);
  CHECK(differing<rows_test::chain_case<3, 2, 7, 6, usual>>(5) == 0);
  CHECK(differing<rows_test::chain_case<3, 2, 1, 4, usual>>(6) == 0);
  CHECK(differing<rows_test::chain_case<3, 2, 3, 5, usual>>(7) == 0);
  CHECK(differing<rows_test::chain_case<2, 2, 12, 32, usual>>(8) == 0);
}

TEST_CASE("score chain: requantisations, exponentials, signs") {
  constexpr rows_test::chain_numbers large = {
      .softmax = {.coefficient_a = 3, .coefficient_b = 7000, .coefficient_c = 77, .log2 = 21}};
  CHECK(differing<rows_test::chain_case<4, 2, 40, 4, large>>(20) == 0);
  constexpr rows_test::chain_numbers wrapping = {
      .softmax = {.coefficient_a = 70000, .coefficient_b = -300, .coefficient_c = -1, .log2 = 5}};
  CHECK(differing<rows_test::chain_case<4, 2, 40, 4, wrapping>>(21) == 0);
  constexpr rows_test::chain_numbers no_sum = {
      .softmax = {.coefficient_a = 0, .coefficient_b = 1, .coefficient_c = 0, .log2 = 5}};
  CHECK(differing<rows_test::chain_case<4, 2, 40, 4, no_sum>>(22) == 0);
  constexpr rows_test::chain_numbers to_signed = {.probability = {.shift = 9, .mul = 255, .add = -32000},
                                                  .probabilities_signed = true};
  CHECK(differing<rows_test::chain_case<4, 2, 41, 4, to_signed>>(23) == 0);
  constexpr rows_test::chain_numbers wide = {.scores = {.shift = 31, .mul = 1 << 30, .add = 5},
                                             .result = {.shift = 30, .mul = 70001}};
  CHECK(differing<rows_test::chain_case<4, 2, 18, 16, wide>>(24) == 0);
  constexpr rows_test::chain_numbers few_levels = {
      .softmax = {.coefficient_a = 1, .coefficient_b = 30, .coefficient_c = 200, .log2 = 11, .levels = 100}};
  CHECK(differing<rows_test::chain_case<4, 2, 18, 16, few_levels>>(25) == 0);
}
}  // namespace deeploy
