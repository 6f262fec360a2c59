// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <generators/plan/code_cache.hpp>
#include <generators/plan/shared_code.hpp>
#include <set>

namespace deeploy::plan {
namespace {
kernel_size code_of_candidate(planned_model const& m, choice_problem const& p, int s, candidate const& k) {
  return code_of(m.layers[static_cast<std::size_t>(p.order().layer_at[static_cast<std::size_t>(s)])], k);
}
candidate const& taken(choice_problem const& p, choice const& c, int s) { return *p.columns(s)[static_cast<std::size_t>(c.column[static_cast<std::size_t>(s)])].of; }
}  // namespace

std::int64_t fetched_code_cycles(planned_model const& m, choice_problem const& p, choice const& c) {
  code_cache cache(m.board.costs);
  std::int64_t cycles = 0;
  for (int s = 0; s < p.steps(); ++s) cycles += cache.cycles_beside_refill(code_of_candidate(m, p, s, taken(p, c, s)));
  return cycles;
}

bool share_code(planned_model const& m, choice_problem& p, choice& c, std::function<std::int64_t(choice const&)> const& cycles) {
  auto const all_cycles = [&](choice const& of) { return cycles(of) + fetched_code_cycles(m, p, of); };
  std::vector<std::string> of_step;
  std::vector<std::string> kernels;  // as they come first
  for (int s = 0; s < p.steps(); ++s) {
    of_step.push_back(code_of_candidate(m, p, s, taken(p, c, s)).kernel);
    if (!of_step.back().empty() && std::find(kernels.begin(), kernels.end(), of_step.back()) == kernels.end()) kernels.push_back(of_step.back());
  }
  std::set<std::string> left(kernels.begin(), kernels.end());
  std::int64_t least = all_cycles(c);
  bool changed = false;
  // Without a kernel: with those only that others run, or with any.
  auto const give_up = [&](std::string const& kernel, bool any) {
    choice without = c;
    for (int s = 0; s < p.steps(); ++s) {
      if (of_step[static_cast<std::size_t>(s)] != kernel) continue;
      home_list const homes = p.homes_of_step(s, c.home);
      auto const& all = p.candidates(s, homes).of;
      std::size_t best = all.size();
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (best != all.size() && all[i].alone() >= all[best].alone()) continue;
        std::string const other = code_of_candidate(m, p, s, all[i]).kernel;
        if (other != kernel && (any || left.count(other) != 0)) best = i;
      }
      if (best == all.size()) return false;
      without.column[static_cast<std::size_t>(s)] = p.bring_in(s, homes, best);
    }
    if (!p.legal(without)) return false;
    without.objective = p.objective_of(without);
    std::int64_t const then = all_cycles(without);
    if (then >= least) return false;
    least = then;
    c = without;
    left.clear();
    for (int s = 0; s < p.steps(); ++s) left.insert(of_step[static_cast<std::size_t>(s)] = code_of_candidate(m, p, s, taken(p, c, s)).kernel);
    return true;
  };
  for (std::string const& kernel : kernels) changed = give_up(kernel, false) || give_up(kernel, true) || changed;
  return changed;
}
}  // namespace deeploy::plan
