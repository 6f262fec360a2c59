// SPDX-License-Identifier: Apache-2.0
// Orders of layers: dependencies, greedy orders, and local search.
#include <algorithm>
#include <deeploy/check.hpp>
#include <generators/plan/order.hpp>
#include <limits>
#include <map>
#include <set>

namespace deeploy::plan {
std::vector<std::vector<int>> layers_before(planned_model const& m) {
  std::vector<std::set<int>> before(m.layers.size());
  for (planned_tensor const& t : m.tensors) {
    if (t.d->use == role::constant) continue;
    if (t.d->use != role::state) {
      for (use const& r : t.readers)
        for (use const& w : t.writers)
          if (r.layer != w.layer && detail::may_share(m.layers[w.layer].d->with[w.operand], m.layers[r.layer].d->with[r.operand]))
            before[r.layer].insert(w.layer);
      continue;
    }
    for (use const& w : t.writers)
      for (auto const* uses : {&t.readers, &t.writers})
        for (use const& other : *uses) {
          if (other.layer > w.layer) before[other.layer].insert(w.layer);
          if (other.layer < w.layer) before[w.layer].insert(other.layer);
        }
  }
  std::vector<std::vector<int>> result;
  for (auto const& set : before) result.emplace_back(set.begin(), set.end());
  return result;
}

namespace {
/// List scheduling: of the layers that may run, `better(a, b)` says which goes first.
template <class Rank>
std::vector<int> greedy(planned_model const& m, std::vector<std::vector<int>> const& before, Rank rank) {
  int const n = static_cast<int>(m.layers.size());
  std::vector<int> waiting(n), order;
  std::vector<std::vector<int>> after(n);
  for (int l = 0; l < n; ++l) {
    waiting[l] = static_cast<int>(before[l].size());
    for (int b : before[l]) after[b].push_back(l);
  }
  std::vector<int> readers_left(m.tensors.size());
  for (std::size_t t = 0; t < m.tensors.size(); ++t) readers_left[t] = static_cast<int>(m.tensors[t].readers.size());
  std::set<int> ready;
  for (int l = 0; l < n; ++l)
    if (waiting[l] == 0) ready.insert(l);
  std::vector<int> finished_at(n, -1);
  while (!ready.empty()) {
    int best = *ready.begin();
    auto best_rank = rank(best, readers_left, finished_at);
    for (int l : ready)
      if (auto const r = rank(l, readers_left, finished_at); r > best_rank) best = l, best_rank = r;
    ready.erase(best);
    finished_at[best] = static_cast<int>(order.size());
    order.push_back(best);
    for (int o = 0; o < m.layers[best].d->operands; ++o)
      if (int const t = m.layers[best].tensor[o]; t >= 0 && m.layers[best].d->with[o].way == direction::in) --readers_left[t];
    for (int l : after[best])
      if (--waiting[l] == 0) ready.insert(l);
  }
  return order;
}
}  // namespace

std::vector<std::vector<int>> all_orders(planned_model const& m, std::size_t most) {
  auto const before = layers_before(m);
  int const n = static_cast<int>(m.layers.size());
  std::vector<std::vector<int>> found;
  std::vector<int> order;
  std::vector<bool> done(m.layers.size(), false);
  auto const extend = [&](auto const& self) -> void {
    if (found.size() > most) return;
    if (static_cast<int>(order.size()) == n) found.push_back(order);
    for (int l = 0; l < n; ++l) {
      if (done[l] || !std::all_of(before[l].begin(), before[l].end(), [&](int b) { return done[b]; })) continue;
      done[l] = true;
      order.push_back(l);
      self(self);
      order.pop_back();
      done[l] = false;
    }
  };
  extend(extend);
  if (found.size() > most) found.clear();
  return found;
}

std::vector<std::vector<int>> candidate_orders(planned_model const& m, std::function<bool(int)> const& has_unit) {
  auto const before = layers_before(m);
  auto const freed = [&](int l, std::vector<int> const& readers_left) {
    std::int64_t bytes = 0;
    for (int o = 0; o < m.layers[l].d->operands; ++o) {
      int const t = m.layers[l].tensor[o];
      if (t < 0 || m.tensors[t].d->use != role::scratch) continue;
      std::int64_t const size = m.tensors[t].d->size_bytes();
      if (m.layers[l].d->with[o].way == direction::out)
        bytes -= size;
      else if (readers_left[t] == 1)
        bytes += size;
    }
    return bytes;
  };
  auto const recent = [&](int l, std::vector<int> const& finished_at) {
    int latest = -1;
    for (int b : before[l]) latest = std::max(latest, finished_at[b]);
    return latest;
  };
  std::vector<std::vector<int>> orders;
  orders.push_back(greedy(m, before, [](int l, auto const&, auto const&) { return -l; }));
  orders.push_back(greedy(m, before, [&](int l, auto const& left, auto const&) { return std::pair(freed(l, left), -l); }));
  orders.push_back(greedy(m, before, [&](int l, auto const&, auto const& at) { return std::pair(recent(l, at), -l); }));
  orders.push_back(greedy(m, before, [&](int l, auto const& left, auto const& at) {
    return std::tuple(recent(l, at), freed(l, left), -l);
  }));
  std::vector<bool> unit(m.layers.size());
  for (std::size_t l = 0; l < unit.size(); ++l) unit[l] = has_unit(static_cast<int>(l));
  // The layer that ran last, if a unit has it, need not have ended.
  auto const goes_on = [&](int l, std::vector<int> const& at) {
    auto const last = std::max_element(at.begin(), at.end());
    int const b = static_cast<int>(last - at.begin());
    return *last < 0 || !unit[static_cast<std::size_t>(b)] || std::find(before[l].begin(), before[l].end(), b) == before[l].end();
  };
  if (std::find(unit.begin(), unit.end(), true) != unit.end())
    for (bool units_first : {true, false}) {
      auto const fits = [&, units_first](int l) { return unit[static_cast<std::size_t>(l)] == units_first; };
      orders.push_back(greedy(m, before, [&](int l, auto const&, auto const& at) { return std::tuple(goes_on(l, at), fits(l), recent(l, at), -l); }));
      orders.push_back(greedy(m, before, [&](int l, auto const&, auto const& at) { return std::tuple(goes_on(l, at), recent(l, at), fits(l), -l); }));
    }
  std::vector<std::vector<int>> distinct;
  for (auto& o : orders)
    if (o.size() == m.layers.size() && std::find(distinct.begin(), distinct.end(), o) == distinct.end()) distinct.push_back(std::move(o));
  return distinct;
}

namespace {
/// A number per layer, the same for layers that are alike in a network of equal blocks: of one class, and so are their
/// neighbours and those of these, by the operands that connect them.
std::vector<int> roles_of(planned_model const& m, std::function<int(int)> const& class_of) {
  using edge = std::array<int, 4>;  // reads or writes, operands of this layer and of the other, the other's number
  std::vector<int> of;
  for (std::size_t l = 0; l < m.layers.size(); ++l) of.push_back(class_of(static_cast<int>(l)));
  for (int distance = 0; distance < 2; ++distance) {
    std::vector<std::vector<edge>> around(of.size());
    for (planned_tensor const& t : m.tensors) {
      if (t.d->use == role::constant) continue;
      for (use const& w : t.writers)
        for (use const& r : t.readers) {
          around[r.layer].push_back({0, r.operand, w.operand, of[w.layer]});
          around[w.layer].push_back({1, w.operand, r.operand, of[r.layer]});
        }
    }
    std::map<std::pair<int, std::vector<edge>>, int> numbers;
    for (std::size_t l = 0; l < of.size(); ++l) {
      std::sort(around[l].begin(), around[l].end());
      of[l] = numbers.emplace(std::pair(of[l], around[l]), static_cast<int>(numbers.size())).first->second;
    }
  }
  return of;
}

/// Moves the layer at `from` to `to`, and does the same wherever layers of the same roles stand in the same order and may.
std::vector<int> moved_everywhere(std::vector<int> order, std::vector<int> const& role_of, std::size_t from, std::size_t to, std::function<bool(int, int)> const& depends) {
  std::size_t const first = std::min(from, to), length = std::max(from, to) - first + 1;
  std::vector<int> roles;
  for (std::size_t i = 0; i < length; ++i) roles.push_back(role_of[order[first + i]]);
  for (std::size_t at = 0; at + length <= order.size();) {
    auto const begin = order.begin() + static_cast<long>(at), end = begin + static_cast<long>(length);
    bool same = std::equal(begin, end, roles.begin(), [&](int l, int r) { return role_of[l] == r; });
    bool const back = to > from;
    for (auto l = begin + back; l != end - !back && same; ++l) same = back ? !depends(*l, *begin) : !depends(*(end - 1), *l);
    if (same) std::rotate(begin, back ? begin + 1 : end - 1, end);
    at += same ? length : 1;
  }
  return order;
}

/// The search of improve_order().
class order_search {
 public:
  order_search(planned_model const& m, std::uint64_t evaluations, std::function<int(int)> const& class_of, std::function<std::int64_t(std::vector<int> const&)> const& cost)
      : before_(layers_before(m)), role_of_(roles_of(m, class_of)), left_(evaluations), cost_(cost) {}

