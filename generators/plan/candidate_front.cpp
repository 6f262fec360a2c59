// SPDX-License-Identifier: Apache-2.0
// Of all legal candidates of a layer the ones that no other is at least as good as in every respect.
#include <algorithm>
#include <bit>
#include <generators/plan/candidate.hpp>
#include <generators/plan/dominance.hpp>
#include <limits>
#include <tuple>

namespace deeploy::plan {
namespace {
/// One of many, seen one after the other: each with a chance of about one in its number of tiles, as most legal tiles are tiny
/// and of no interest. The same for the same seed, layer and operands' homes.
class drawing {
 public:
  drawing(std::uint64_t seed, planned_layer const& l) : state_(seed) {
    for (char c : l.name) state_ = state_ * 1099511628211ULL + static_cast<unsigned char>(c);
  }
  /// @returns is it the one, so far?
  bool take(std::uint64_t tiles) {
    std::uint64_t x = state_ += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    std::uint64_t const place = (x >> 40) * tiles;
    if (place >= first_) return false;
    first_ = place;
    return true;
  }

 private:
  std::uint64_t state_, first_ = ~std::uint64_t{0};
};

/// The front while it is built. What counts: cycles without and with early fetches of the next step, the DMA cycles and the
/// bytes put under the step before, bytes; with energy as the aim also what is moved.
class front_builder {
 public:
  explicit front_builder(bool count_moved) : count_moved_(count_moved) {}

  bool dominated(candidate const& c) { return keys_.dominates(key_of(c)); }
  void insert(candidate const& c) {
    dominance::key const key = key_of(c);
    if (keys_.dominates(key)) return;
    std::uint32_t number = static_cast<std::uint32_t>(kept_.size());
    if (free_.empty()) {
      kept_.push_back(c);
    } else {
      number = free_.back();
      free_.pop_back();
      kept_[number] = c;
    }
    keys_.insert(key, number, [&](std::uint32_t erased) { free_.push_back(erased); });
  }
  std::vector<candidate> take() {
    std::sort(free_.begin(), free_.end());
    for (std::size_t i = free_.size(); i-- > 0;) {
      kept_[free_[i]] = kept_.back();
      kept_.pop_back();
    }
    auto const key = [](candidate const& a) {
      return std::tuple(a.bytes, a.alone(), a.early_bytes, a.loose_cycles, a.engine, a.form, a.early);
    };
    std::sort(kept_.begin(), kept_.end(), [&](candidate const& a, candidate const& b) {
      return key(a) != key(b) ? key(a) < key(b) : std::tie(a.tile, a.order, a.copies) < std::tie(b.tile, b.order, b.copies);
    });
    return std::move(kept_);
  }

