// SPDX-License-Identifier: Apache-2.0
// Every legal plan of a small network, without the planner's fronts, pricing or search: all orders of the layers, all
// homes of the tensors, and for each step every tile, loop order, buffering and early fetch.
#pragma once
#include <algorithm>
#include <deeploy/check.hpp>
#include <map>
#include <planner/models.hpp>
#include <set>
#include <tuple>

namespace deeploy::test {
/// What a way to run a layer costs and needs; several ways with the same numbers are one.
using price = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
struct way {
  std::int64_t fixed, tight, loose, early, bytes, early_bytes;
};

class legal_plans {
 public:
  legal_plans(plan::planned_model const& m, plan::plan_options const& o) : m_(m), o_(o) {
    for (plan::planned_tensor const& t : m.tensors) {
      bool in_place = t.d->use == role::scratch && aligned(t) <= o.capacity[0];
      for (auto const* uses : {&t.readers, &t.writers})
        for (plan::use const& u : *uses) in_place = in_place && walks_in_place(m.layers[u.layer].d->with[u.operand]);
      homes_.push_back(in_place ? std::vector<std::uint8_t>{1, 0} : std::vector<std::uint8_t>{1});
    }
  }
  std::vector<std::vector<int>> orders() const {
    std::vector<std::vector<int>> all;
    std::vector<int> order(m_.layers.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    do {
      bool legal = true;
      for (plan::planned_tensor const& t : m_.tensors)
        for (plan::use const& w : t.writers)
          for (plan::use const& r : t.readers)
            legal = legal &&
                    std::find(order.begin(), order.end(), w.layer) < std::find(order.begin(), order.end(), r.layer);
      if (legal) all.push_back(order);
    } while (std::next_permutation(order.begin(), order.end()));
    return all;
  }
  std::vector<std::vector<std::uint8_t>> all_homes() const {
    std::vector<std::vector<std::uint8_t>> all{{}};
    for (auto const& options : homes_) {
      std::vector<std::vector<std::uint8_t>> next;
      for (auto const& h : all)
        for (std::uint8_t x : options) next.push_back(h), next.back().push_back(x);
      all = std::move(next);
    }
    return all;
  }
  /// The cheapest plan for an order and homes; -1: none is legal.
  std::int64_t cheapest(std::vector<int> const& order, std::vector<std::uint8_t> const& homes) {
    std::vector<std::int64_t> best, next;
    std::vector<way> const* before = nullptr;
    auto const live = resident(order, homes);
    for (std::size_t s = 0; s < order.size(); ++s) {
      std::vector<way> const& here = ways(order, s, homes);
      next.assign(here.size(), -1);
      for (std::size_t j = 0; j < here.size(); ++j) {
        if (here[j].bytes + live[s] > o_.capacity[0]) continue;
        if (s == 0) next[j] = 0;
        for (std::size_t i = 0; s > 0 && i < before->size(); ++i) {
          way const& b = (*before)[i];
          if (best[i] < 0 || b.bytes + here[j].early_bytes + live[s - 1] > o_.capacity[0]) continue;
          std::int64_t const total = best[i] + b.fixed + std::max(b.tight, b.loose + here[j].early);
          if (next[j] < 0 || total < next[j]) next[j] = total;
        }
      }
      best.swap(next);
      before = &here;
    }
    std::int64_t least = -1;
    for (std::size_t i = 0; i < best.size(); ++i)
      if (best[i] >= 0 && (least < 0 || best[i] + (*before)[i].fixed + (*before)[i].tight < least))
        least = best[i] + (*before)[i].fixed + (*before)[i].tight;
    return least;
  }
  /// The cost of one plan at random; -1: it does not fit.
  std::int64_t random(drawn& d) {
    auto const all = orders();
    auto const& order = all[static_cast<std::size_t>(d.in(0, static_cast<std::int64_t>(all.size()) - 1))];
    std::vector<std::uint8_t> homes;
    for (auto const& h : homes_)
      homes.push_back(h[static_cast<std::size_t>(d.in(0, static_cast<std::int64_t>(h.size()) - 1))]);
    auto const live = resident(order, homes);
    std::int64_t total = 0;
    way const* before = nullptr;
    for (std::size_t s = 0; s < order.size(); ++s) {
      std::vector<way const*> fit;
      for (way const& w : ways(order, s, homes))
        if (w.bytes + live[s] <= o_.capacity[0] &&
            (before == nullptr || before->bytes + w.early_bytes + live[s - 1] <= o_.capacity[0]))
          fit.push_back(&w);
      if (fit.empty()) return -1;
      way const* const now = fit[static_cast<std::size_t>(d.in(0, static_cast<std::int64_t>(fit.size()) - 1))];
      if (before != nullptr) total += before->fixed + std::max(before->tight, before->loose + now->early);
      before = now;
    }
    return total + before->fixed + before->tight;
  }

 private:
  std::int64_t aligned(plan::planned_tensor const& t) const { return (t.d->size_bytes() + 3) / 4 * 4; }
  std::vector<std::int64_t> resident(std::vector<int> const& order, std::vector<std::uint8_t> const& homes) const {
    std::vector<std::int64_t> live(order.size(), 0);
    for (std::size_t t = 0; t < homes.size(); ++t) {
      if (homes[t] != 0) continue;
      std::size_t first = order.size(), last = 0;
      for (std::size_t s = 0; s < order.size(); ++s)
        for (int x : m_.layers[order[s]].tensor)
          if (x == static_cast<int>(t)) first = std::min(first, s), last = s;
      for (std::size_t s = first; s <= last && s < order.size(); ++s) live[s] += aligned(m_.tensors[t]);
    }
    return live;
  }
  std::vector<way> const& ways(std::vector<int> const& order, std::size_t s, std::vector<std::uint8_t> const& homes) {
    plan::planned_layer const& l = m_.layers[order[s]];
    plan::home_list of{};
    unsigned ready = 0;
    for (int o = 0; o < l.d->operands; ++o) {
      int const t = l.tensor[o];
      if (t < 0) continue;
      of[o] = homes[t];
      auto const& writers = m_.tensors[t].writers;
      bool const fresh = s > 0 && std::any_of(writers.begin(), writers.end(),
                                              [&](plan::use const& w) { return w.layer == order[s - 1]; });
      if (s > 0 && homes[t] != 0 && !fresh && l.d->with[o].way == direction::in) ready |= 1u << o;
    }
    auto& kept = ways_[{order[s], of, ready}];
    if (!kept.empty()) return kept;
    std::set<price> distinct;
    plan::evaluator e(l, m_.board, of);
    plan::for_each_tile(l, o_, [&](plan::candidate const& tile) {
      plan::candidate c = tile;
      c.home = of;
      std::vector<std::uint8_t> axes(static_cast<std::size_t>(l.d->axes));
      for (std::size_t a = 0; a < axes.size(); ++a) axes[a] = static_cast<std::uint8_t>(a);
      e.set_tile(c);
      plan::for_each_order(l, e, c, [&] {
        std::size_t const groups = e.groups().size();
        for (unsigned twice = 0; twice < 1u << groups; ++twice) {
          for (std::size_t g = 0; g < groups; ++g)
            for (int o = 0; o < l.d->operands; ++o)
              if (e.groups()[g].operands >> o & 1) c.copies[o] = twice >> g & 1 ? 2 : 1;
          for (unsigned early : {ready, 0u}) {  // a step fetches all first tiles under the one before, or none
            c.early = static_cast<std::uint8_t>(early);
            plan::candidate priced = c;
            plan::evaluator(l, m_.board, of).evaluate(priced);
            distinct.insert({priced.fixed_cycles, priced.tight_cycles, priced.loose_cycles, priced.early_cycles,
                             priced.bytes, priced.early_bytes});
          }
        }
      });
    });
    for (price const& p : distinct) kept.push_back(std::make_from_tuple<way>(p));
    return kept;
  }

  plan::planned_model const& m_;
  plan::plan_options const& o_;
  std::vector<std::vector<std::uint8_t>> homes_;
  std::map<std::tuple<int, plan::home_list, unsigned>, std::vector<way>> ways_;
};
}  // namespace deeploy::test
