// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deeploy/recorder.hpp>
#include <generators/plan/flights.hpp>

namespace deeploy::plan {
namespace {
candidate const& of_step(choice_problem const& p, choice const& c, int s) { return *p.columns(s)[c.column[s]].of; }

/// Does step s read or write what a unit still computes, or reads, for step f? A unit takes its jobs in order.
bool needs(planned_model const& m, choice_problem const& p, choice const& c, int f, int s) {
  planned_layer const &first = m.layers[p.order().layer_at[f]], &second = m.layers[p.order().layer_at[s]];
  candidate const& k = of_step(p, c, s);
  u32 const by_unit = k.unit_cycles == 0 ? 0 : second.engines[k.engine].by_unit_alone(*second.d, k.form);
  for (int o = 0; o < first.d->operands; ++o)
    for (int i = 0; i < second.d->operands; ++i)
      if (first.tensor[o] >= 0 && first.tensor[o] == second.tensor[i] && (first.d->with[o].way == direction::out || second.d->with[i].way == direction::out) &&
          ((by_unit >> i & 1) == 0 || k.home[i] != 0))
        return true;
  return false;
}
}  // namespace

flights flights_of(choice_problem const& p, choice const& c, std::function<std::int64_t(int)> const& cycles, std::function<bool(int, int)> const& waits) {
  flights r;
  int of = -1;
  std::int64_t left = 0;
  for (int s = 0; s < p.steps(); ++s) {
    candidate const& k = of_step(p, c, s);
    r.idle.push_back(0);
    if (of >= 0 && waits(of, s)) {
      if (of < s - 1) r.idle[static_cast<std::size_t>(s) - 1] = left;
      of = -1;
    }
    r.under.push_back(of);
    r.hidden.push_back(of < 0 ? 0 : std::min(left, k.unit_cycles != 0 ? k.ready_cycles : cycles(s)));
    r.hidden_cycles += r.hidden.back();
    left -= r.hidden.back();
    if (left <= 0 || s - of >= detail::most_steps_back) of = -1;
    if (k.unit_cycles != 0) of = s, left = k.unit_cycles;
  }
  return r;
}

flights expected_flights(planned_model const& m, choice_problem const& p, choice const& c) {
  return flights_of(
      p, c, [&](int s) { return of_step(p, c, s).alone(); }, [&](int f, int s) { return needs(m, p, c, f, s); });
}
}  // namespace deeploy::plan
