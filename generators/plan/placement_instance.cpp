// SPDX-License-Identifier: Apache-2.0
// placement_instance: sections, rounding and the lower bound.
#include <algorithm>
#include <generators/plan/placement_instance.hpp>
#include <numeric>

namespace deeploy::plan::detail {
namespace {

/// A new section starts where, since the last start of an item, some item has ended. Returns the last start of each.
std::vector<std::int64_t> section_moments(std::span<placement_item const> items,
                                          std::span<std::size_t const> chosen) {
  std::vector<std::int64_t> starts;
  std::vector<std::int64_t> ends;
  for (auto const i : chosen) {
    starts.push_back(items[i].first);
    ends.push_back(items[i].end);
  }
  std::ranges::sort(starts);
  std::ranges::sort(ends);
  std::vector<std::int64_t> moments;
  std::size_t ended = 0;
  for (auto const start : starts) {
    std::size_t const before = ended;
    while (ended < ends.size() && ends[ended] <= start) ++ended;
    if (moments.empty() || ended != before) moments.push_back(start);
    moments.back() = start;
  }
  return moments;
}

int section_at(std::vector<std::int64_t> const& moments, std::int64_t moment) {
  return static_cast<int>(std::ranges::lower_bound(moments, moment) - moments.begin());
}

/// Live bytes of the worst section. The topmost item of a section does not need its rounding: take off the largest.
std::int64_t lower_bound(placement_instance const& instance) {
  std::size_t const count = position(instance.sections);
  std::vector<std::int64_t> live(count, 0);
  std::vector<std::int64_t> rounding(count, 0);
  std::int64_t bound = 0;
  for (auto const& entry : instance.entries) {
    for (int t = entry.first_section; t < entry.end_section; ++t) {
      live[position(t)] += entry.bytes;
      rounding[position(t)] = std::max(rounding[position(t)], entry.bytes - entry.real_bytes);
    }
    if (entry.fixed >= 0) bound = std::max(bound, entry.fixed + entry.real_bytes);
  }
  for (std::size_t t = 0; t < count; ++t) bound = std::max(bound, live[t] - rounding[t]);
  return bound;
}

}  // namespace

placement_instance::placement_instance(std::span<placement_item const> items, std::span<std::size_t const> chosen,
                                       std::int64_t capacity) {
  auto const moments = section_moments(items, chosen);
  sections = static_cast<int>(moments.size());
  std::int64_t common_alignment = 0;
  std::int64_t step = 0;
  for (auto const i : chosen) {
    auto const& item = items[i];
    placement_entry added;
    added.source = i;
    added.first_section = section_at(moments, item.first);
    added.end_section = section_at(moments, item.end);
    added.real_bytes = item.bytes;
    added.alignment = item.alignment;
    added.fixed = item.fixed_offset.value_or(-1);
    entries.push_back(added);
    common_alignment = std::gcd(common_alignment, item.alignment);
    step = std::gcd(step, item.bytes);
    if (item.alignment > 1) step = std::gcd(step, item.alignment);
    if (item.fixed_offset) step = std::gcd(step, *item.fixed_offset);
  }
  granularity_bytes = std::max<std::int64_t>(common_alignment, 1);
  peak_step_bytes = std::max<std::int64_t>(step, 1);
  for (auto& entry : entries) entry.bytes = align_up(entry.real_bytes, granularity_bytes);
  lower_bound_bytes = lower_bound(*this);
  set_capacity(capacity);
}

void placement_instance::set_capacity(std::int64_t capacity) {
  capacity_bytes = capacity;
  for (auto& entry : entries) entry.latest = entry.fixed >= 0 ? entry.fixed : capacity - entry.real_bytes;
}

std::int64_t placement_instance::incidences() const {
  std::int64_t sum = 0;
  for (auto const& entry : entries) sum += entry.end_section - entry.first_section;
  return sum;
}

std::vector<std::vector<std::size_t>> independent_groups(std::span<placement_item const> items) {
  std::vector<std::size_t> by_start;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].bytes > 0) by_start.push_back(i);
  }
  std::ranges::stable_sort(by_start, {}, [&](std::size_t i) { return items[i].first; });
  std::vector<std::vector<std::size_t>> groups;
  std::int64_t all_ended = 0;
  for (auto const i : by_start) {
    if (groups.empty() || items[i].first >= all_ended) {
      groups.emplace_back();
      all_ended = items[i].end;
    }
    groups.back().push_back(i);
    all_ended = std::max(all_ended, items[i].end);
  }
  return groups;
}

}  // namespace deeploy::plan::detail
