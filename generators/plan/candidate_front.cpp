// SPDX-License-Identifier: Apache-2.0
// All legal candidates of a layer, and of these the ones that no other is at least as good as in every respect.
#include <algorithm>
#include <generators/plan/candidate.hpp>
#include <tuple>

namespace deeploy::plan {
namespace {
/// Is a at least as good as b in every respect, but for `slack` per mille of b's cycles?
bool as_good(candidate const& a, candidate const& b, std::int64_t slack, bool count_moved) {
  auto const within = [slack](std::int64_t x, std::int64_t y) { return x <= y + y * slack / 1000; };
  return a.bytes <= b.bytes && a.early_bytes <= b.early_bytes &&
         within(a.fixed_cycles + a.tight_cycles, b.fixed_cycles + b.tight_cycles) &&
         within(a.fixed_cycles + a.loose_cycles, b.fixed_cycles + b.loose_cycles) &&
         within(a.early_cycles, b.early_cycles) && (!count_moved || a.moved_bytes <= b.moved_bytes);
}

class builder {
 public:
  builder(planned_layer const& l, planned_board const& b, home_list const& homes, unsigned early_ready,
          std::int64_t l1_bytes, plan_options const& options)
      : l_(l), b_(b), homes_(homes), early_ready_(early_ready), l1_bytes_(l1_bytes), options_(options),
        count_moved_(options.aim == objective::energy) {}

  front build() {
    for (std::size_t e = 0; e < l_.engines.size(); ++e) {
      mapping_facts const& m = l_.engines[e];
      if (m.form_count == 0 || !allowed(m.engine)) continue;
      for (int f = 0; f < m.form_count; ++f) {
        if (!m.takes(*l_.d, f)) continue;
        candidate c;
        c.engine = static_cast<std::uint8_t>(e);
        c.form = static_cast<std::uint8_t>(f);
        c.home = homes_;
        for (int a = 0; a < l_.d->axes; ++a)
          lengths_[a] = tile_lengths(l_, m, f, a, options_.reduced_grids);
        tiles(c, 0);
      }
    }
    front_.statistics.kept = front_.of.size();
    thin();
    front_.statistics.thinned = front_.of.size();
    return std::move(front_);
  }

 private:
  bool allowed(char const* engine) const {
    return options_.engines.empty() ||
           std::find(options_.engines.begin(), options_.engines.end(), engine) != options_.engines.end();
  }

  void tiles(candidate& c, int axis) {
    if (axis < l_.d->axes) {
      for (index n : lengths_[axis]) {
        c.tile[axis] = n;
        tiles(c, axis + 1);
      }
      return;
    }
    // Loops with one trip do not matter and stand outside; reductions run innermost, so that a result is finished before
    // the next one is begun.
    std::vector<std::uint8_t> loops, reductions, still;
    for (int a = 0; a < l_.d->axes; ++a) {
      auto const axis_id = static_cast<std::uint8_t>(a);
      if (c.tile[a] >= l_.d->space[a].length)
        still.push_back(axis_id);
      else if (l_.d->space[a].kind == axis_kind::reduction)
        reductions.push_back(axis_id);
      else
        loops.push_back(axis_id);
    }
    std::vector<int> changing;  // operands that are transferred more than once
    unsigned ready = 0;
    for (int o = 0; o < l_.d->operands; ++o) {
      c.copies[o] = 0;
      if (l_.d->with[o].of == nullptr || homes_[o] == 0) continue;
      c.copies[o] = 1;
      bool changes = false;
      for (auto const& list : {loops, reductions})
        for (std::uint8_t a : list) changes = changes || depends_on(l_.d->with[o], a);
      if (changes) changing.push_back(o);
      if (l_.d->with[o].way == direction::in && (early_ready_ >> o & 1)) ready |= 1u << o;
    }
    std::uint64_t orders = 1;
    for (std::size_t i = 2; i <= loops.size(); ++i) orders *= i;
    front_.statistics.considered += (orders << changing.size()) * (ready != 0 ? 2 : 1);
    for (unsigned early : {0u, ready}) {
      c.early = static_cast<std::uint8_t>(early);
      if (!worth_a_look(c, still, loops, reductions)) {
        if (ready == 0) break;
        continue;
      }
      do {
        set_order(c, still, loops, reductions);
        for (unsigned twice = 0; twice < 1u << changing.size(); ++twice) {
          for (std::size_t i = 0; i < changing.size(); ++i) c.copies[changing[i]] = twice >> i & 1 ? 2 : 1;
          evaluate(l_, b_, c);
          if (c.bytes <= l1_bytes_) insert(c);
        }
      } while (std::next_permutation(loops.begin(), loops.end()));
      if (ready == 0) break;
    }
  }

