// SPDX-License-Identifier: Apache-2.0
// placement_instance: a placement task in the form the solver works on, with time cut into the fewest sections.
#pragma once
#include <cstddef>
#include <cstdint>
#include <generators/plan/placement.hpp>
#include <span>
#include <vector>

namespace deeploy::plan::detail {

/// An item of more than 0 bytes.
struct placement_entry {
  std::size_t source = 0;  ///< index in the items the user gave
  int first_section = 0;
  int end_section = 0;          ///< exclusive
  std::int64_t bytes = 0;       ///< rounded up to the instance's granularity
  std::int64_t real_bytes = 0;  ///< as the user gave it
  std::int64_t alignment = 1;
  std::int64_t latest = 0;  ///< largest offset the capacity allows
  std::int64_t fixed = -1;  ///< -1: free
};

inline bool meet(placement_entry const& a, placement_entry const& b) {
  return a.first_section < b.end_section && b.first_section < a.end_section;
}

/// One section per largest set of items that live together. Two items meet in time exactly if they share a section, so
/// a placement that is right in every section is right at every moment.
struct placement_instance {
  std::vector<placement_entry> entries;
  int sections = 0;
  std::int64_t granularity_bytes = 1;  ///< divides every alignment, so every offset is a multiple of it
  std::int64_t peak_step_bytes = 1;    ///< the lowest peak is a multiple of it
  std::int64_t capacity_bytes = 0;
  std::int64_t lower_bound_bytes = 0;

  /// The items called `chosen`, which must have passed the input check and have more than 0 bytes.
  placement_instance(std::span<placement_item const> items, std::span<std::size_t const> chosen, std::int64_t capacity);

  void set_capacity(std::int64_t capacity);

  /// Sum over all items of the sections they live in: the search needs about 12 bytes for each.
  [[nodiscard]] std::int64_t incidences() const;
};

/// Groups of items of more than 0 bytes such that no two items of different groups live at the same time.
std::vector<std::vector<std::size_t>> independent_groups(std::span<placement_item const> items);

/// Smallest multiple of `alignment` that is not below `value` (both not negative).
constexpr std::int64_t align_up(std::int64_t value, std::int64_t alignment) {
  if (alignment == 1) return value;  // nearly always, and a division costs more than the rest of the caller
  std::int64_t const rest = value % alignment;
  return rest == 0 ? value : value + (alignment - rest);
}

/// For the solver's vectors, whose elements are named by int so that -1 can mean none.
constexpr std::size_t position(int index) { return static_cast<std::size_t>(index); }

}  // namespace deeploy::plan::detail
