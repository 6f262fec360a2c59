// SPDX-License-Identifier: Apache-2.0
// The planner's course: order, first plan, relaxation and bound, branch and bound, offsets.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <deeploy/overlap.hpp>
#include <generators/plan/code_cache.hpp>
#include <generators/plan/exchange.hpp>
#include <generators/plan/flights.hpp>
#include <generators/plan/order.hpp>
#include <generators/plan/planner.hpp>
#include <generators/plan/shared_code.hpp>
#include <limits>
#include <memory>

namespace deeploy::plan {
namespace {
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Dynamic programs that the local search may solve, so that its time does not grow with the square of the network.
std::uint64_t evaluations_for(planned_model const& m) { return 60 + 60000 / (m.layers.size() + 1); }

/// May a unit compute the layer's tiles by itself?
bool has_unit(planned_layer const& l, plan_options const& o) {
  for (std::size_t e = 0; e < l.engines.size(); ++e)
    for (int f = 0; l.engines[e].by_unit != nullptr && is_allowed(o, l.engines[e].engine) && f < l.engines[e].form_count; ++f)
      if (l.may_take(e, f) && l.engines[e].by_unit(*l.d, f) != 0) return true;
  return false;
}

std::vector<int> best_order(planned_model const& m, plan_options const& o, front_store& fronts) {
  struct costed {
    std::int64_t cycles;
    std::vector<int> order;
    std::vector<std::uint8_t> homes;
  };
  auto const cost = [&](std::vector<int> const& order, std::vector<std::uint8_t> const& homes, std::uint64_t evaluations) -> costed {
    choice_problem const p(m, o, fronts, schedule(m, order));
    if (!p.infeasible().empty()) return {never, order, {}};
    auto const c = p.search(homes, evaluations, o.capacity);
    if (!c) return {never - 1, order, {}};
    return {c->objective - beside_cycles(m, o, p, *c), order, c->home};
  };
  costed best{never, {}, {}};
  for (auto const& order : candidate_orders(m, [&](int l) { return has_unit(m.layers[static_cast<std::size_t>(l)], o); }))
    if (costed c = cost(order, {}, evaluations_for(m) / 4); best.order.empty() || c.cycles < best.cycles) best = std::move(c);
  std::uint64_t const moves = std::min<std::uint64_t>(1000, 150000 / (m.layers.size() + 1));
  if (moves < 4) return best.order;
  // Tensors stay where they are best for the order that moves begin with.
  return improve_order(m, best.order, moves, [&](int l) { return fronts.class_of(l); }, [&](auto const& order) { return cost(order, best.homes, 0).cycles; });
}

/// Orders to plan: all of a small network, so that its bound holds for all of them; of others the one that promises most.
std::vector<std::vector<int>> orders_to_plan(planned_model const& m, plan_options const& o, front_store& fronts) {
  std::size_t const small = 8, few = 24;
  std::vector<std::vector<int>> orders;
  if (m.layers.size() <= small) orders = all_orders(m, few);
  if (orders.empty()) orders.push_back(best_order(m, o, fronts));
  return orders;
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

/// What stands before the first step and behind the last one is the first one's: no choice changes it.
void report_steps(planned_model const& m, choice_problem const& p, choice const& c, early_plan const& early, plan_result& r) {
  auto const touched = [&](int s, detail::moment when) {
    step const& x = r.plan.steps[static_cast<std::size_t>(s)];
    planned_layer const& l = m.layers[x.layer];
    return detail::touched_by(x, *l.d, l.engines[x.engine], [&](int o) { return r.plan.tensors[static_cast<std::size_t>(l.tensor[static_cast<std::size_t>(o)])]; }, when);
  };
  code_cache code(m.board.costs);
  for (int s = 0; s < p.steps(); ++s) {
    candidate const& k = *p.columns(s)[c.column[s]].of;
    r.steps.push_back({p.order().layer_at[s], k, k.fixed_cycles + early.cycles[static_cast<std::size_t>(s)], p.live_bytes(c, 0, s)});
    // Which code is still there is known now.
    r.steps.back().cycles += code.cycles_beside_refill(code_of(m.layers[p.order().layer_at[s]], k));
    if (s == 0) r.steps[0].cycles += m.board.costs.run_cycles;
  }
  // Beside the unit's last tile of a step before: a unit's step is made ready, any other one runs.
  flights const beside = flights_of(
      p, c, [&](int s) { return r.steps[static_cast<std::size_t>(s)].cycles; },
      [&](int f, int s) { return detail::conflict(touched(f, detail::moment::left), touched(s, detail::moment::begun)); });
  for (std::size_t s = 0; s < r.steps.size(); ++s) r.steps[s].cycles -= beside.hidden[s];
}

/// The course from first plan to proof, for one order of layers.
class course {
 public:
  course(planned_model const& m, plan_options const& o, choice_problem& p, plan_result& r)
      : o_(o), p_(p), r_(r), limits_{o.solver_nodes, o.solver_pivots, o.emergency_seconds, 0}, evaluations_(evaluations_for(m)) {
    for (std::size_t t = 0; t < m.tensors.size(); ++t) in_l1_.push_back(p.options_of(static_cast<int>(t)).back());
  }

  std::optional<choice> run() {
    if (!o_.lp_file.empty()) bring_in_everything();
    search_from({});
    search_from(in_l1_);
    integer_program const program = p_.program();
    solver s(program);
    if (!o_.lp_file.empty() && !s.write_lp(o_.lp_file)) r_.problems.push_back({5004, fmt::format("{} cannot be written", o_.lp_file)});
    relaxation_result const relaxed = relax_over_all(s);
    if (!relaxed.solved) return best_;
    search_from(p_.leaning(relaxed.values));
    r_.relaxation_bound = whole(bound_);
    if (best_ && whole(bound_) < best_->objective) branch_and_bound(s, relaxed);
    return best_;
  }
  std::int64_t bound() const { return whole(bound_); }

 private:
  static std::int64_t whole(double x) { return static_cast<std::int64_t>(std::ceil(x - 1e-6)); }

  void search_from(std::vector<std::uint8_t> const& start) {
    if (auto const c = p_.search(start, evaluations_, o_.capacity); c && (!best_ || c->objective < best_->objective)) best_ = c;
  }
  void bring_in_everything() {
    double ignored = 0;
    integer_program const empty = p_.program();
    p_.price(std::vector<double>(empty.rows.size(), 0), std::numeric_limits<double>::infinity(), std::numeric_limits<std::size_t>::max(), ignored);
  }

  /// Solves the relaxation over all candidates: columns come in as long as one would lower it.
  relaxation_result relax_over_all(solver& s) {
    relaxation_result relaxed;
    for (int round = 0; round < 200; ++round) {
      relaxed = s.relax(limits_);
      r_.plan.reproducible = r_.plan.reproducible && !relaxed.stopped_by_clock;
      if (!relaxed.solved) return relaxed;
      double least = 0;
      auto const late = p_.price(relaxed.duals, -1e-6, 3, least);
      // Each step takes one column, so no solution is more than the sum of the least reduced costs below.
      bound_ = std::max(bound_, relaxed.objective + least);
      r_.columns_priced += late.size();
      if (late.empty()) break;
      s.add(late);
    }
    return relaxed;
  }

  /// Closes the gap between relaxation and best plan: with all columns that could be part of a better one.
  void branch_and_bound(solver& s, relaxation_result const& relaxed) {
    double const slack = static_cast<double>(best_->objective) - relaxed.objective;
    // A node of a large program costs as much as many of a small one.
    solver_limits limits = limits_;
    limits.nodes = std::min<std::uint64_t>(limits.nodes, 20 + 400000 / relaxed.values.size());
    double ignored = 0;
    std::size_t const most_each = 40;
    auto const late = p_.price(relaxed.duals, slack + 1e-6, most_each, ignored);
    s.add(late);
    // What was left out because there was too much of it costs at least this.
    double const beyond = late.size() < most_each ? slack : p_.least_beyond(relaxed.duals, slack);
    std::vector<double> const start = p_.values_of(*best_);
    for (std::size_t i = 0; i < relaxed.values.size(); ++i)
      if (p_.is_column(static_cast<int>(i)) && relaxed.values[i] < 1e-9 && relaxed.reduced[i] > slack + 1e-6 && start[i] < 0.5) s.fix(static_cast<int>(i), 0);
    relaxation_result const again = s.relax(limits);
    if (!again.solved) return;
    solver_result const solved = s.solve(limits, start);
    r_.nodes = solved.nodes;
    r_.plan.reproducible = r_.plan.reproducible && !solved.stopped_by_clock;
    if (!solved.values.empty())
      if (auto const c = p_.choice_of(solved.values); c && c->objective < best_->objective) best_ = c;
    bool const finished = solved.status == solver_result::outcome::optimal || solved.status == solver_result::outcome::infeasible;
    double const reached = finished ? static_cast<double>(best_->objective) : solved.bound;
    bound_ = std::max(bound_, std::min(reached, relaxed.objective + beyond));
  }

  plan_options const& o_;
  choice_problem& p_;
  plan_result& r_;
  solver_limits const limits_;
  std::uint64_t const evaluations_;
  std::vector<std::uint8_t> in_l1_;
  std::optional<choice> best_;
  double bound_ = 0;
};
}  // namespace

plan_result make_plan(planned_model const& m, plan_options const& wanted) {
  plan_result r;
  plan_options o = wanted;
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
  // One for each order, the best first; of orders that cost the same the one with more cycles beside a unit.
  struct planned_order {
    std::unique_ptr<choice_problem> p;
    std::optional<choice> best;
    plan_result r;
    std::pair<std::int64_t, std::int64_t> rank;
    early_plan early = {};
    std::int64_t objective = never;  ///< of the integer program's choice, before candidates were exchanged
  };
  std::vector<planned_order> planned;
  std::int64_t bound = never;
  bool reproducible = true;
  auto const plan_order = [&](std::vector<int> const& order, plan_options const& how) {
    planned_order tried{std::make_unique<choice_problem>(m, how, fronts, schedule(m, order)), {}, {}, {never, 0}};
    tried.r.problems = tried.p->infeasible();
    if (tried.r.problems.empty()) {
      course way(m, how, *tried.p, tried.r);
      tried.best = way.run();
      reproducible = reproducible && tried.r.plan.reproducible;
      if (tried.best) bound = std::min({bound, way.bound(), tried.best->objective});
      if (!tried.best && tried.r.relaxation_bound > 0) bound = std::min(bound, way.bound());
      if (tried.best) {
        tried.objective = tried.best->objective;
        if (o.aim == objective::cycles) exchange_candidates(m, o, *tried.p, *tried.best);
        tried.rank = {tried.objective, tried.best->objective - beside_cycles(m, o, *tried.p, *tried.best)};
      }
    }
    planned.push_back(std::move(tried));
  };
  auto orders = orders_to_plan(m, o, fronts);
  plan_options quiet = o;
  quiet.lp_file.clear();
  for (auto const& order : orders) plan_order(order, orders.size() > 1 ? quiet : o);
  std::stable_sort(planned.begin(), planned.end(), [](auto const& x, auto const& y) { return x.rank < y.rank; });
  if (orders.size() > 1 && planned.front().best && !o.lp_file.empty()) {  // the file shall hold the order that was taken
    std::vector<int> const taken = planned.front().p->order().layer_at;
    planned.clear();
    plan_order(taken, o);
  }
  // Offsets. Where the bytes do not fit without gaps, another order is as good, or the first stage gets less room and chooses again.
  int missing = 0;
  auto const place = [&](planned_order& of, bool again) {
    if (of.best && !again && o.aim == objective::cycles)
      share_code(m, *of.p, *of.best, [&](choice const& c) { return c.objective - beside_cycles(m, o, *of.p, c); });
    for (memory_bytes room = o.capacity; of.best;) {
      of.r.plan.objective = of.objective;
      of.r.plan.bound = std::min(bound, of.objective);
      of.early = o.aim == objective::cycles ? spread_early_tiles(m, o, *of.p, *of.best) : early_under_last(*of.p, *of.best);
      missing = place_buffers(m, o, *of.p, *of.best, of.early, of.r);
      if (missing == placed_all) return true;
      if (!again) return false;
      std::int64_t& less = room[static_cast<std::size_t>(missing)];
      less -= std::max<std::int64_t>(16, less / 64);
      auto const best = less > 0 ? of.p->search(of.best->home, evaluations_for(m), room) : std::nullopt;
      of.best = !best && less > 0 ? of.p->search({}, evaluations_for(m), room) : best;
      if (of.best) of.objective = of.best->objective;
    }
    return false;
  };
  planned_order* taken = nullptr;
  for (bool const again : {false, true})
    for (planned_order& of : planned)
      if (taken == nullptr && place(of, again)) taken = &of;
  bool const chosen = planned.front().rank.first != never;
  r = std::move(taken != nullptr ? taken->r : planned.front().r);
  r.candidates = fronts.total();
  r.layer_classes = fronts.classes();
  r.plan.reproducible = reproducible;
  if (!chosen) {
    if (r.problems.empty()) r.problems.push_back(too_small(m, o, *planned.front().p));
    return r;
  }
  if (taken == nullptr) {
    std::int64_t const offered = o.capacity[static_cast<std::size_t>(missing)];
    std::string_view const memory = m.board.memories[static_cast<std::size_t>(missing)].name;
    r.problems.push_back({5005, fmt::format("no placement of the buffers within {} bytes of {} was found\n  try: --{} {} or more", offered, memory,
                                            memory.substr(0, memory.find('_')), offered + offered / 16)});
    return r;
  }
  r.proven_optimal = r.plan.bound >= r.plan.objective;
  report_steps(m, *taken->p, *taken->best, taken->early, r);
  return r;
}
}  // namespace deeploy::plan