  static void set_order(candidate& c, std::vector<std::uint8_t> const& still, std::vector<std::uint8_t> const& loops,
                        std::vector<std::uint8_t> const& reductions) {
    std::size_t p = 0;
    for (auto const* list : {&still, &loops, &reductions})
      for (std::uint8_t a : *list) c.order[p++] = a;
  }

  /// Evaluates what no order and no buffering of this tile can beat: single buffers, and all transfers hidden but the first
  /// loads and the last store. If that is dominated, all its candidates are.
  bool worth_a_look(candidate c, std::vector<std::uint8_t> const& still, std::vector<std::uint8_t> const& loops,
                    std::vector<std::uint8_t> const& reductions) const {
    set_order(c, still, loops, reductions);
    for (auto& n : c.copies) n = n == 0 ? 0 : 1;
    evaluate(l_, b_, c);
    c.fixed_cycles -= c.serial_cycles;
    c.tight_cycles = c.compute_cycles;
    c.loose_cycles = 0;
    return c.bytes <= l1_bytes_ && !dominated(c);
  }

  bool dominated(candidate const& c) const {
    return std::any_of(front_.of.begin(), front_.of.end(),
                       [&](candidate const& k) { return as_good(k, c, 0, count_moved_); });
  }
  void insert(candidate const& c) {
    if (dominated(c)) return;
    std::erase_if(front_.of, [&](candidate const& k) { return as_good(c, k, 0, count_moved_); });
    front_.of.push_back(c);
  }

  /// Keeps candidates so that for each dropped one another needs no more bytes and costs at most some per mille more. A plan
  /// made of dropped ones is then matched by one that costs at most so much more, and the bound is lowered by as much.
  void thin() {
    auto const by_bytes = [](candidate const& a, candidate const& b) {
      return std::tuple(a.bytes, a.alone(), a.early_bytes, a.loose_cycles, a.tile, a.order, a.copies, a.early) <
             std::tuple(b.bytes, b.alone(), b.early_bytes, b.loose_cycles, b.tile, b.order, b.copies, b.early);
    };
    std::sort(front_.of.begin(), front_.of.end(), by_bytes);
    std::vector<candidate> const all = front_.of;
    for (std::int64_t slack = 1; front_.of.size() > options_.longest_front; slack *= 2) {
      front_.thinning_per_mille = slack;
      front_.of.clear();
      for (candidate const& c : all)
        if (std::none_of(front_.of.begin(), front_.of.end(), [&](candidate const& k) { return as_good(k, c, slack, count_moved_); }))
          front_.of.push_back(c);
    }
  }

  planned_layer const& l_;
  planned_board const& b_;
  home_list const homes_;
  unsigned const early_ready_;
  std::int64_t const l1_bytes_;
  plan_options const& options_;
  bool const count_moved_;
  std::vector<index> lengths_[max_axes];
  front front_;
};
}  // namespace

front candidates_of(planned_layer const& l, planned_board const& b, home_list const& homes, unsigned early_ready,
                    std::int64_t l1_bytes, plan_options const& options) {
  return builder(l, b, homes, early_ready, l1_bytes, options).build();
}

candidate smallest_tile(planned_layer const& l, planned_board const& b, home_list const& homes, plan_options const& options) {
  candidate best;
  best.bytes = -1;
  for (std::size_t e = 0; e < l.engines.size(); ++e) {
    mapping_facts const& m = l.engines[e];
    for (int f = 0; f < m.form_count; ++f) {
      if (!m.takes(*l.d, f)) continue;
      candidate c;
      c.engine = static_cast<std::uint8_t>(e);
      c.form = static_cast<std::uint8_t>(f);
      c.home = homes;
      for (int a = 0; a < l.d->axes; ++a) {
        c.tile[a] = tile_lengths(l, m, f, a, options.reduced_grids).back();
        c.order[a] = static_cast<std::uint8_t>(a);
      }
      for (int o = 0; o < l.d->operands; ++o) c.copies[o] = l.d->with[o].of != nullptr && homes[o] != 0 ? 1 : 0;
      evaluate(l, b, c);
      if (best.bytes < 0 || c.bytes < best.bytes) best = c;
    }
  }
  return best;
}
}  // namespace deeploy::plan
