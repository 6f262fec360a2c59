// SPDX-License-Identifier: Apache-2.0
// place, place_lowest and placement_problems: cases by hand, and small random tasks against trying everything.
#include <doctest/doctest.h>

#include <algorithm>
#include <generators/plan/placement.hpp>
#include <limits>
#include <random>

namespace {

using namespace deeploy::plan;
using items = std::vector<placement_item>;
using kind = placement_problem::kind;

bool offsets_from(items const& all, std::size_t i, std::int64_t capacity, std::vector<std::int64_t>& offset) {
  if (i == all.size()) return true;
  auto const& item = all[i];
  for (std::int64_t at = 0; at + item.bytes <= capacity; ++at) {
    if (at % item.alignment != 0 || (item.fixed_offset && *item.fixed_offset != at)) continue;
    bool free = true;
    for (std::size_t j = 0; j < i && free; ++j) {
      bool const together = all[j].first < item.end && item.first < all[j].end && all[j].bytes > 0 && item.bytes > 0;
      free = !together || at + item.bytes <= offset[j] || offset[j] + all[j].bytes <= at;
    }
    if (!free) continue;
    offset[i] = at;
    if (offsets_from(all, i + 1, capacity, offset)) return true;
  }
  return false;
}

/// The definition: tries every offset of every item. -1: nothing within `most` bytes.
std::int64_t lowest_peak(items const& all, std::int64_t most) {
  std::vector<std::int64_t> offset(all.size(), 0);
  for (std::int64_t capacity = 0; capacity <= most; ++capacity) {
    if (offsets_from(all, 0, capacity, offset)) return capacity;
  }
  return -1;
}

int draw(std::mt19937& generator, int low, int high) {  // std's distributions differ from library to library
  return low + static_cast<int>(generator() % static_cast<unsigned>(high - low + 1));
}

items random_items(std::mt19937& generator, int style) {
  items all;
  int const moments = draw(generator, 2, 8);
  int const largest = draw(generator, 1, 6);
  int const count = draw(generator, 1, 7);
  for (int i = 0; i < count; ++i) {
    placement_item item;
    item.first = draw(generator, 0, moments - 1);
    item.end = item.first + draw(generator, 1, moments);
    item.bytes = draw(generator, style == 0 ? 0 : 1, largest);
    if (style == 1) item.alignment = draw(generator, 1, 4);
    if (style == 2) item.alignment = 3;
    if (style == 3) item.alignment = 2 * draw(generator, 1, 3);
    if (style == 4 && draw(generator, 0, 3) == 0) item.fixed_offset = draw(generator, 0, 10);
    all.push_back(item);
  }
  // Fixed items first: trying everything is hopeless if their conflict is found last.
  std::ranges::stable_sort(all, std::ranges::greater{}, [](auto const& item) { return item.fixed_offset.has_value(); });
  return all;
}

/// The quick placements need 6 bytes, 5 are enough.
items const needs_search = {{0, 2, 1}, {1, 3, 1}, {2, 4, 1}, {3, 4, 4}, {0, 1, 1}, {0, 3, 3}};

/// At no moment live more than 6 bytes, yet 7 are needed.
items const needs_proof = {{4, 5, 3}, {2, 3, 2}, {3, 5, 3}, {1, 4, 1}, {5, 6, 2}, {2, 4, 1},
                           {6, 9, 3}, {6, 10, 2}, {1, 3, 2}, {0, 1, 3}, {0, 2, 3}};

}  // namespace

TEST_CASE("nothing to place") {
  auto const placed = place_lowest({}, 0);
  CHECK(placed.complete);
  CHECK(placed.offset.empty());
  CHECK(placed.peak_bytes == 0);
  CHECK(place({}, 0).complete);
}

TEST_CASE("items that meet lie apart, items that do not share bytes") {
  items const all = {{0, 2, 10}, {1, 3, 20}, {2, 4, 10}};
  auto const placed = place_lowest(all, 1000);
  CHECK(placed.outcome == placement_outcome::placed);
  CHECK(placed.peak_bytes == 30);
  CHECK(placed.lower_bound_bytes == 30);
  CHECK(placement_problems(all, placed.offset, 30).empty());
  CHECK(place(all, 30).complete);
  CHECK(place(all, 29).outcome == placement_outcome::impossible);
}

TEST_CASE("end is exclusive and moments may be any numbers") {
  auto constexpr least = std::numeric_limits<std::int64_t>::min();
  auto constexpr most = std::numeric_limits<std::int64_t>::max();
  items const all = {{least, 0, 7}, {0, most, 7}};
  CHECK(place_lowest(all, 100).peak_bytes == 7);
}

TEST_CASE("a task that needs search") {
  CHECK(place_lowest(needs_search, 100, {.work = 0}).peak_bytes == 6);
  auto const placed = place_lowest(needs_search, 100);
  CHECK(placed.peak_bytes == 5);
  CHECK(placement_problems(needs_search, placed.offset, 5).empty());
  CHECK(place(needs_search, 5).complete);
}