  std::vector<int> from(std::vector<int> best) {
    std::int64_t least = cost_of(best);
    descend(best, least);
    // Where no move helps, two that are drawn, and on from there.
    int const most_fruitless = 50;
    for (int fruitless = 0; fruitless < most_fruitless && left_ > 0;) {
      std::uint64_t const left = left_;
      std::vector<int> now = best;
      for (int moves = 0, tries = 0; moves < 2 && tries < 100; ++tries) {
        std::size_t const i = draw(now.size());
        auto const targets = targets_of(now, i);
        if (targets.empty()) continue;
        now = moved(now, i, targets[draw(targets.size())]);
        ++moves;
      }
      std::int64_t cycles = cost_of(now);
      descend(now, cycles);
      if (cycles <= least) least = cycles, best = std::move(now);
      fruitless = left_ < left ? 0 : fruitless + 1;
    }
    return best;
  }

 private:
  bool depends(int later, int earlier) const { return std::find(before_[later].begin(), before_[later].end(), earlier) != before_[later].end(); }
  std::vector<int> moved(std::vector<int> const& order, std::size_t i, std::size_t to) const {
    return moved_everywhere(order, role_of_, i, to, [&](int later, int earlier) { return depends(later, earlier); });
  }
  /// As far to the front and to the back as its dependencies allow; and near it, everywhere.
  std::vector<std::size_t> targets_of(std::vector<int> const& order, std::size_t i) const {
    std::size_t const reach = 12;
    std::size_t low = i, high = i;
    while (low > 0 && !depends(order[i], order[low - 1])) --low;
    while (high + 1 < order.size() && !depends(order[high + 1], order[i])) ++high;
    std::vector<std::size_t> targets{low, high};
    for (std::size_t to = std::max(low, i - std::min(i, reach)); to <= std::min(high, i + reach); ++to) targets.push_back(to);
    std::erase(targets, i);
    return targets;
  }
  std::int64_t cost_of(std::vector<int> const& order) {
    auto const [at, is_new] = known_.try_emplace(order, 0);
    if (is_new) at->second = cost_(order), left_ -= left_ > 0;
    return at->second;
  }
  /// Moves while one helps.
  void descend(std::vector<int>& order, std::int64_t& least) {
    for (bool improved = true; improved;) {
      improved = false;
      for (std::size_t i = 0; i < order.size(); ++i)
        for (std::size_t to : targets_of(order, i)) {
          if (left_ == 0) return;
          std::vector<int> tried = moved(order, i, to);
          std::int64_t const c = cost_of(tried);
          if (c >= least) continue;
          least = c;
          order = std::move(tried);
          improved = true;
          break;
        }
    }
  }
  std::size_t draw(std::size_t n) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state_ >> 33) % n;
  }

  std::vector<std::vector<int>> const before_;
  std::vector<int> const role_of_;
  std::uint64_t left_, state_ = 1;
  std::function<std::int64_t(std::vector<int> const&)> const& cost_;
  std::map<std::vector<int>, std::int64_t> known_;
};
}  // namespace

std::vector<int> improve_order(planned_model const& m, std::vector<int> order, std::uint64_t evaluations, std::function<int(int)> const& class_of,
                               std::function<std::int64_t(std::vector<int> const&)> const& cost) {
  return order_search(m, evaluations, class_of, cost).from(std::move(order));
}
}  // namespace deeploy::plan
