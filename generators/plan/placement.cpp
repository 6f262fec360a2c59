// SPDX-License-Identifier: Apache-2.0
// placement: quick placements first, exact search where they are not good enough, group by group.
#include <algorithm>
#include <generators/plan/placement.hpp>
#include <generators/plan/placement_heuristic.hpp>
#include <generators/plan/placement_input.hpp>
#include <generators/plan/placement_instance.hpp>
#include <generators/plan/placement_search.hpp>
#include <memory>

namespace deeploy::plan {
namespace {

using namespace detail;

constexpr std::int64_t largest_searched_incidences = 20'000'000;  // about 200 MiB of tables

/// Items that share no moment with the items of another group.
struct group {
  placement_instance instance;
  quick_placement best = {};
  std::int64_t lower_bound_bytes = 0;
  int sweeps = 0;

  group(std::span<placement_item const> items, std::span<std::size_t const> chosen, std::int64_t capacity)
      : instance(items, chosen, capacity), lower_bound_bytes(instance.lower_bound_bytes) {}

  [[nodiscard]] bool searchable() const { return instance.incidences() <= largest_searched_incidences; }

  /// Work to spend on the n-th try; each is four times as hard as the one before.
  [[nodiscard]] std::uint64_t effort(int n) const {
    return std::max<std::uint64_t>(2000, 4 * instance.entries.size()) << (2 * std::min(n, 20));
  }
  void take(std::vector<std::int64_t> const& offsets) { best = {offsets, peak_of(instance, offsets)}; }
};

struct task {
  std::span<placement_item const> items;
  std::int64_t capacity_bytes;
  std::vector<group> groups = {};
  placement result = {};

