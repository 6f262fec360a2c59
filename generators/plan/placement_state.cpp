// SPDX-License-Identifier: Apache-2.0
// placement_state: what follows from a partial placement.
#include <algorithm>
#include <generators/plan/placement_state.hpp>
#include <random>

namespace deeploy::plan::detail {

placement_state::placement_state(placement_instance const& given)
    : instance(given), ceiling(align_up(given.capacity_bytes, given.granularity_bytes)) {
  std::size_t const count = instance.entries.size();
  sections.resize(position(instance.sections));
  is_dirty.assign(sections.size(), 0);
  placed.assign(count, 0);
  offset.assign(count, 0);
  std::mt19937_64 generator(0x9e3779b97f4a7c15u);  // a fixed seed: the same search everywhere
  for (auto const& entry : instance.entries) {
    item_hash.push_back(generator());
    earliest_offset.push_back(entry.fixed);  // -1 for free items: start() lifts them
  }
  list_waiting_items();
  list_fixed_neighbours();
}

void placement_state::list_waiting_items() {
  std::size_t const count = instance.entries.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto const& entry = instance.entries[i];
    incidence_begin.push_back(static_cast<std::uint32_t>(slot.size()));
    for (int t = entry.first_section; t < entry.end_section; ++t) {
      auto& section = sections[position(t)];
      slot.push_back(section.waiting_count++);
      section.waiting_bytes += entry.bytes;
      section.waiting_hash ^= item_hash[i];
      if (t + 1 < entry.end_section) ++section.crossing;
    }
  }
  std::uint32_t begin = 0;
  for (auto& section : sections) {
    section.waiting_begin = begin;
    begin += section.waiting_count;
  }
  waiting_items.resize(begin);
  for (std::size_t i = 0; i < count; ++i) {
    auto slot_at = incidence_begin[i];
    for (int t = instance.entries[i].first_section; t < instance.entries[i].end_section; ++t, ++slot_at) {
      waiting_items[sections[position(t)].waiting_begin + slot[slot_at]] = static_cast<int>(i);
    }
  }
}

void placement_state::list_fixed_neighbours() {
  auto const& entries = instance.entries;
  fixed_neighbours.resize(entries.size());
  std::vector<int> fixed;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].fixed >= 0) fixed.push_back(static_cast<int>(i));
  }
  std::ranges::stable_sort(fixed, {}, [&](int f) { return entries[position(f)].fixed; });
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (int const f : fixed) {
      if (entries[i].fixed < 0 && meet(entries[i], entries[position(f)])) fixed_neighbours[i].push_back(f);
    }
  }
}

void placement_state::mark_dirty(int first_section, int end_section) {
  for (int t = first_section; t < end_section; ++t) {
    if (is_dirty[position(t)]) continue;
    is_dirty[position(t)] = 1;
    dirty.push_back(t);
  }
}

void placement_state::set_floor(int index, std::int64_t floor, bool supported) {
  auto& section = sections[position(index)];
  trail.push_back({change::kind::floor, section.supported, index, section.floor});
  section.floor = floor;
  section.supported = supported;
}

void placement_state::take_from_sections(int item) {
  auto const& entry = instance.entries[position(item)];
  auto slot_at = incidence_begin[position(item)];
  for (int t = entry.first_section; t < entry.end_section; ++t, ++slot_at) {
    auto& section = sections[position(t)];
    section.waiting_bytes -= entry.bytes;
    section.waiting_hash ^= item_hash[position(item)];
    if (t + 1 < entry.end_section) --section.crossing;
    --section.waiting_count;
    // The last waiting item of the section moves into the slot that is free now.
    int const last = waiting_items[section.waiting_begin + section.waiting_count];
    auto const sections_before = static_cast<std::uint32_t>(t - instance.entries[position(last)].first_section);
    waiting_items[section.waiting_begin + slot[slot_at]] = last;
    slot[incidence_begin[position(last)] + sections_before] = slot[slot_at];
  }
}

void placement_state::return_to_sections(int item) {
  auto const& entry = instance.entries[position(item)];
  auto slot_at = incidence_begin[position(item)];
  for (int t = entry.first_section; t < entry.end_section; ++t, ++slot_at) {
    auto& section = sections[position(t)];
    section.waiting_bytes += entry.bytes;
    section.waiting_hash ^= item_hash[position(item)];
    if (t + 1 < entry.end_section) ++section.crossing;
    slot[slot_at] = section.waiting_count;
    waiting_items[section.waiting_begin + section.waiting_count] = item;
    ++section.waiting_count;
  }
}