 private:
  dominance::key key_of(candidate const& c) const {
    return {c.bytes, c.fixed_cycles + c.tight_cycles, c.fixed_cycles + c.loose_cycles, c.early_bytes, c.early_cycles, count_moved_ ? c.moved_bytes : 0};
  }
  bool const count_moved_;
  dominance keys_;
  std::vector<candidate> kept_;  ///< by the keys' numbers
  std::vector<std::uint32_t> free_;  ///< of these, left by what was erased
};

/// Calls visit(c) for every tile of the layer whose operands can lie where `homes` says; c is all but order and buffers.
template <class Visit>
void for_each_placeable_tile(planned_layer const& l, evaluator& e, home_list const& homes, plan_options const& options, Visit visit) {
  for_each_tile(l, options, [&](candidate const& tile) {
    candidate c = tile;
    c.home = homes;
    e.set_tile(c);
    if (e.placeable()) visit(c);
  });
}

/// Calls visit(candidate, tiles) for every legal candidate.
void for_each_candidate(planned_layer const& l, planned_board const& b, home_list const& homes, std::int64_t l1_bytes, plan_options const& options,
                        std::function<void(candidate const&, std::uint64_t)> const& visit) {
  evaluator e(l, b, homes);
  for_each_placeable_tile(l, e, homes, options, [&](candidate& c) {
    e.bound(c);
    if (c.bytes > l1_bytes) return;
    std::uint64_t tiles = 1;
    for (int a = 0; a < l.d->axes; ++a) tiles *= static_cast<std::uint64_t>((l.d->space[a].length + c.tile[a] - 1) / c.tile[a]);
    unsigned const changing = e.changing();
    for_each_order(l, e, c, [&] {
      e.set_order(c);
      for (unsigned twice = changing;; twice = (twice - 1) & changing) {
        e.finish(c, twice);
        if (c.bytes <= l1_bytes) visit(c, tiles);
        if (twice == 0) break;
      }
    });
  });
}

/// In place of a front: one legal candidate, drawn.
front drawn_candidate(planned_layer const& l, planned_board const& b, home_list const& homes, std::int64_t l1_bytes, plan_options const& options) {
  front f;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (options.draw % 2 == 0) {
    for_each_candidate(l, b, homes, l1_bytes, options, [&](candidate const& c, std::uint64_t) { most = std::min(most, c.alone()); });
    if (most < std::numeric_limits<std::int64_t>::max()) most += most / 2;
  }
  drawing draw(options.draw, l);
  for_each_candidate(l, b, homes, l1_bytes, options, [&](candidate const& c, std::uint64_t tiles) {
    ++f.statistics.considered;
    if (c.alone() <= most && draw.take(tiles)) f.of = {c};
  });
  f.statistics.kept = f.of.size();
  return f;
}
}  // namespace

std::vector<known_tile> tiles_of(planned_layer const& l, planned_board const& b, plan_options const& options) {
  std::vector<known_tile> tiles;
  for_each_tile(l, options, [&](candidate const& c) { tiles.push_back({c.engine, c.form, c.tile, facts_of(l, b, c)}); });
  return tiles;
}

front candidates_of(planned_layer const& l, planned_board const& b, std::vector<known_tile> const& tiles, home_list const& homes,
                    unsigned early_ready, std::int64_t l1_bytes, plan_options const& options) {
  if (options.draw != 0) return drawn_candidate(l, b, homes, l1_bytes, options);
  front f;
  front_builder builder(options.aim == objective::energy);
  evaluator e(l, b, homes);
  unsigned ready = 0;
  for (auto const& g : e.groups())
    if (!g.written) ready |= g.operands & early_ready;
  for (known_tile const& tile : tiles) {
    candidate c;
    c.engine = tile.engine;
    c.form = tile.form;
    c.tile = tile.tile;
    c.home = homes;
    e.set_tile(c, tile.facts);
    if (!e.placeable()) continue;
    std::uint64_t orders = 0;
    bool look[2] = {true, ready != 0};
    for (int early = 0; early < 2; ++early) {
      if (!look[early]) continue;
      c.early = static_cast<std::uint8_t>(early ? ready : 0);
      e.bound(c);
      look[early] = c.bytes <= l1_bytes && !builder.dominated(c);
    }
    unsigned const changing = e.changing();
    auto const of_order = [&] {
      ++orders;
      if (!look[0] && !look[1]) return;
      e.set_order(c);
      for (unsigned twice = changing;; twice = (twice - 1) & changing) {  // all subsets, most buffers first
        for (int early = 0; early < 2; ++early) {
          if (!look[early]) continue;
          c.early = static_cast<std::uint8_t>(early ? ready : 0);
          e.finish(c, twice);
          if (c.bytes <= l1_bytes) builder.insert(c);
        }
        if (twice == 0) break;
      }
    };
    for_each_order(l, e, c, std::ref(of_order));
    f.statistics.considered += (orders << std::popcount(changing)) * (ready != 0 ? 2 : 1);
  }
  f.of = builder.take();
  f.statistics.kept = f.of.size();
  return f;
}

candidate smallest_tile(planned_layer const& l, planned_board const& b, home_list const& homes, plan_options const& options) {
  candidate best;
  best.bytes = -1;
  evaluator e(l, b, homes);
  for_each_placeable_tile(l, e, homes, options, [&](candidate& c) {
    e.bound(c);
    if (best.bytes < 0 || c.bytes < best.bytes) best = c;
  });
  return best;
}
}  // namespace deeploy::plan
