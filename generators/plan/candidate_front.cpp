// SPDX-License-Identifier: Apache-2.0
// Of all legal candidates of a layer the ones that no other is at least as good as in every respect.
#include <algorithm>
#include <bit>
#include <generators/plan/candidate.hpp>
#include <tuple>

namespace deeploy::plan {
namespace {
/// The front while it is built. What counts: cycles without and with early fetches of the next step, the DMA cycles and the
/// bytes put under the step before, bytes; with energy as the aim also what is moved.
class front_builder {
 public:
  explicit front_builder(bool count_moved) : count_moved_(count_moved) {}

  bool dominated(candidate const& c) {
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (!as_good(kept_[i], c)) continue;
      // The one that beats this beats its neighbours too: look at it first.
      if (i > 0) std::swap(kept_[i], kept_[i / 2]);
      return true;
    }
    return false;
  }
  void insert(candidate const& c) {
    if (dominated(c)) return;
    std::erase_if(kept_, [&](candidate const& k) { return as_good(c, k); });
    kept_.push_back(c);
  }
  std::vector<candidate> take() {
    auto const key = [](candidate const& a) {
      return std::tuple(a.bytes, a.alone(), a.early_bytes, a.loose_cycles, a.engine, a.form, a.early);
    };
    std::sort(kept_.begin(), kept_.end(), [&](candidate const& a, candidate const& b) {
      return key(a) != key(b) ? key(a) < key(b) : std::tie(a.tile, a.order, a.copies) < std::tie(b.tile, b.order, b.copies);
    });
    return std::move(kept_);
  }

 private:
  bool as_good(candidate const& a, candidate const& b) const {
    return a.bytes <= b.bytes && a.fixed_cycles + a.tight_cycles <= b.fixed_cycles + b.tight_cycles &&
           a.early_bytes <= b.early_bytes && a.fixed_cycles + a.loose_cycles <= b.fixed_cycles + b.loose_cycles &&
           a.early_cycles <= b.early_cycles && (!count_moved_ || a.moved_bytes <= b.moved_bytes);
  }
  bool const count_moved_;
  std::vector<candidate> kept_;
};
}  // namespace

front candidates_of(planned_layer const& l, planned_board const& b, home_list const& homes, unsigned early_ready,
                    std::int64_t l1_bytes, plan_options const& options) {
  front f;
  front_builder builder(options.aim == objective::energy);
  evaluator e(l, b, homes);
  unsigned ready = 0;
  for (auto const& g : e.groups())
    if (!g.written) ready |= g.operands & early_ready;
  for_each_tile(l, options, [&](candidate const& tile) {
    candidate c = tile;
    c.home = homes;
    e.set_tile(c);
    if (!e.placeable()) return;
    std::uint64_t orders = 0;
    bool look[2] = {true, ready != 0};
    for (int early = 0; early < 2; ++early) {
      if (!look[early]) continue;
      c.early = static_cast<std::uint8_t>(early ? ready : 0);
      e.bound(c);
      look[early] = c.bytes <= l1_bytes && !builder.dominated(c);
    }
    unsigned const changing = e.changing();
    for_each_order(l, e, c, [&] {
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
    });
    f.statistics.considered += (orders << std::popcount(changing)) * (ready != 0 ? 2 : 1);
  });
  f.of = builder.take();
  f.statistics.kept = f.of.size();
  return f;
}

candidate smallest_tile(planned_layer const& l, planned_board const& b, home_list const& homes, plan_options const& options) {
  candidate best;
  best.bytes = -1;
  evaluator e(l, b, homes);
  for_each_tile(l, options, [&](candidate const& tile) {
    candidate c = tile;
    c.home = homes;
    e.set_tile(c);
    if (!e.placeable()) return;
    e.bound(c);
    if (best.bytes < 0 || c.bytes < best.bytes) best = c;
  });
  return best;
}
}  // namespace deeploy::plan