/// The item cannot lie below `floor`.
bool placement_state::lift(int item, std::int64_t floor) {
  auto& now = earliest_offset[position(item)];
  if (floor <= now) return true;
  auto const& entry = instance.entries[position(item)];
  if (entry.fixed >= 0) return false;
  std::int64_t lifted = align_up(floor, entry.alignment);
  for (int const f : fixed_neighbours[position(item)]) {
    auto const& fixed = instance.entries[position(f)];
    std::int64_t const top = fixed.fixed + fixed.bytes;
    if (lifted < top && fixed.fixed < lifted + entry.bytes) lifted = align_up(top, entry.alignment);
  }
  if (lifted > entry.latest) return false;
  trail.push_back({change::kind::earliest, false, item, now});
  now = lifted;
  mark_dirty(entry.first_section, entry.end_section);
  return true;
}

bool placement_state::lift_all(int index, std::int64_t floor) {
  return std::ranges::all_of(waiting(index), [&](int item) { return lift(item, floor); });
}

bool placement_state::start() {
  bool possible = true;
  for (std::size_t i = 0; i < placed.size(); ++i) possible = lift(static_cast<int>(i), 0) && possible;
  mark_dirty(0, instance.sections);
  return settle() && possible;
}

bool placement_state::place(int item) {
  auto const& entry = instance.entries[position(item)];
  offset[position(item)] = earliest(item);
  std::int64_t const top = earliest(item) + entry.bytes;
  placed[position(item)] = 1;
  take_from_sections(item);
  trail.push_back({change::kind::placed, false, item, 0});
  bool possible = true;
  for (int t = entry.first_section; t < entry.end_section; ++t) {
    set_floor(t, top, true);
    possible = possible && lift_all(t, top);
  }
  mark_dirty(entry.first_section, entry.end_section);
  return settle() && possible;
}

bool placement_state::raise(int index, std::int64_t floor) {
  set_floor(index, floor, false);
  mark_dirty(index, index + 1);
  bool const possible = lift_all(index, floor);
  return settle() && possible;
}

/// Can the waiting items of the section still find room, each not below its earliest offset?
bool placement_state::fits(int index) {
  auto& section = sections[position(index)];
  if (section.waiting_count == 0) return true;
  std::int64_t lowest = ceiling;
  std::int64_t highest = 0;
  for (int const item : waiting(section)) {
    lowest = std::min(lowest, earliest(item));
    highest = std::max(highest, earliest(item));
  }
  // Nobody can use the bytes below the lowest of the earliest offsets.
  if (lowest > section.floor) set_floor(index, lowest, false);
  std::int64_t const spare = spare_bytes(index);
  if (spare < 0) return false;
  // For every offset e, the items that cannot lie below e must fit above it. Seen from below: the items that can start
  // below e, and the spare bytes, must fill the room up to e. `reach` is how far up those counted so far can fill it.
  std::int64_t reach = section.floor + spare;
  while (reach < highest) {
    std::int64_t filled = section.floor + spare;
    for (int const item : waiting(section)) {
      if (earliest(item) <= reach) filled += instance.entries[position(item)].bytes;
    }
    if (filled == reach) return false;
    reach = filled;
  }
  return true;
}

bool placement_state::settle() {
  bool possible = true;
  while (!dirty.empty()) {
    int const index = dirty.back();
    dirty.pop_back();
    is_dirty[position(index)] = 0;
    possible = possible && fits(index);
  }
  return possible;
}

void placement_state::undo_to(std::size_t mark) {
  while (trail.size() > mark) {
    auto const last = trail.back();
    trail.pop_back();
    switch (last.what) {
      case change::kind::floor:
        sections[position(last.index)].floor = last.before;
        sections[position(last.index)].supported = last.supported;
        break;
      case change::kind::earliest: earliest_offset[position(last.index)] = last.before; break;
      case change::kind::placed:
        placed[position(last.index)] = 0;
        return_to_sections(last.index);
        break;
    }
  }
}

}  // namespace deeploy::plan::detail
