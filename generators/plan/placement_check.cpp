// SPDX-License-Identifier: Apache-2.0
// placement_problems: the check of a finished placement. Shares no code with the solver.
#include <algorithm>
#include <generators/plan/placement.hpp>

namespace deeploy::plan {

std::vector<placement_problem> placement_problems(std::span<placement_item const> items,
                                                  std::span<std::int64_t const> offsets, std::int64_t capacity_bytes) {
  using enum placement_problem::kind;
  std::vector<placement_problem> problems;
  if (items.size() != offsets.size()) {
    problems.push_back({count_differs, items.size(), offsets.size()});
    return problems;
  }
  std::vector<std::size_t> by_start;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto const& item = items[i];
    if (item.end <= item.first || item.bytes < 0 || item.alignment < 1) {
      problems.push_back({bad_item, i, i});
      continue;
    }
    bool const inside = offsets[i] >= 0 && item.bytes <= capacity_bytes && offsets[i] <= capacity_bytes - item.bytes;
    if (!inside) problems.push_back({out_of_capacity, i, i});
    if (offsets[i] % item.alignment != 0) problems.push_back({misaligned, i, i});
    if (item.fixed_offset && *item.fixed_offset != offsets[i]) problems.push_back({fixed_offset_moved, i, i});
    if (item.bytes > 0 && inside) by_start.push_back(i);  // `inside` keeps the sums below from overflowing
  }
  std::ranges::stable_sort(by_start, {}, [&](std::size_t i) { return items[i].first; });
  std::vector<std::size_t> alive;
  for (auto const i : by_start) {
    std::erase_if(alive, [&](std::size_t other) { return items[other].end <= items[i].first; });
    for (auto const other : alive) {
      bool const below = offsets[i] + items[i].bytes <= offsets[other];
      bool const above = offsets[other] + items[other].bytes <= offsets[i];
      if (!below && !above) problems.push_back({overlap, std::min(i, other), std::max(i, other)});
    }
    alive.push_back(i);
  }
  return problems;
}

std::string describe(placement_problem const& problem, std::span<placement_item const> items,
                     std::span<std::int64_t const> offsets, std::int64_t capacity_bytes,
                     std::span<std::string const> names) {
  using enum placement_problem::kind;
  if (problem.what == count_differs) {
    return std::to_string(problem.item) + " items but " + std::to_string(problem.other) + " offsets";
  }
  auto const name_of = [&](std::size_t i) {
    return "item " + (i < names.size() ? names[i] : std::to_string(i)) + " (" + std::to_string(items[i].bytes) +
           " B at offset " + std::to_string(offsets[i]) + ")";
  };
  auto const& item = items[problem.item];
  auto const who = name_of(problem.item);
  switch (problem.what) {
    case count_differs: break;
    case bad_item: return who + " has no lifetime, a negative size or no alignment";
    case out_of_capacity: return who + " is not inside " + std::to_string(capacity_bytes) + " B";
    case misaligned: return who + " is not aligned to " + std::to_string(item.alignment);
    case fixed_offset_moved: return who + " is fixed at offset " + std::to_string(item.fixed_offset.value_or(0));
    case overlap: return who + " overlaps " + name_of(problem.other);
  }
  return who;
}

}  // namespace deeploy::plan
