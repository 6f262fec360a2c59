// SPDX-License-Identifier: Apache-2.0
// The six memory-placement instances of the conformance cases: 1,048,576 bytes with nothing or little to spare.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <generators/plan/placement_csv.hpp>
#include <iterator>
#include <string>

namespace {

using namespace deeploy::plan;

/// The folder named by DEEPLOY_CONFORMANCE; empty, with a message, where the instances are not at hand.
std::filesystem::path instances() {
  char const* const folder = std::getenv("DEEPLOY_CONFORMANCE");
  if (folder == nullptr) {
    MESSAGE("SKIPPED: set DEEPLOY_CONFORMANCE to the folder of the conformance cases to place allocator/*.csv");
    return {};
  }
  auto const found = std::filesystem::path(folder) / "allocator";
  if (std::filesystem::is_directory(found)) return found;
  MESSAGE("SKIPPED: DEEPLOY_CONFORMANCE has no folder allocator: ", found.string());
  return {};
}

placement_table read(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  return read_placement_csv(std::string(std::istreambuf_iterator<char>(stream), {}));
}

}  // namespace

TEST_CASE("conformance: all instances fit the capacity in their names") {
  auto const folder = instances();
  if (folder.empty()) return;
  for (char const name : {'A', 'B', 'C', 'D', 'E', 'F'}) {
    CAPTURE(name);
    auto const table = read(folder / (std::string(1, name) + ".1048576.csv"));
    REQUIRE(table.errors.empty());
    REQUIRE(!table.items.empty());
    auto const placed = place(table.items, 1'048'576);
    CHECK(placed.complete);
    CHECK(placement_problems(table.items, placed.offset, 1'048'576).empty());
    CHECK(placed.work <= 20'000);  // measured: 154 to 1,720
  }
}

TEST_CASE("conformance: the lowest peak is within 2 % of the bound") {
  auto const folder = instances();
  if (folder.empty()) return;
  for (char const name : {'A', 'B', 'C', 'D', 'E', 'F'}) {
    CAPTURE(name);
    auto const table = read(folder / (std::string(1, name) + ".1048576.csv"));
    auto const placed = place_lowest(table.items, 2'000'000);
    REQUIRE(placed.complete);
    CHECK(placement_problems(table.items, placed.offset, placed.peak_bytes).empty());
    CHECK(placed.peak_bytes <= placed.lower_bound_bytes + placed.lower_bound_bytes / 50);
  }
}
