// SPDX-License-Identifier: Apache-2.0
// The planner's course: order, first plan, relaxation and bound, branch and bound, offsets.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <generators/plan/order.hpp>
#include <generators/plan/planner.hpp>
#include <limits>

namespace deeploy::plan {
namespace {
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Dynamic programs that the local search may solve, so that its time does not grow with the square of the network.
std::uint64_t evaluations_for(planned_model const& m) { return 60 + 60000 / (m.layers.size() + 1); }

std::vector<int> best_order(planned_model const& m, plan_options const& o, front_store& fronts) {
  auto const cost = [&](std::vector<int> const& order) -> std::int64_t {
    choice_problem const p(m, o, fronts, schedule(m, order));
    if (!p.infeasible().empty()) return never;
    auto const c = p.search({}, evaluations_for(m) / 4, o.capacity[0]);
    return c ? c->objective : never - 1;
  };
  auto const orders = candidate_orders(m);
  std::vector<int> best = orders.front();
  if (orders.size() > 1) {
    std::int64_t least = never;
    for (auto const& order : orders)
      if (std::int64_t const c = cost(order); c < least) least = c, best = order;
  }
  std::uint64_t const moves = std::min<std::uint64_t>(200, 3000 / (m.layers.size() + 1));
  return moves < 4 ? best : improve_order(m, best, moves, cost);
}

/// Bytes that a memory is short of, where even the best homes do not fit.
infeasibility too_small(planned_model const& m, plan_options const& o, choice_problem const& p) {
  choice least;
  for (std::size_t t = 0; t < m.tensors.size(); ++t) least.home.push_back(p.options_of(static_cast<int>(t)).back());
  std::string text = "the tensors of the network do not fit the memories";
  for (std::size_t i = 1; i < m.board.memories.size(); ++i) {
    std::int64_t peak = 0;
    int at = 0;
    for (int s = 0; s < p.steps(); ++s) {
      std::int64_t live = 0;
      for (std::size_t t = 0; t < m.tensors.size(); ++t)
        if (p.options_of(static_cast<int>(t)).front() == i && p.order().born[t] <= s && s <= p.order().dies[t])
          live += p.size_of_tensor(static_cast<int>(t));
      if (live > peak) peak = live, at = s;
    }
    if (peak > o.capacity[i])
      text += fmt::format("\n  {}: {} bytes live at layer {}, {} offered ({} short)\n  try: --{} {} or more",
                          m.board.memories[i].name, peak, m.layers[p.order().layer_at[at]].name, o.capacity[i],
                          peak - o.capacity[i], std::string(m.board.memories[i].name).substr(0, std::string(m.board.memories[i].name).find('_')), peak);
  }
  return {5002, text};
}

void report_steps(choice_problem const& p, choice const& c, plan_result& r) {
  for (int s = 0; s < p.steps(); ++s) {
    candidate const& k = *p.columns(s)[c.column[s]].of;
    std::int64_t const early = s + 1 < p.steps() ? p.columns(s + 1)[c.column[s + 1]].of->early_cycles : 0;
    r.steps.push_back({p.order().layer_at[s], k, k.fixed_cycles + std::max(k.tight_cycles, k.loose_cycles + early), p.live_bytes(c, 0, s)});
  }
}
}  // namespace

plan_result make_plan(planned_model const& m, plan_options const& wanted) {
  plan_result r;
  plan_options o = wanted;
  if (o.longest_front == 0) o.longest_front = std::max<std::size_t>(12, 4000 / m.layers.size());
  front_store fronts(m, o);
  if (o.aim == objective::bytes) {
    // The least L1 that any plan needs is what the hungriest layer needs alone; within it, the fastest plan.
    std::int64_t least = 0;
    for (planned_layer const& l : m.layers) {
      home_list homes{};
      for (int i = 0; i < l.d->operands; ++i) homes[i] = 1;
      least = std::max(least, smallest_tile(l, m.board, homes, o).bytes);
    }
    o.capacity[0] = std::min(o.capacity[0], least);
  }
  schedule const order(m, best_order(m, o, fronts));
  choice_problem const p(m, o, fronts, order);
  r.candidates = fronts.total();
  r.layer_classes = fronts.classes();
  if (!p.infeasible().empty()) {
    r.problems = p.infeasible();
    return r;
  }

  std::optional<choice> best;
  auto const offer = [&](std::optional<choice> const& c) {
    if (c && (!best || c->objective < best->objective)) best = c;
  };
  std::uint64_t const evaluations = evaluations_for(m);
  offer(p.search({}, evaluations, o.capacity[0]));
  std::vector<std::uint8_t> in_l1;
  for (std::size_t t = 0; t < m.tensors.size(); ++t) in_l1.push_back(p.options_of(static_cast<int>(t)).back());
  if (p.best_for(in_l1, o.capacity[0])) offer(p.search(in_l1, evaluations, o.capacity[0]));

  integer_program const program = p.program();
  solver s(program);
  if (!o.lp_file.empty() && !s.write_lp(o.lp_file)) r.problems.push_back({5004, fmt::format("{} cannot be written", o.lp_file)});
  solver_limits const limits{o.solver_nodes, o.solver_pivots, o.emergency_seconds, 0};
  relaxation_result const relaxed = s.relax(limits);
  double bound = 0;
  if (relaxed.solved) {
    bound = relaxed.objective;
    offer(p.search(p.leaning(relaxed.values), evaluations, o.capacity[0]));
  }
  r.relaxation_bound = static_cast<std::int64_t>(std::ceil(bound - 1e-6));
  if (best && relaxed.solved && std::ceil(bound - 1e-6) < static_cast<double>(best->objective)) {
    // Columns whose reduced cost alone closes the gap cannot be in a better plan.
    double const slack = static_cast<double>(best->objective) - relaxed.objective;
    std::vector<double> const start = p.values_of(*best);
    for (std::size_t i = 0; i < program.columns.size(); ++i)
      if (program.columns[i].integer && relaxed.values[i] < 1e-9 && relaxed.reduced[i] > slack + 1e-6 && start[i] < 0.5)
        s.fix(static_cast<int>(i), 0);
    if (s.relax(limits).solved) {
      solver_result const solved = s.solve(limits, start);
      r.nodes = solved.nodes;
      r.plan.reproducible = !solved.stopped_by_clock;
      if (!solved.values.empty()) offer(p.choice_of(solved.values));
      if (solved.status == solver_result::outcome::optimal)
        bound = best ? static_cast<double>(best->objective) : bound;
      else if (solved.status == solver_result::outcome::infeasible)
        bound = static_cast<double>(best->objective);  // nothing better is left
      else
        bound = std::max(bound, solved.bound);
    }
  }
  if (!best) {
    r.problems.push_back(too_small(m, o, p));
    return r;
  }
  r.thinning_per_mille = p.thinning_per_mille();
  std::int64_t const proven =
      static_cast<std::int64_t>(std::ceil(bound * 1000 / (1000 + static_cast<double>(r.thinning_per_mille)) - 1e-6));
  // Offsets. Where the bytes do not fit without gaps, give the first stage less room and choose again.
  for (std::int64_t l1 = o.capacity[0]; best;) {
    r.plan.objective = best->objective;
    r.plan.bound = std::min(proven, best->objective);
    r.memories.clear();
    if (place_buffers(m, o, p, *best, r)) break;
    l1 -= std::max<std::int64_t>(16, l1 / 64);
    best = l1 > 0 ? p.search(best->home, evaluations, l1) : std::nullopt;
    if (!best && l1 > 0) best = p.search({}, evaluations, l1);
  }
  if (!best) {
    r.problems.push_back({5005, fmt::format("no placement of the buffers within {} bytes of {} was found\n  try: --l1 {} or more",
                                            o.capacity[0], m.board.memories[0].name, o.capacity[0] + o.capacity[0] / 16)});
    return r;
  }
  r.proven_optimal = r.plan.bound >= r.plan.objective;
  report_steps(p, *best, r);
  return r;
}
}  // namespace deeploy::plan