TEST_CASE("a task that needs more than its load, which is proved") {
  REQUIRE(lowest_peak(needs_proof, 10) == 7);
  CHECK(place_lowest(needs_proof, 100, {.work = 0}).lower_bound_bytes == 6);
  auto const placed = place_lowest(needs_proof, 100);
  CHECK(placed.peak_bytes == 7);
  CHECK(placed.lower_bound_bytes == 7);
  CHECK(placement_problems(needs_proof, placed.offset, 7).empty());
  auto const refused = place(needs_proof, 6);
  CHECK(refused.outcome == placement_outcome::impossible);
  CHECK(refused.lower_bound_bytes == 7);
  CHECK(refused.offset.empty());
}

TEST_CASE("alignment: any positive number, and the last item needs no padding") {
  items const all = {{0, 1, 5, 4}, {0, 1, 5, 4}};
  auto const placed = place_lowest(all, 100);
  CHECK(placed.peak_bytes == 13);
  CHECK(placed.lower_bound_bytes == 13);
  CHECK(place(all, 13).complete);
  CHECK(place(all, 12).outcome == placement_outcome::impossible);
  items const mixed = {{0, 1, 1, 1}, {0, 1, 7, 7}, {0, 1, 3, 10}};
  auto const odd = place_lowest(mixed, 1000);
  CHECK(odd.peak_bytes == lowest_peak(mixed, 100));
  CHECK(placement_problems(mixed, odd.offset, odd.peak_bytes).empty());
}

TEST_CASE("fixed offsets stay") {
  items const all = {{0, 4, 10, 1, 20}, {0, 2, 15}, {2, 4, 25}, {1, 3, 5, 5, 15}};
  auto const placed = place_lowest(all, 1000);
  REQUIRE(placed.complete);
  CHECK(placed.offset[0] == 20);
  CHECK(placed.offset[3] == 15);
  CHECK(placed.peak_bytes == 55);
  CHECK(placement_problems(all, placed.offset, 55).empty());
  CHECK(place(all, 54).outcome == placement_outcome::impossible);
}

TEST_CASE("fixed items that overlap, or lie outside, are impossible") {
  CHECK(place(items{{0, 2, 10, 1, 0}, {1, 3, 10, 1, 9}}, 100).outcome == placement_outcome::impossible);
  CHECK(place_lowest(items{{0, 2, 10, 1, 0}, {1, 3, 10, 1, 9}}, 100).outcome == placement_outcome::impossible);
  CHECK(place(items{{0, 2, 10, 1, 91}}, 100).outcome == placement_outcome::impossible);
  CHECK(place(items{{0, 2, 10, 1, 90}}, 100).complete);
  CHECK(place(items{{0, 2, 0, 1, 101}}, 100).outcome == placement_outcome::impossible);
}

TEST_CASE("items of 0 bytes take no room") {
  items const all = {{0, 5, 0}, {0, 5, 8}, {0, 5, 0, 16}, {0, 5, 0, 1, 3}};
  auto const placed = place_lowest(all, 8);
  REQUIRE(placed.complete);
  CHECK(placed.peak_bytes == 8);
  CHECK(placed.offset[3] == 3);
  CHECK(placement_problems(all, placed.offset, 8).empty());
}

TEST_CASE("an item larger than the capacity") {
  CHECK(place(items{{0, 1, 11}}, 10).outcome == placement_outcome::impossible);
  auto const placed = place_lowest(items{{0, 1, 11}}, 10);
  CHECK(placed.outcome == placement_outcome::impossible);
  CHECK(placed.lower_bound_bytes == 11);
}

TEST_CASE("bad input is reported, all of it") {
  auto const placed = place(items{{3, 3, 1}, {0, 1, -1}, {0, 1, 1, 0}, {0, 1, 1, 4, 6}, {0, 1, 1, 1, -1}}, 10);
  CHECK(placed.outcome == placement_outcome::bad_input);
  REQUIRE(placed.messages.size() == 5);
  CHECK(placed.messages[0] == "item 0: lifetime [3, 3) is empty");
  CHECK(placed.messages[1] == "item 1: size -1 is negative");
  CHECK(placed.messages[3] == "item 3: fixed offset 6 is not a multiple of its alignment 4");
  CHECK(place({}, -1).outcome == placement_outcome::bad_input);
}

TEST_CASE("numbers whose sums do not fit are refused") {
  std::int64_t constexpr most = std::numeric_limits<std::int64_t>::max();
  CHECK(place(items{{0, 1, most}, {0, 1, most}}, most).outcome == placement_outcome::bad_input);
  CHECK(place(items{{0, 1, 1, most}}, most).outcome == placement_outcome::bad_input);
  CHECK(place(items{{0, 1, 1, 1, most}}, most).outcome == placement_outcome::bad_input);
  items const large = {{0, 1, largest_placement_bytes / 2}, {0, 1, largest_placement_bytes / 2}};
  CHECK(place_lowest(large, most).peak_bytes == largest_placement_bytes);
}

