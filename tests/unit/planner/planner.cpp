// SPDX-License-Identifier: Apache-2.0
// The planner against all legal plans of small networks, and against random ones.
#include <doctest/doctest.h>

#include <generators/plan/exchange.hpp>
#include <planner/legal_plans.hpp>
#include <support/rounds.hpp>

namespace deeploy::test {
TEST_CASE("planner: no legal plan of a small network is cheaper, and none is below the bound") {
  drawn d(11);
  int placed = 0;
  for (int round = 0; round < static_cast<int>(small_models().size()) * rounds(); ++round) {
    CAPTURE(round);
    plan::planned_model m = small_models()[static_cast<std::size_t>(round) % small_models().size()];
    bool const units[] = {d.chance(30), d.chance(60)};  // equal layers have equal mappings
    for (plan::planned_layer& l : m.layers)
      if (units[l.d->facts->multiplies]) give_to_unit(l);
    plan::plan_options const o = options_for(m, d.in(60, 700), true);
    legal_plans all(m, o);
    std::int64_t least = -1;
    for (auto const& order : all.orders())
      for (auto const& homes : all.all_homes())
        if (std::int64_t const c = all.cheapest(order, homes); c >= 0 && (least < 0 || c < least)) least = c;
    plan::plan_result const r = plan::make_plan(m, o);
    CAPTURE(o.capacity[0]);
    if (least < 0) {
      CHECK(!r.problems.empty());
      continue;
    }
    REQUIRE(r.problems.empty());
    CHECK(r.plan.bound <= least);
    CHECK(r.plan.objective == least);
    ++placed;
  }
  CHECK(placed >= 8);
}

TEST_CASE("planner: no plan costs more than the best of 1,000 random ones") {
  drawn d(12);
  for (std::size_t i = 0; i < small_models().size(); ++i) {
    CAPTURE(i);
    plan::planned_model const& m = small_models()[i];
    plan::plan_options const o = options_for(m, d.in(300, 2000), false);
    plan::plan_result const r = plan::make_plan(m, o);
    REQUIRE(r.problems.empty());
    legal_plans all(m, o);
    int legal = 0;
    for (int n = 0; n < 1000 * rounds(); ++n)
      if (std::int64_t const cost = all.random(d); cost >= 0) {
        ++legal;
        REQUIRE(r.plan.objective <= cost);
        REQUIRE(r.plan.bound <= cost);
      }
    CHECK(legal >= 100);
    CHECK(r.plan.bound <= r.plan.objective);
  }
}

TEST_CASE("planner: candidates are exchanged for what takes fewer cycles beside others, and still fit") {
  drawn d(13);
  int improved = 0, tried = 0;
  for (std::size_t i = 0; i < small_models().size(); ++i)
    for (bytes const l1 : {200, 500, 1500}) {
      plan::planned_model const& m = small_models()[i];
      plan::plan_options const o = options_for(m, l1, false);
      plan::front_store fronts(m, o);
      plan::choice_problem p(m, o, fronts, plan::schedule(m, legal_plans(m, o).orders().front()));
      auto best = p.infeasible().empty() ? p.search({}, 1000, o.capacity) : std::nullopt;
      if (!best) continue;
      for (int step = 0; step < p.steps(); ++step) {  // some that are not the best
        plan::home_list const homes = p.homes_of_step(step, best->home);
        plan::choice other = *best;
        other.column[static_cast<std::size_t>(step)] = p.bring_in(step, homes, static_cast<std::size_t>(d.in(0, static_cast<int>(p.candidates(step, homes).of.size()) - 1)));
        if (p.legal(other)) best = other;
      }
      best->objective = p.objective_of(*best);
      ++tried;
      std::int64_t const before = best->objective - plan::beside_cycles(m, o, p, *best);
      std::vector<std::uint8_t> const homes = best->home;
      plan::exchange_candidates(m, o, p, *best);
      CHECK(p.legal(*best));
      CHECK(best->home == homes);
      CHECK(best->objective == p.objective_of(*best));
      std::int64_t const after = best->objective - plan::beside_cycles(m, o, p, *best);
      CHECK(after <= before);
      improved += after < before;
    }
  CHECK(tried >= 10);
  CHECK(improved > 0);
}

TEST_CASE("planner: tensors that are larger than L1 itself lie elsewhere") {
  int larger = 0;
  for (plan::planned_model const& whole : small_models())
    for (bytes const l1 : {60, 100, 160, 240}) {
      plan::planned_model m = whole;
      plan::plan_options const o = options_for(m, l1, false);
      bool const fits = plan::make_plan(m, o).problems.empty();
      m.board.memories[0].capacity_bytes = l1;
      CHECK(plan::make_plan(m, o).problems.empty() == fits);
      for (auto const& tensor : m.tensors) larger += fits && tensor.d->use != role::constant && tensor.d->size_bytes() > l1;
    }
  CHECK(larger > 0);
}

TEST_CASE("planner: a constant lies in one of two memories that cost the same, not in both") {
  int divided = 0;
  for (plan::planned_model const& whole : small_models()) {
    plan::planned_model m = whole;
    std::int64_t largest = 0, others = 0;
    int as_large = 0;
    for (auto const& tensor : m.tensors) {
      std::int64_t const n = (tensor.d->size_bytes() + 31) / 32 * 32;
      if (tensor.d->use != role::constant) {
        others += n;
        continue;
      }
      as_large = n > largest ? 1 : as_large + (n == largest);
      largest = std::max(largest, n);
    }
    if (as_large != 1 || largest <= 32) continue;
    memory_facts half = m.board.memories[1];
    half.name = "half", half.holds_activations = false, half.alignment_bytes = 32;
    half.dma_bytes_per_16_cycles *= 2;
    m.board.memories.insert(m.board.memories.end(), {half, half});
    plan::plan_options o = options_for(m, 900, false);
    o.capacity[1] = others + largest;  // all but one constant lie in the halves
    o.capacity[2] = o.capacity[3] = largest - 32;
    plan::plan_result const r = plan::make_plan(m, o);
    o.capacity[2] = 0, o.capacity[3] = 0, o.capacity[1] = 100 * largest + others;
    plan::plan_result const elsewhere = plan::make_plan(m, o);
    REQUIRE(r.problems.empty());
    REQUIRE(elsewhere.problems.empty());
    CHECK(r.plan.objective <= elsewhere.plan.objective);
    ++divided;
  }
  CHECK(divided > 0);
}

TEST_CASE("planner: same model, same options, same plan") {
  for (plan::planned_model const& m : small_models()) {
    plan::plan_options const o = options_for(m, 600, false);
    plan::plan_result const a = plan::make_plan(m, o), b = plan::make_plan(m, o);
    CHECK(a.plan.objective == b.plan.objective);
    REQUIRE(a.plan.steps.size() == b.plan.steps.size());
    for (std::size_t s = 0; s < a.plan.steps.size(); ++s) {
      CHECK(a.plan.steps[s].layer == b.plan.steps[s].layer);
      CHECK(a.plan.steps[s].scratch_at == b.plan.steps[s].scratch_at);
      for (int x = 0; x < max_axes; ++x) CHECK(a.plan.steps[s].tile[x] == b.plan.steps[s].tile[x]);
      for (int x = 0; x < max_operands; ++x) CHECK(a.plan.steps[s].buffer[x].at[0] == b.plan.steps[s].buffer[x].at[0]);
    }
  }
}

TEST_CASE("planner: what cannot fit is explained with layer and bytes") {
  plan::planned_model const& m = small_models()[0];
  plan::plan_result const r = plan::make_plan(m, options_for(m, 4, false));
  REQUIRE(!r.problems.empty());
  CHECK(r.problems[0].code == 5001);
  CHECK(r.problems[0].text.find("offers 4") != std::string::npos);
  CHECK(r.problems[0].text.find("layer l") != std::string::npos);
}
}  // namespace deeploy::test
