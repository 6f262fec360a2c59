// SPDX-License-Identifier: Apache-2.0
// Early tiles that come one step further to the front, while that saves cycles.
#include <algorithm>
#include <deeploy/check.hpp>
#include <generators/plan/early_tiles.hpp>
#include <generators/plan/flights.hpp>

namespace deeploy::plan {
namespace {
candidate const& of_step(choice_problem const& p, choice const& c, std::size_t s) { return *p.columns(static_cast<int>(s))[c.column[s]].of; }

/// Is what operand o of step s reads finished before step `from` begins?
bool is_finished(planned_model const& m, schedule const& order, int s, int o, int from) {
  planned_layer const& l = m.layers[order.layer_at[s]];
  auto const& writers = m.tensors[l.tensor[o]].writers;
  return std::none_of(writers.begin(), writers.end(), [&](use const& u) {
    int const at = order.step_of[u.layer];
    return from <= at && at < s && detail::may_share(m.layers[u.layer].d->with[u.operand], l.d->with[o]);
  });
}

/// Cycles of all transfers under each step.
std::vector<std::int64_t> transfers_under(choice_problem const& p, choice const& c) {
  std::vector<std::int64_t> cycles;
  for (std::size_t s = 0; s < c.column.size(); ++s)
    cycles.push_back(of_step(p, c, s).loose_cycles + (s + 1 < c.column.size() ? of_step(p, c, s + 1).early_cycles : 0));
  return cycles;
}
}  // namespace

early_plan early_under_last(choice_problem const& p, choice const& c) {
  early_plan r;
  r.cycles = transfers_under(p, c);
  for (std::size_t s = 0; s < c.column.size(); ++s) {
    r.cycles[s] = std::max(r.cycles[s], of_step(p, c, s).tight_cycles);
    r.of.push_back({{of_step(p, c, s).early}});
  }
  return r;
}

early_plan spread_early_tiles(planned_model const& m, plan_options const& options, choice_problem const& p, choice const& c) {
  early_plan r = early_under_last(p, c);
  std::vector<std::int64_t> needed = transfers_under(p, c);
  std::vector<std::int64_t> const idle = expected_flights(m, p, c).idle;
  // What is not done when the cores are has until the unit is.
  for (std::size_t s = 0; s < c.column.size(); ++s) {
    std::int64_t const then = std::max(of_step(p, c, s).tight_cycles, needed[s] - idle[s]);
    r.saved_cycles += r.cycles[s] - then;
    r.cycles[s] = then;
  }
  for (std::size_t s = 2; s < c.column.size(); ++s) {
    candidate const& k = of_step(p, c, s);
    std::int64_t const tight = of_step(p, c, s - 1).tight_cycles;
    if (k.early == 0 || r.cycles[s - 1] <= tight) continue;
    planned_layer const& l = m.layers[p.order().layer_at[s]];
    evaluator tile(l, m.board, k.home);
    tile.set_tile(k);
    std::vector<int> operands;
    for (int o = 0; o < l.d->operands; ++o)
      if ((k.early >> o & 1) && is_finished(m, p.order(), static_cast<int>(s), o, static_cast<int>(s) - 2)) operands.push_back(o);
    std::stable_sort(operands.begin(), operands.end(), [&](int a, int b) { return tile.load_cycles(a) > tile.load_cycles(b); });
    std::int64_t const slack = r.cycles[s - 2] + idle[s - 2] - needed[s - 2];
    std::int64_t room = options.capacity[0] - p.live_bytes(c, 0, static_cast<int>(s) - 2), moved = 0, needed_now = needed[s - 1];
    for (int o : operands) {
      std::int64_t const with = moved + tile.load_cycles(o), left = std::max<std::int64_t>(0, with - slack);
      std::int64_t const then = std::max(tight, needed[s - 1] - with + left - idle[s - 1]);
      if (then >= r.cycles[s - 1] || tile.buffer_bytes(o) > room) continue;
      r.saved_cycles += r.cycles[s - 1] - then;
      r.cycles[s - 1] = then;
      moved = with;
      needed_now = needed[s - 1] - with + left;
      room -= tile.buffer_bytes(o);
      r.of[s].by[0] &= static_cast<u8>(~(1u << o));
      r.of[s].by[1] |= static_cast<u8>(1u << o);
    }
    needed[s - 1] = needed_now;
  }
  return r;
}
}  // namespace deeploy::plan
