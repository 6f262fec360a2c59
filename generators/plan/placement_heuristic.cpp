// SPDX-License-Identifier: Apache-2.0
// place_quickly: lowest-floor-first, first fit and best fit, each in several orders.
#include <algorithm>
#include <generators/plan/placement_heuristic.hpp>
#include <limits>
#include <utility>

namespace deeploy::plan::detail {
namespace {

enum class order { bytes, sections, area };
enum class rule { lowest_first, first_fit, best_fit };

std::int64_t weight(placement_entry const& item, order by) {
  std::int64_t const sections = item.end_section - item.first_section;
  switch (by) {
    case order::bytes: return item.bytes;
    case order::sections: return sections;
    case order::area: break;
  }
  // Whole numbers, as these are the same on every machine; an area that does not fit counts as the largest.
  std::int64_t const largest = std::numeric_limits<std::int64_t>::max();
  return item.bytes > largest / sections ? largest : item.bytes * sections;
}

class quick_placer {
public:
  explicit quick_placer(placement_instance const& given) : entries(given.entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].fixed >= 0) fixed.push_back(i);
    }
    std::ranges::stable_sort(fixed, {}, [&](std::size_t i) { return entries[i].fixed; });
  }

  bool fixed_items_overlap() const {
    for (std::size_t a = 0; a < fixed.size(); ++a) {
      for (std::size_t b = a + 1; b < fixed.size(); ++b) {
        auto const& low = entries[fixed[a]];
        if (meet(low, entries[fixed[b]]) && entries[fixed[b]].fixed < low.fixed + low.bytes) return true;
      }
    }
    return false;
  }

  std::vector<std::int64_t> run(rule how, order by) {
    sorted.clear();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].fixed < 0) sorted.push_back(i);
    }
    std::ranges::stable_sort(sorted, std::ranges::greater{}, [&](std::size_t i) { return weight(entries[i], by); });
    offset.assign(entries.size(), 0);
    for (auto const i : fixed) offset[i] = entries[i].fixed;
    if (how == rule::lowest_first) {
      lowest_first();
    } else {
      fit(how == rule::best_fit);
    }
    return offset;
  }

private:
  /// Builds from the bottom up: of the items that can lie lowest, the heaviest is next.
  void lowest_first() {
    std::vector<std::int64_t> earliest(entries.size(), 0);
    for (auto const i : sorted) earliest[i] = lift(entries[i], 0);
    auto waiting = sorted;
    while (!waiting.empty()) {
      auto const next = std::ranges::min_element(waiting, {}, [&](std::size_t i) { return earliest[i]; });
      std::size_t const chosen = *next;
      waiting.erase(next);  // keeps the order
      offset[chosen] = earliest[chosen];
      std::int64_t const top = offset[chosen] + entries[chosen].bytes;
      for (auto const i : waiting) {
        if (earliest[i] < top && meet(entries[i], entries[chosen])) earliest[i] = lift(entries[i], top);
      }
    }
  }

  /// The lowest aligned offset from `floor` on that meets no fixed item.
  std::int64_t lift(placement_entry const& item, std::int64_t floor) const {
    std::int64_t lifted = align_up(floor, item.alignment);
    for (auto const f : fixed) {
      auto const& other = entries[f];
      if (!meet(item, other) || lifted >= other.fixed + other.bytes || other.fixed >= lifted + item.bytes) continue;
      lifted = align_up(other.fixed + other.bytes, item.alignment);
    }
    return lifted;
  }

  /// Puts one item after the other into the lowest, or into the tightest, gap between those that are placed.
  void fit(bool tightest) {
    std::vector<std::size_t> done = fixed;  // by offset
    for (auto const i : sorted) {
      auto const& item = entries[i];
      std::int64_t free_from = 0;
      std::int64_t best = -1;
      std::int64_t best_rest = std::numeric_limits<std::int64_t>::max();
      for (auto const other : done) {
        if (!meet(item, entries[other])) continue;
        std::int64_t const start = align_up(free_from, item.alignment);
        std::int64_t const rest = offset[other] - start - item.bytes;
        if (rest >= 0 && rest < best_rest) {
          best = start;
          best_rest = rest;
          if (!tightest) break;
        }
        free_from = std::max(free_from, offset[other] + entries[other].bytes);
      }
      offset[i] = best >= 0 ? best : align_up(free_from, item.alignment);
      done.insert(std::ranges::upper_bound(done, offset[i], {}, [&](std::size_t d) { return offset[d]; }), i);
    }
  }

  std::vector<placement_entry> const& entries;
  std::vector<std::size_t> fixed;  // by offset
  std::vector<std::size_t> sorted;
  std::vector<std::int64_t> offset;
};

}  // namespace

std::int64_t peak_of(placement_instance const& instance, std::vector<std::int64_t> const& offset) {
  std::int64_t peak = 0;
  for (std::size_t i = 0; i < offset.size(); ++i) peak = std::max(peak, offset[i] + instance.entries[i].real_bytes);
  return peak;
}

quick_placement place_quickly(placement_instance const& instance, std::int64_t good_enough_bytes) {
  quick_placer placer(instance);
  quick_placement best;
  if (placer.fixed_items_overlap()) return best;
  static constexpr std::pair<rule, order> tries[] = {
      {rule::lowest_first, order::area}, {rule::lowest_first, order::sections}, {rule::lowest_first, order::bytes},
      {rule::first_fit, order::bytes},   {rule::first_fit, order::area},        {rule::best_fit, order::bytes},
  };
  for (auto const& [how, by] : tries) {
    auto offset = placer.run(how, by);
    std::int64_t const peak = peak_of(instance, offset);
    if (!best.offset.empty() && peak >= best.peak_bytes) continue;
    best = {std::move(offset), peak};
    if (best.peak_bytes <= good_enough_bytes) break;
  }
  return best;
}

}  // namespace deeploy::plan::detail
