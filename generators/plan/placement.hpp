// SPDX-License-Identifier: Apache-2.0
// placement: where in one memory each buffer lies, so that buffers that live at the same time never share a byte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace deeploy::plan {

/// A buffer that needs an address. It lives in [first, end): at `end` its bytes are free again. The unit of time does
/// not matter, only the order of the moments does.
struct placement_item {
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t bytes = 0;                         ///< 0 is legal: such an item shares bytes with nobody
  std::int64_t alignment = 1;                     ///< any positive number, not only powers of two
  std::optional<std::int64_t> fixed_offset = {};  ///< where a user or an earlier decision put it
};

/// How long to search. Counted steps, never seconds: every machine gives the same answer.
struct placement_limits {
  /// Search nodes; each takes 1 to 30 microseconds. Where many items live at very many moments, a node takes longer and
  /// counts as several. 0: quick placements only.
  std::uint64_t work = 100'000;
  std::int64_t good_enough_bytes = 0;  ///< place_lowest stops at a peak not above this
};

enum class placement_outcome {
  placed,       ///< every item has an offset
  impossible,   ///< proved: no offsets fit the capacity
  out_of_work,  ///< neither found nor disproved within the limits
  bad_input,    ///< an item makes no sense; see `messages`
};

struct placement {
  placement_outcome outcome = placement_outcome::bad_input;
  bool complete = false;               ///< outcome == placed
  std::vector<std::int64_t> offset;    ///< one per item, in the order of the items; empty unless complete
  std::int64_t peak_bytes = 0;         ///< largest end of an item; 0 unless complete
  std::int64_t lower_bound_bytes = 0;  ///< proved: no placement has a lower peak
  std::uint64_t work = 0;              ///< used, in the same measure; the last node may go beyond the limit
  std::vector<std::string> messages;   ///< what is wrong with the input, everything at once
};

/// Sizes with their alignments may not exceed this together, fixed offsets not alone, so that no sum overflows. A
/// larger capacity counts as this one.
inline constexpr std::int64_t largest_placement_bytes = std::int64_t{1} << 60;

/// Finds offsets within the capacity; says `impossible` only when that is proved.
placement place(std::span<placement_item const> items, std::int64_t capacity_bytes, placement_limits limits = {});

/// Finds offsets within the capacity with a peak as low as the limits allow; it is proved lowest where
/// `peak_bytes == lower_bound_bytes`.
placement place_lowest(std::span<placement_item const> items, std::int64_t capacity_bytes,
                       placement_limits limits = {});

struct placement_problem {
  enum class kind { count_differs, bad_item, out_of_capacity, misaligned, fixed_offset_moved, overlap };
  kind what;
  std::size_t item = 0;   ///< count_differs: the number of items
  std::size_t other = 0;  ///< overlap: the second item; count_differs: the number of offsets
};

/// Everything that is wrong with the offsets; empty when they are right. Shares no code with the solver.
std::vector<placement_problem> placement_problems(std::span<placement_item const> items,
                                                  std::span<std::int64_t const> offsets, std::int64_t capacity_bytes);

/// The problem in words. `names`, where given, are used instead of the items' numbers.
std::string describe(placement_problem const& problem, std::span<placement_item const> items,
                     std::span<std::int64_t const> offsets, std::int64_t capacity_bytes,
                     std::span<std::string const> names = {});

}  // namespace deeploy::plan
