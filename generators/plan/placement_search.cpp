// SPDX-License-Identifier: Apache-2.0
// placement_search: depth-first search with decomposition into independent parts.
#include <algorithm>
#include <generators/plan/placement_search.hpp>
#include <numeric>
#include <tuple>

namespace deeploy::plan::detail {
namespace {
// Measured on 146 instances of up to 500 items: these two, and the growth by a half in run(), solve most with least
// work; half and twice as much are close. A run needs about one node per item to get to the end.
std::uint64_t first_run_nodes(placement_instance const& instance) {
  return std::max<std::uint64_t>(500, 2 * instance.entries.size());
}

// The time of a node grows with the incidences: up to this many it is a few microseconds or tens of them.
constexpr std::uint64_t incidences_per_work = 8192;
}  // namespace

placement_search::placement_search(placement_instance const& given)
    : instance(given),
      state(given),
      node_work(1 + static_cast<std::uint64_t>(given.incidences()) / incidences_per_work),
      run_nodes(first_run_nodes(given)) {
  auto const& entries = instance.entries;
  auto const shape = [&](int i) {
    auto const& entry = entries[position(i)];
    return std::tuple(entry.first_section, entry.end_section, entry.real_bytes, entry.alignment, entry.fixed);
  };
  std::vector<int> sorted(entries.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  std::ranges::stable_sort(sorted, {}, shape);
  twin.assign(entries.size(), -1);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (shape(sorted[i]) == shape(sorted[i - 1])) twin[position(sorted[i])] = sorted[i - 1];
  }
}

search_outcome placement_search::run(std::uint64_t work) {
  std::uint64_t const end = work_done + work;
  while (work_done < end) {
    order_items(runs);
    ++runs;
    auto const outcome = run_once(std::min((end - work_done + node_work - 1) / node_work, run_nodes));
    if (outcome != search_outcome::out_of_work) return outcome;
    if (runs % 2 == 0) run_nodes += run_nodes / 2;
  }
  return search_outcome::out_of_work;
}

search_outcome placement_search::run_once(std::uint64_t most_nodes) {
  state.undo_to(0);
  path.clear();
  options.clear();
  parts.clear();
  if (!state.start()) return search_outcome::impossible;
  split({0, instance.sections});
  // The root decides nothing: it has one option, which has been taken.
  path.push_back({{0, 0}, 0, -1, state.mark(), 0, 0, 0, 0, parts.size()});
  while (true) {
    auto& current = path.back();
    if (current.next_part == current.part_end) {
      if (path.size() == 1) return search_outcome::found;
      leave();  // every part is solved, so the node is: its decisions stay and are not tried again
      continue;
    }
    if (most_nodes == 0) return search_outcome::out_of_work;
    --most_nodes;
    work_done += node_work;
    if (enter(parts[current.next_part++]) && try_next_option()) continue;
    while (true) {
      if (path.size() == 1) return search_outcome::impossible;
      if (try_next_option()) break;
      dead.insert(path.back().key);
      state.undo_to(path.back().mark);
      leave();
    }
  }
}

/// Adds a node for the part; false if the part is known to be a dead end.
bool placement_search::enter(part of) {
  std::uint64_t const key = key_of(of);
  if (dead.contains(key)) return false;
  node added{of, key, choose_section(of), state.mark(), options.size(), options.size(), 0, 0, 0};
  collect_options(added.section);
  added.option_end = options.size();
  path.push_back(added);
  return true;
}

/// Takes the next option that does not fail at once; false if there is none.
bool placement_search::try_next_option() {
  auto& current = path.back();
  while (current.next_option < current.option_end) {
    int const option = options[current.next_option++];
    state.undo_to(current.mark);
    bool const possible =
        option == leave_empty ? raise_floor(current.sections, current.section) : state.place(option);
    if (!possible) continue;
    parts.resize(path[path.size() - 2].part_end);
    current.next_part = parts.size();
    split(current.sections);
    current.part_end = parts.size();
    return true;
  }
  return false;
}

void placement_search::leave() {
  options.resize(path.back().option_begin);
  path.pop_back();
  parts.resize(path.back().part_end);
}

/// Appends the independent parts of the range, short ones first: they are decided sooner.
void placement_search::split(part of) {
  auto const before = static_cast<std::ptrdiff_t>(parts.size());
  for (int t = of.begin; t < of.end; ++t) {
    if (state.at(t).waiting_count == 0) continue;
    int const begin = t;
    while (state.at(t).crossing > 0) ++t;
    parts.push_back({begin, t + 1});
  }
  std::stable_sort(parts.begin() + before, parts.end(),
                   [](part const& a, part const& b) { return a.end - a.begin < b.end - b.begin; });
}

}  // namespace deeploy::plan::detail
