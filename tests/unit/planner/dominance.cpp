// SPDX-License-Identifier: Apache-2.0
// The tree of keys gives the answers of a list that is looked through from end to end, after insertions that erase few or many.
#include <doctest/doctest.h>
#include <generators/plan/dominance.hpp>
#include <map>
#include <random>

namespace {
using deeploy::plan::dominance;

bool as_good(dominance::key const& a, dominance::key const& b) {
  for (std::size_t j = 0; j < dominance::criteria; ++j)
    if (a[j] > b[j]) return false;
  return true;
}
}  // namespace

TEST_CASE("dominance: the answers and what is erased are those of a list") {
  std::mt19937 random(1);
  for (int range : {2, 5, 40, 1000000}) {
    CAPTURE(range);
    dominance tree;
    std::map<std::uint32_t, dominance::key> list;
    std::size_t most = 0;
    for (std::uint32_t n = 0; n < 3000; ++n) {
      // Later ones tend to be better, as in a search; the last criterion is of no account, as where moved bytes are not counted.
      dominance::key k{};
      for (std::size_t j = 0; j + 1 < dominance::criteria; ++j) k[j] = static_cast<std::int64_t>(random() % static_cast<unsigned>(range)) * (n % 7 == 0 ? 1 : 3);
      bool beaten = false;
      for (auto const& [number, other] : list) beaten = beaten || as_good(other, k);
      REQUIRE(tree.dominates(k) == beaten);
      if (beaten) continue;
      std::size_t const before = list.size();
      std::size_t erased = 0;
      tree.insert(k, n, [&](std::uint32_t number) {
        REQUIRE(list.count(number) == 1);
        REQUIRE(as_good(k, list[number]));
        list.erase(number);
        ++erased;
      });
      REQUIRE(before - erased == list.size());
      for (auto const& [number, other] : list) REQUIRE_FALSE(as_good(k, other));
      list[n] = k;
      most = std::max(most, list.size());
    }
    if (range == 1000000) CHECK(most > 100);  // divided, and divided again
  }
}
