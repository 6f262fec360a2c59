// SPDX-License-Identifier: Apache-2.0
// placement_search: which section to decide next, and what can lie on its floor.
#include <algorithm>
#include <bit>
#include <generators/plan/placement_search.hpp>
#include <limits>
#include <numeric>

namespace deeploy::plan::detail {
namespace {
constexpr std::uint64_t odd_constant = 0x9e3779b97f4a7c15u;
constexpr auto never = std::numeric_limits<std::int64_t>::max();
}  // namespace

/// Even runs try items with many bytes first, odd runs those that live long. From the third run on, the weights are
/// multiplied by random factors between 1 and 2; in whole numbers, as these are the same on every machine.
void placement_search::order_items(std::uint64_t run) {
  auto const& entries = instance.entries;
  std::uint64_t const seed = run / 2;
  auto const capacity_bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(instance.capacity_bytes)));
  int const excess = std::max(0, capacity_bits - 46);  // so that the products fit
  std::vector<std::uint64_t> weight;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::uint64_t const random = seed == 0 ? 0 : scramble(i + 1 + seed * odd_constant) & 0xffff;
    auto const sections = static_cast<std::uint64_t>(entries[i].end_section - entries[i].first_section);
    auto const bytes = static_cast<std::uint64_t>(entries[i].bytes) >> excess;
    weight.push_back((run % 2 == 0 ? bytes : sections) * (0x10000 + random));
  }
  std::vector<int> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](int i) { return weight[position(i)]; });
  rank.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) rank[position(order[i])] = static_cast<int>(i);
}

/// Two parts with equal keys have the same waiting items, floors and supports, hence the same completions.
std::uint64_t placement_search::key_of(part of) const {
  std::uint64_t sum = 0;
  for (int t = of.begin; t < of.end; ++t) {
    auto const& section = state.at(t);
    auto const height = static_cast<std::uint64_t>(section.floor) * 2 + (section.supported ? 1 : 0);
    sum += scramble(section.waiting_hash + height * odd_constant + static_cast<std::uint64_t>(t));
  }
  return scramble(sum);
}

/// Can the item lie on the floor of a section, so that looking further is not the same thing in another guise?
bool placement_search::is_option(int item, std::int64_t floor) const {
  if (state.earliest(item) != floor) return false;
  int const below = twin[position(item)];
  if (below >= 0 && !state.is_placed(below)) return false;
  auto const& entry = instance.entries[position(item)];
  if (entry.fixed >= 0 || entry.alignment != instance.granularity_bytes) return true;
  // An item that rests on nothing can be moved down, which gives a placement that is found elsewhere.
  for (int t = entry.first_section; t < entry.end_section; ++t) {
    if (state.at(t).supported) return true;
  }
  return false;
}

/// The section of a valley with fewest ways to go on, of those the one with least bytes to spare. A valley is a run of
/// sections with one floor between higher ones: whatever is put on its floor fits into it, and nothing will lie below.
int placement_search::choose_section(part of) const {
  int best = of.begin;
  int best_count = std::numeric_limits<int>::max();
  std::int64_t best_spare = never;
  for (int begin = of.begin; begin < of.end;) {
    std::int64_t const floor = state.at(begin).floor;
    int end = begin + 1;
    while (end < of.end && state.at(end).floor == floor) ++end;
    bool const left_is_higher = begin == of.begin || state.at(begin - 1).floor > floor;
    bool const right_is_higher = end == of.end || state.at(end).floor > floor;
    for (int t = begin; t < end && left_is_higher && right_is_higher; ++t) {
      std::int64_t const spare = state.spare_bytes(t);
      int count = spare > 0 ? 1 : 0;
      for (int const item : state.waiting(t)) count += is_option(item, floor) ? 1 : 0;
      if (count > best_count || (count == best_count && spare >= best_spare)) continue;
      best = t;
      best_count = count;
      best_spare = spare;
    }
    begin = end;
  }
  return best;
}

void placement_search::collect_options(int section) {
  auto const begin = static_cast<std::ptrdiff_t>(options.size());
  for (int const item : state.waiting(section)) {
    if (!is_option(item, state.at(section).floor)) continue;
    if (instance.entries[position(item)].fixed >= 0) {  // it lies here whatever else is decided
      options.resize(static_cast<std::size_t>(begin));
      options.push_back(item);
      return;
    }
    options.push_back(item);
  }
  std::sort(options.begin() + begin, options.end(),
            [&](int a, int b) { return rank[position(a)] < rank[position(b)]; });
  if (state.spare_bytes(section) > 0) options.push_back(leave_empty);
}

/// The lowest offset above the floor that an item of the section can have if none lies on the floor. In a placement
/// that cannot be pushed down, an item that could lie on the floor but does not is kept from it by another one; that
/// one lies below it, so not in this section but in one beside it with the same floor.
std::int64_t placement_search::next_floor(part of, int index) {
  std::int64_t const floor = state.at(index).floor;
  part valley{index, index + 1};
  while (valley.begin > of.begin && state.at(valley.begin - 1).floor == floor) --valley.begin;
  while (valley.end < of.end && state.at(valley.end).floor == floor) ++valley.end;
  lowest_top.assign(position(valley.end - valley.begin), never);
  for (int t = valley.begin; t < valley.end; ++t) {
    auto& lowest = lowest_top[position(t - valley.begin)];
    for (int const item : state.waiting(t)) {
      auto const& entry = instance.entries[position(item)];
      if (entry.first_section <= index && index < entry.end_section) continue;
      lowest = std::min(lowest, state.earliest(item) + entry.bytes);
    }
  }
  std::int64_t next = never;
  for (int const item : state.waiting(index)) {
    if (state.earliest(item) > floor) {
      next = std::min(next, state.earliest(item));
      continue;
    }
    auto const& entry = instance.entries[position(item)];
    for (int t = entry.first_section; t < entry.end_section; ++t) {
      std::int64_t const top = lowest_top[position(t - valley.begin)];
      if (top < next) next = std::min(next, align_up(top, entry.alignment));
    }
  }
  return next;
}

bool placement_search::raise_floor(part of, int section) {
  std::int64_t const floor = next_floor(of, section);
  return floor - state.at(section).floor <= state.spare_bytes(section) && state.raise(section, floor);
}

}  // namespace deeploy::plan::detail
