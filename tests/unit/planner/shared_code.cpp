// SPDX-License-Identifier: Apache-2.0
// Kernels that are given up for others' code: what comes out is legal, and not longer.
#include <doctest/doctest.h>

#include <generators/plan/order.hpp>
#include <generators/plan/shared_code.hpp>
#include <planner/models.hpp>

namespace deeploy::test {
namespace {
/// Other code for other lengths of tiles.
i64 code_of(layer_descriptor const& l, int form, index const* tile) {
  i64 bytes = 600 + 160 * form;
  for (int a = 0; a < l.axes; ++a) bytes += 16 * (tile[a] % 3);
  return bytes;
}
}  // namespace

TEST_CASE("planner: kernels are given up where the code that is fetched then is worth more") {
  int changed = 0, tried = 0;
  for (plan::planned_model m : small_models()) {
    m.board.costs.code_line_cycles = 200;
    m.board.costs.code_cache_bytes = 8000;
    m.board.costs.executor_code_bytes = 1000;
    for (plan::planned_layer& l : m.layers)
      for (mapping_facts& e : l.engines) e.code_bytes = code_of;
    for (std::int64_t const l1 : {150, 400, 4000}) {
      plan::plan_options const o = options_for(m, l1, false);
      plan::front_store fronts(m, o);
      plan::choice_problem p(m, o, fronts, plan::schedule(m, plan::candidate_orders(m, [](int) { return false; }).front()));
      if (!p.infeasible().empty()) continue;
      auto c = p.search({}, 100, o.capacity);
      if (!c) continue;
      ++tried;
      std::int64_t const before = c->objective + plan::fetched_code_cycles(m, p, *c);
      bool const other = plan::share_code(m, p, *c, [](plan::choice const& of) { return of.objective; });
      std::int64_t const after = c->objective + plan::fetched_code_cycles(m, p, *c);
      CHECK(p.legal(*c));
      CHECK(c->objective == p.objective_of(*c));
      CHECK((other ? after < before : after == before));
      changed += other;
    }
  }
  MESSAGE(changed, " of ", tried, " plans changed");
  CHECK(changed > 0);
  CHECK(tried > changed);
}
}  // namespace deeploy::test