TEST_CASE("without work there are still quick placements") {
  auto const placed = place_lowest(items{{0, 2, 10}, {1, 3, 20}, {2, 4, 10}}, 1000, {.work = 0});
  CHECK(placed.complete);
  CHECK(placed.work == 0);
}

TEST_CASE("good enough ends the search") {
  auto const enough = place_lowest(needs_search, 100, {.good_enough_bytes = 6});
  CHECK(enough.complete);
  CHECK(enough.work == 0);
  CHECK(enough.peak_bytes == 6);
}

TEST_CASE("small random tasks: the peak is the lowest there is, and one byte less is impossible") {
  std::mt19937 generator(2023);
  int searched = 0;
  int above_the_load = 0;
  for (int round = 0; round < 3000; ++round) {
    CAPTURE(round);
    auto const all = random_items(generator, round % 5);
    std::int64_t const lowest = lowest_peak(all, 40);
    auto const placed = place_lowest(all, 1000);
    if (lowest < 0) {
      CHECK(placed.outcome == placement_outcome::impossible);
      continue;
    }
    REQUIRE(placed.complete);
    CHECK(placed.peak_bytes == lowest);
    CHECK(placed.lower_bound_bytes == lowest);
    CHECK(placement_problems(all, placed.offset, lowest).empty());
    auto const again = place(all, lowest);
    REQUIRE(again.complete);
    CHECK(placement_problems(all, again.offset, lowest).empty());
    if (lowest > 0) CHECK(place(all, lowest - 1).outcome == placement_outcome::impossible);
    searched += placed.work > 0 ? 1 : 0;
    above_the_load += lowest > place_lowest(all, 1000, {.work = 0}).lower_bound_bytes ? 1 : 0;
  }
  CHECK(searched > 300);        // else this test would only see the quick placements
  CHECK(above_the_load > 100);  // else it would see no proof
}

TEST_CASE("the same task gives the same answer, to the last number") {
  std::mt19937 generator(7);
  items all;
  for (int i = 0; i < 120; ++i) {
    std::int64_t const first = draw(generator, 0, 60);
    all.push_back({first, first + draw(generator, 1, 20), draw(generator, 1, 500), 4});
  }
  auto const one = place_lowest(all, 1'000'000, {.work = 5000});
  auto const two = place_lowest(all, 1'000'000, {.work = 5000});
  REQUIRE(one.complete);
  CHECK(one.offset == two.offset);
  CHECK(one.work == two.work);
  CHECK(placement_problems(all, one.offset, one.peak_bytes).empty());
}

TEST_CASE("work ends the search") {
  std::mt19937 generator(11);
  items all;
  for (int i = 0; i < 300; ++i) {
    std::int64_t const first = draw(generator, 0, 100);
    all.push_back({first, first + draw(generator, 1, 60), draw(generator, 1, 5000)});
  }
  auto const lowest = place_lowest(all, 100'000'000, {.work = 0}).lower_bound_bytes;
  auto const placed = place(all, lowest, {.work = 10});
  CHECK(placed.work <= 10);
  if (!placed.complete) CHECK(placed.outcome == placement_outcome::out_of_work);
}

TEST_CASE("the check finds what is wrong") {
  items const all = {{0, 2, 10, 4}, {1, 3, 10, 1, 30}, {2, 4, 10}};
  using offsets = std::vector<std::int64_t>;
  CHECK(placement_problems(all, offsets{0, 30, 0}, 40).empty());
  CHECK(placement_problems(all, offsets{0, 30}, 40).at(0).what == kind::count_differs);
  CHECK(placement_problems(all, offsets{2, 30, 0}, 40).at(0).what == kind::misaligned);
  CHECK(placement_problems(all, offsets{0, 30, 31}, 40).at(0).what == kind::out_of_capacity);
  CHECK(placement_problems(all, offsets{0, 30, -1}, 40).at(0).what == kind::out_of_capacity);
  CHECK(placement_problems(all, offsets{0, 20, 0}, 40).at(0).what == kind::fixed_offset_moved);
  auto const overlaps = placement_problems(all, offsets{24, 30, 21}, 40);
  REQUIRE(overlaps.size() == 2);
  CHECK(overlaps[0].what == kind::overlap);
  CHECK(overlaps[0].item == 0);
  CHECK(overlaps[0].other == 1);
  CHECK(overlaps[1].item == 1);
  CHECK(overlaps[1].other == 2);
  CHECK(describe(overlaps[0], all, offsets{24, 30, 21}, 40) ==
        "item 0 (10 B at offset 24) overlaps item 1 (10 B at offset 30)");
  CHECK(placement_problems(items{{1, 1, 4}}, offsets{0}, 40).at(0).what == kind::bad_item);
}
