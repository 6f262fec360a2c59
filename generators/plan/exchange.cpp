// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <generators/plan/early_tiles.hpp>
#include <generators/plan/exchange.hpp>
#include <generators/plan/flights.hpp>
#include <map>

namespace deeploy::plan {
std::int64_t beside_cycles(planned_model const& m, plan_options const& o, choice_problem const& p, choice const& c) {
  return expected_flights(m, p, c).hidden_cycles + (o.aim == objective::cycles ? spread_early_tiles(m, o, p, c).saved_cycles : 0);
}

namespace {
/// The `most` candidates that are fastest alone.
std::vector<std::size_t> fastest(front const& all, std::size_t most) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < all.of.size(); ++i) numbers.push_back(i);
  std::size_t const kept = std::min(most, numbers.size());
  std::partial_sort(numbers.begin(), numbers.begin() + static_cast<long>(kept), numbers.end(),
                    [&](std::size_t a, std::size_t b) { return std::pair(all.of[a].alone(), a) < std::pair(all.of[b].alone(), b); });
  numbers.resize(kept);
  return numbers;
}
}  // namespace

void exchange_candidates(planned_model const& m, plan_options const& o, choice_problem& p, choice& best) {
  constexpr std::size_t most_of_a_layer = 12;
  // A try takes as long as there are steps.
  std::size_t tries = 40000 / static_cast<std::size_t>(p.steps() + 1);
  std::int64_t least = best.objective - beside_cycles(m, o, p, best);
  for (bool improved = true; improved;) {
    improved = false;
    std::map<candidate const*, std::vector<int>> steps_with;
    std::vector<candidate const*> in_order;
    for (int s = 0; s < p.steps(); ++s) {
      candidate const* const k = p.columns(s)[best.column[s]].of;
      if (steps_with[k].empty()) in_order.push_back(k);
      steps_with[k].push_back(s);
    }
    for (candidate const* k : in_order) {
      std::vector<int> const& steps = steps_with[k];
      front const& all = p.candidates(steps.front(), k->home);
      for (std::size_t number : fastest(all, most_of_a_layer)) {
        if (&all.of[number] == p.columns(steps.front())[best.column[steps.front()]].of) continue;
        if (tries == 0) return;
        --tries;
        choice c = best;
        for (int s : steps) c.column[s] = p.bring_in(s, k->home, number);
        if (!p.legal(c)) continue;
        c.objective = p.objective_of(c);
        std::int64_t const cycles = c.objective - beside_cycles(m, o, p, c);
        if (cycles >= least) continue;
        least = cycles;
        best = std::move(c);
        improved = true;
      }
    }
  }
}
}  // namespace deeploy::plan
