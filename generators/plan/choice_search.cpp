// SPDX-License-Identifier: Apache-2.0
// Good choices without a solver: candidates by dynamic programming for given homes, homes by local search.
#include <algorithm>
#include <generators/plan/choice.hpp>
#include <limits>

namespace deeploy::plan {
namespace {
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max() / 4;
}

std::optional<choice> choice_problem::best_for(std::vector<std::uint8_t> const& homes, memory_bytes const& room) const {
  if (!fits_outside(homes, room)) return std::nullopt;
  std::int64_t const l1_bytes = room[0];
  auto const alignment = m_.board.memories[0].alignment_bytes;
  std::vector<std::int64_t> resident(steps() + 1, 0);
  for (std::size_t t = 0; t < size_.size(); ++t) {
    if (homes[t] != 0) continue;
    std::int64_t const n = (size_[t] + alignment - 1) / alignment * alignment;
    resident[order_.born[t]] += n;
    resident[order_.dies[t] + 1] -= n;
  }
  for (std::size_t s = 1; s < resident.size(); ++s) resident[s] += resident[s - 1];

  // best[i]: cost of steps 0 .. s with column now[i] at s, without what step s + 1 adds to the time of s.
  std::vector<std::vector<int>> from(steps());
  std::vector<std::int64_t> best, next;
  std::vector<int> const* now = nullptr;
  for (int s = 0; s < steps(); ++s) {
    auto const found = steps_[s].by_home.find(homes_of_step(s, homes));
    if (found == steps_[s].by_home.end()) return std::nullopt;
    std::vector<int> const& here = found->second.active;
    next.assign(here.size(), never);
    from[s].assign(here.size(), -1);
    bool possible = false;
    for (std::size_t j = 0; j < here.size(); ++j) {
      candidate const& c = *steps_[s].columns[here[j]].of;
      if (c.bytes + resident[s] > l1_bytes) continue;
      if (s == 0) {
        if (c.early_bytes == 0) next[j] = 0, possible = true;
        continue;
      }
      for (std::size_t i = 0; i < now->size(); ++i) {
        if (best[i] >= never) continue;
        candidate const& b = *steps_[s - 1].columns[(*now)[i]].of;
        if (b.bytes + c.early_bytes + resident[s - 1] > l1_bytes) continue;
        std::int64_t const total =
            best[i] + cost(b.fixed_cycles + std::max(b.tight_cycles, b.loose_cycles + c.early_cycles), b.moved_bytes);
        if (total < next[j]) next[j] = total, from[s][j] = static_cast<int>(i), possible = true;
      }
    }
    if (!possible) return std::nullopt;
    best.swap(next);
    now = &here;
  }
  choice result;
  result.home = homes;
  result.objective = never;
  int at = -1;
  for (std::size_t i = 0; i < best.size(); ++i) {
    if (best[i] >= never) continue;
    candidate const& c = *steps_[steps() - 1].columns[(*now)[i]].of;
    std::int64_t const total = best[i] + cost(c.fixed_cycles + c.tight_cycles, c.moved_bytes);
    if (total < result.objective) result.objective = total, at = static_cast<int>(i);
  }
  if (at < 0) return std::nullopt;
  result.column.resize(steps());
  for (int s = steps() - 1; s >= 0; --s) {
    result.column[s] = steps_[s].by_home.find(homes_of_step(s, homes))->second.active[at];
    at = from[s][at];
  }
  return result;
}

std::optional<choice> choice_problem::search(std::vector<std::uint8_t> const& start, std::uint64_t evaluations,
                                             memory_bytes const& room) const {
  std::vector<std::uint8_t> homes = start;
  if (homes.empty())
    for (auto const& options : homes_) homes.push_back(options.front());
  std::optional<choice> best = best_for(homes, room);
  if (!best && !fits_outside(homes, room)) {
    // Too much in the first home: move constants, largest first, to where there is room.
    std::vector<int> movable;
    for (std::size_t t = 0; t < homes_.size(); ++t)
      if (m_.tensors[t].d->use == role::constant && homes_[t].size() > 1) movable.push_back(static_cast<int>(t));
    std::stable_sort(movable.begin(), movable.end(), [&](int a, int b) { return size_[a] > size_[b]; });
    for (int t : movable) {
      homes[t] = homes_[t].back();
      if ((best = best_for(homes, room))) break;
    }
  }
  if (!best) return best;
  // Tensors in the order of the transfers that a better home saves per byte and step that they occupy.
  std::vector<int> order;
  for (std::size_t t = 0; t < homes_.size(); ++t)
    if (homes_[t].size() > 1) order.push_back(static_cast<int>(t));
  auto const worth = [&](int t) {
    double const uses = static_cast<double>(m_.tensors[t].readers.size() + m_.tensors[t].writers.size());
    return uses / (1.0 + order_.dies[t] - order_.born[t]);
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return worth(a) > worth(b); });
  std::uint64_t used = 0;
  for (bool improved = true; improved && used < evaluations;) {
    improved = false;
    for (int t : order) {
      for (std::uint8_t option : homes_[t]) {
        if (option == best->home[t] || ++used > evaluations) continue;
        std::vector<std::uint8_t> tried = best->home;
        tried[t] = option;
        auto const c = best_for(tried, room);
        if (c && c->objective < best->objective) best = c, improved = true;
      }
    }
  }
  return best;
}
}  // namespace deeploy::plan