  [[nodiscard]] group& highest() {
    return *std::ranges::max_element(groups, {}, [](group const& each) { return each.best.peak_bytes; });
  }
};

void update_lower_bound(task& of) {
  for (auto const& each : of.groups) {
    of.result.lower_bound_bytes = std::max(of.result.lower_bound_bytes, each.lower_bound_bytes);
  }
  if (of.result.lower_bound_bytes > of.capacity_bytes) of.result.outcome = placement_outcome::impossible;
}

/// Checks the input and makes the groups. False: the result stands already.
bool prepare(task& of) {
  of.result.messages = input_mistakes(of.items, of.capacity_bytes);
  if (!of.result.messages.empty()) return false;
  of.result.outcome = placement_outcome::out_of_work;
  of.capacity_bytes = std::min(of.capacity_bytes, largest_placement_bytes);
  for (auto const& chosen : independent_groups(of.items)) of.groups.emplace_back(of.items, chosen, of.capacity_bytes);
  for (auto const& item : of.items) {  // an item of 0 bytes takes no room, but where it is fixed must be inside
    if (item.bytes > 0) continue;
    of.result.lower_bound_bytes = std::max(of.result.lower_bound_bytes, item.fixed_offset.value_or(0));
  }
  update_lower_bound(of);
  return of.result.outcome != placement_outcome::impossible;
}

/// Quick placements for all groups, each as low as `enough_bytes` if one of them is. False: it is impossible.
bool place_all_quickly(task& of, std::int64_t enough_bytes) {
  for (auto& each : of.groups) {
    each.best = place_quickly(each.instance, enough_bytes);
    if (!each.best.offset.empty()) continue;
    of.result.outcome = placement_outcome::impossible;  // two fixed items overlap
    return false;
  }
  return true;
}

placement finish(task& of) {
  auto& result = of.result;
  if (result.outcome != placement_outcome::out_of_work) return result;
  if (!of.groups.empty() && of.highest().best.peak_bytes > of.capacity_bytes) return result;
  result.outcome = placement_outcome::placed;
  result.complete = true;
  for (auto const& item : of.items) result.offset.push_back(item.fixed_offset.value_or(0));
  for (auto const& each : of.groups) {
    for (std::size_t i = 0; i < each.best.offset.size(); ++i) {
      result.offset[each.instance.entries[i].source] = each.best.offset[i];
    }
  }
  for (std::size_t i = 0; i < of.items.size(); ++i) {
    result.peak_bytes = std::max(result.peak_bytes, result.offset[i] + of.items[i].bytes);
  }
  return result;
}

/// One sweep of bisection between what is proved and what is reached. A capacity at which the search gives up counts as
/// too small for this sweep; the next sweep tries again, harder and finer. The capacity that is proved necessary comes
/// first and gets the largest share: it is nearly always enough, and the search is at its best with nothing to spare.
void sweep(group& of, std::int64_t enough_bytes, std::int64_t capacity_bytes, std::uint64_t work_limit,
           std::uint64_t& work) {
  std::uint64_t const effort = of.effort(of.sweeps);
  std::int64_t const finest = of.best.peak_bytes >> std::min(7 + of.sweeps, 62);
  ++of.sweeps;
  std::int64_t const step = of.instance.peak_step_bytes;  // divides all peaks and bounds
  std::int64_t low = std::max(of.lower_bound_bytes, enough_bytes) / step;
  for (bool first = true; work < work_limit; first = false) {
    std::int64_t const high = std::min(of.best.peak_bytes - 1, capacity_bytes) / step;
    if (high < low || (!first && (high - low) * step < finest)) return;
    std::int64_t const tried = first ? low : low + (high - low) / 2;
    of.instance.set_capacity(tried * step);
    placement_search search(of.instance);
    auto const outcome = search.run(std::min(first ? 2 * effort : effort, work_limit - work));
    work += search.work_used();
    if (outcome == search_outcome::found) {
      of.take(search.offsets());
      continue;
    }
    if (outcome == search_outcome::impossible) of.lower_bound_bytes = (tried + 1) * step;
    low = tried + 1;
  }
}

}  // namespace

placement place(std::span<placement_item const> items, std::int64_t capacity_bytes, placement_limits limits) {
  task now{items, capacity_bytes};
  if (!prepare(now) || !place_all_quickly(now, now.capacity_bytes)) return finish(now);
  struct open_group {
    group* of;
    std::unique_ptr<placement_search> search;
  };
  std::vector<open_group> open;
  for (auto& each : now.groups) {
    if (each.best.peak_bytes <= now.capacity_bytes || !each.searchable()) continue;
    open.push_back({&each, std::make_unique<placement_search>(each.instance)});
  }
  // In turns, so that a hard group does not keep the search from seeing that another one is impossible.
  auto& work = now.result.work;
  for (int turn = 0; !open.empty() && work < limits.work; ++turn) {
    std::erase_if(open, [&](open_group& each) {
      if (work >= limits.work) return false;
      std::uint64_t const before = each.search->work_used();
      auto const outcome = each.search->run(std::min(each.of->effort(turn), limits.work - work));
      work += each.search->work_used() - before;
      if (outcome == search_outcome::found) each.of->take(each.search->offsets());
      if (outcome == search_outcome::impossible) each.of->lower_bound_bytes = now.capacity_bytes + 1;
      return outcome != search_outcome::out_of_work;
    });
    update_lower_bound(now);
    if (now.result.outcome == placement_outcome::impossible) break;
  }
  return finish(now);
}

placement place_lowest(std::span<placement_item const> items, std::int64_t capacity_bytes, placement_limits limits) {
  task now{items, capacity_bytes};
  if (!prepare(now)) return finish(now);
  auto const bound = now.result.lower_bound_bytes;
  auto const enough = std::max(bound, std::min(limits.good_enough_bytes, now.capacity_bytes));
  if (!place_all_quickly(now, enough)) return finish(now);
  // Only the group with the highest peak matters, until another one is the highest.
  while (!now.groups.empty() && now.result.work < limits.work) {
    auto& highest = now.highest();
    if (highest.best.peak_bytes <= std::max(enough, highest.lower_bound_bytes) || !highest.searchable()) break;
    sweep(highest, enough, now.capacity_bytes, limits.work, now.result.work);
    update_lower_bound(now);
    if (now.result.outcome == placement_outcome::impossible) break;
  }
  return finish(now);
}

}  // namespace deeploy::plan
