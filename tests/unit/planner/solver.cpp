// SPDX-License-Identifier: Apache-2.0
// The solver behind its interface: tiny programs by hand, and random ones against trying everything.
#include <doctest/doctest.h>

#include <cmath>
#include <generators/plan/solver.hpp>
#include <limits>
#include <support/drawn.hpp>
#include <support/rounds.hpp>

namespace deeploy::test {
namespace {
using plan::integer_program;
using outcome = plan::solver_result::outcome;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// The least cost over all 0/1 values; infinite when none is feasible.
double least_by_trying(integer_program const& p) {
  double least = infinite;
  for (unsigned x = 0; x < 1u << p.columns.size(); ++x) {
    bool feasible = true;
    for (auto const& row : p.rows) {
      double sum = 0;
      for (auto const& e : row.entries) sum += x >> e.column & 1 ? e.factor : 0;
      feasible = feasible && sum >= row.lower - 1e-9 && sum <= row.upper + 1e-9;
    }
    double cost = 0;
    for (std::size_t c = 0; c < p.columns.size(); ++c) cost += x >> c & 1 ? p.columns[c].cost : 0;
    if (feasible && cost < least) least = cost;
  }
  return least;
}
integer_program random_program(drawn& d) {
  integer_program p;
  int const columns = d.one_of(2, 10), rows = d.one_of(1, 5);
  for (int c = 0; c < columns; ++c)
    p.columns.push_back({static_cast<double>(d.in(-20, 30)), 1, true, "x" + std::to_string(c)});
  for (int r = 0; r < rows; ++r) {
    integer_program::row row{{}, -infinite, infinite, "r" + std::to_string(r)};
    for (int c = 0; c < columns; ++c)
      if (d.chance(60)) row.entries.push_back({c, static_cast<double>(d.in(-5, 9))});
    if (d.chance(60)) row.upper = static_cast<double>(d.in(0, 15));
    if (d.chance(40)) row.lower = static_cast<double>(d.in(-4, 6));
    if (std::isfinite(row.lower) && std::isfinite(row.upper) && row.lower > row.upper) std::swap(row.lower, row.upper);
    p.rows.push_back(std::move(row));
  }
  return p;
}
}  // namespace

TEST_CASE("solver: a knapsack whose relaxation is fractional") {
  integer_program p;
  p.columns = {{-5, 1, true, "a"}, {-4, 1, true, "b"}, {-3, 1, true, "c"}};
  p.rows = {{{{0, 2}, {1, 3}, {2, 1}}, -infinite, 5, "weight"}};
  plan::solver s(p);
  auto const relaxed = s.relax({});
  REQUIRE(relaxed.solved);
  CHECK(relaxed.objective == doctest::Approx(-5 - 3 - 4 * 2.0 / 3));
  auto const best = s.solve({}, {});
  CHECK(best.status == outcome::optimal);
  CHECK(best.objective == doctest::Approx(-9));
  CHECK(best.bound == doctest::Approx(-9));
  CHECK(best.values[0] == doctest::Approx(1));
  CHECK(best.values[2] == doctest::Approx(0));
}

TEST_CASE("solver: what has no solution is said so") {
  integer_program p;
  p.columns = {{1, 1, true, "a"}, {1, 1, true, "b"}};
  p.rows = {{{{0, 1}, {1, 1}}, 3, 3, "three"}};
  plan::solver s(p);
  CHECK(s.relax({}).infeasible);
  integer_program q;
  q.columns = {{1, 1, true, "a"}, {1, 1, true, "b"}};
  q.rows = {{{{0, 2}, {1, 2}}, 1, 1, "odd"}};  // only the relaxation has one
  plan::solver t(q);
  REQUIRE(t.relax({}).solved);
  CHECK(t.solve({}, {}).status == outcome::infeasible);
}

TEST_CASE("solver: random programs against trying everything") {
  drawn d(31);
  int solved = 0, infeasible = 0;
  for (int round = 0; round < 300 * rounds(); ++round) {
    CAPTURE(round);
    integer_program const p = random_program(d);
    double const least = least_by_trying(p);
    plan::solver s(p);
    auto const relaxed = s.relax({});
    if (!relaxed.solved) {
      CHECK(std::isinf(least));
      ++infeasible;
      continue;
    }
    CHECK(relaxed.objective <= least + 1e-6);
    auto const best = s.solve({}, {});
    if (std::isinf(least)) {
      CHECK(best.status == outcome::infeasible);
      ++infeasible;
      continue;
    }
    REQUIRE(best.status == outcome::optimal);
    CHECK(best.objective == doctest::Approx(least));
    ++solved;
  }
  CHECK(solved > 100);
  CHECK(infeasible > 20);
}

TEST_CASE("solver: columns that come in later count, fixed ones stay, a known solution is not lost") {
  integer_program p;
  p.columns = {{10, 1, true, "a"}, {12, 1, true, "b"}};
  p.rows = {{{{0, 1}, {1, 1}}, 1, 1, "one"}};
  plan::solver s(p);
  auto const first = s.relax({});
  REQUIRE(first.solved);
  CHECK(first.objective == doctest::Approx(10));
  CHECK(first.duals[0] == doctest::Approx(10));
  s.add({{{7, 1, true, "c"}, {{0, 1.0}}}});
  CHECK(s.relax({}).objective == doctest::Approx(7));
  CHECK(s.solve({}, {1, 0, 0}).objective == doctest::Approx(7));
  s.fix(2, 0);
  CHECK(s.relax({}).objective == doctest::Approx(10));
  CHECK(s.solve({}, {0, 1, 0}).objective == doctest::Approx(10));
}

TEST_CASE("solver: counted work ends the search with a bound that holds") {
  drawn d(32);
  integer_program p;
  integer_program::row weight{{}, -infinite, 100, "weight"};
  std::vector<double> const none(30, 0);
  for (int c = 0; c < 30; ++c) {
    p.columns.push_back({-static_cast<double>(d.in(10, 60)), 1, true, "x" + std::to_string(c)});
    weight.entries.push_back({c, static_cast<double>(d.in(10, 60))});
  }
  p.rows.push_back(weight);
  plan::solver hurried(p), patient(p);
  REQUIRE(hurried.relax({}).solved);
  REQUIRE(patient.relax({}).solved);
  auto const best = patient.solve({}, none);
  REQUIRE(best.status == outcome::optimal);
  auto const stopped = hurried.solve({.nodes = 1}, none);
  CHECK(stopped.status != outcome::optimal);
  CHECK(stopped.nodes < best.nodes);
  CHECK(stopped.bound <= best.objective + 1e-6);
  CHECK((stopped.values.empty() || stopped.objective >= best.objective - 1e-6));
  CHECK(!stopped.stopped_by_clock);
}
}  // namespace deeploy::test
