// SPDX-License-Identifier: Apache-2.0
// input_mistakes: the checks behind the outcome bad_input.
#include <generators/plan/placement_input.hpp>

namespace deeploy::plan::detail {

std::vector<std::string> item_mistakes(placement_item const& item) {
  std::vector<std::string> mistakes;
  auto const largest = std::to_string(largest_placement_bytes);
  if (item.end <= item.first) {
    mistakes.push_back("lifetime [" + std::to_string(item.first) + ", " + std::to_string(item.end) + ") is empty");
  }
  if (item.bytes < 0) mistakes.push_back("size " + std::to_string(item.bytes) + " is negative");
  bool const aligned = item.alignment >= 1 && item.alignment <= largest_placement_bytes;
  if (!aligned) mistakes.push_back("alignment " + std::to_string(item.alignment) + " is not in 1 .. " + largest);
  if (!item.fixed_offset) return mistakes;
  if (*item.fixed_offset < 0 || *item.fixed_offset > largest_placement_bytes) {
    mistakes.push_back("fixed offset " + std::to_string(*item.fixed_offset) + " is not in 0 .. " + largest);
  } else if (aligned && *item.fixed_offset % item.alignment != 0) {
    mistakes.push_back("fixed offset " + std::to_string(*item.fixed_offset) + " is not a multiple of its alignment " +
                       std::to_string(item.alignment));
  }
  return mistakes;
}

std::vector<std::string> input_mistakes(std::span<placement_item const> items, std::int64_t capacity_bytes) {
  std::vector<std::string> mistakes;
  if (capacity_bytes < 0) mistakes.push_back("capacity " + std::to_string(capacity_bytes) + " is negative");
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto const name = "item " + std::to_string(i) + ": ";
    for (auto const& mistake : item_mistakes(items[i])) mistakes.push_back(name + mistake);
  }
  if (!mistakes.empty()) return mistakes;
  // The solver may stack all items, each behind a gap of almost its alignment.
  std::int64_t left = largest_placement_bytes;
  for (auto const& item : items) {
    std::int64_t const gap = item.alignment - 1;
    if (item.bytes > left || gap > left - item.bytes) {
      mistakes.push_back("the items with their alignments need more than " + std::to_string(largest_placement_bytes) +
                         " bytes together");
      break;
    }
    left -= item.bytes + gap;
  }
  return mistakes;
}

}  // namespace deeploy::plan::detail
