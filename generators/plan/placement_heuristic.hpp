// SPDX-License-Identifier: Apache-2.0
// place_quickly: quick placements, nearly always good, never proved best.
#pragma once
#include <cstdint>
#include <generators/plan/placement_instance.hpp>
#include <vector>

namespace deeploy::plan::detail {

struct quick_placement {
  std::vector<std::int64_t> offset;  ///< one per entry of the instance; empty if none was found
  std::int64_t peak_bytes = 0;
};

/// The lowest peak of several orders and rules; stops as soon as one is not above `good_enough_bytes`. The capacity is
/// not looked at. Empty only if two fixed items overlap.
quick_placement place_quickly(placement_instance const& instance, std::int64_t good_enough_bytes);

/// Largest end of an item, without the rounding of sizes.
std::int64_t peak_of(placement_instance const& instance, std::vector<std::int64_t> const& offset);

}  // namespace deeploy::plan::detail
