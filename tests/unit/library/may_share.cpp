// SPDX-License-Identifier: Apache-2.0
// may_share and overlaps_itself against sets of elements: "no" must be true, and the shapes of concat and slices are
// told apart.
#include <doctest/doctest.h>

#include <deeploy/check.hpp>
#include <set>
#include <support/drawn.hpp>
#include <support/rounds.hpp>

namespace deeploy::test {
namespace {
std::multiset<index> elements(operand const& o) {
  std::multiset<index> all{o.offset};
  for (int i = 0; i < o.rank; ++i) {
    std::multiset<index> next;
    for (index from : all)
      for (index n = 0; n < o.dim[i].length; ++n) next.insert(from + n * o.dim[i].stride);
    all = std::move(next);
  }
  return all;
}
bool share(operand const& a, operand const& b) {
  auto const x = elements(a), y = elements(b);
  for (index e : x)
    if (y.count(e) != 0) return true;
  return false;
}
operand draw_operand(drawn& d) {
  operand o;
  o.rank = static_cast<u8>(d.in(1, 3));
  o.offset = d.one_of(0, 30);
  for (int i = 0; i < o.rank; ++i)
    o.dim[i].length = d.one_of(1, 4), o.dim[i].stride = d.pick({1, 2, 3, 4, 6, 8, 12, 24});
  return o;
}
}  // namespace

TEST_CASE("may_share: never no where elements are shared") {
  drawn d(1);
  int told_apart = 0;
  for (int round = 0; round < 20000 * rounds(); ++round) {
    operand const a = draw_operand(d), b = draw_operand(d);
    bool const shared = share(a, b), said = deeploy::detail::may_share(a, b);
    REQUIRE((said || !shared));
    REQUIRE(said == deeploy::detail::may_share(b, a));
    told_apart += !said;
  }
  CHECK(told_apart > 1000);
}

TEST_CASE("may_share: exact for parts of a concat") {
  drawn d(2);
  for (int round = 0; round < 2000 * rounds(); ++round) {
    index const rows = d.one_of(1, 4), width = d.one_of(2, 9);
    auto const part = [&] {
      operand o;
      o.rank = 2;
      o.offset = d.one_of(0, width - 1);
      o.dim[0].length = rows, o.dim[0].stride = width;
      o.dim[1].length = d.one_of(1, width - o.offset), o.dim[1].stride = 1;
      return o;
    };
    operand const a = part(), b = part();
    REQUIRE(deeploy::detail::may_share(a, b) == share(a, b));
  }
}

TEST_CASE("overlaps_itself: no means that every element has a place of its own") {
  drawn d(3);
  int sound = 0;
  for (int round = 0; round < 20000 * rounds(); ++round) {
    operand const o = draw_operand(d);
    auto const all = elements(o);
    bool const distinct = std::set<index>(all.begin(), all.end()).size() == all.size();
    bool const said = deeploy::detail::overlaps_itself(o).code != 0;
    REQUIRE((said || distinct));
    sound += !said;
  }
  CHECK(sound > 1000);
}
}  // namespace deeploy::test
