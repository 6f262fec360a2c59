// SPDX-License-Identifier: Apache-2.0
// placement_table: items of a placement as a CSV file, one per line.
#pragma once
#include <cstdint>
#include <generators/plan/placement.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace deeploy::plan {

/// The columns id, lower, upper (exclusive) and size must be there, in any order. The columns alignment (1 where empty)
/// and offset (fixed where not empty) may be. All others are carried along and written again.
struct placement_table {
  std::vector<std::string> columns;              ///< names, as in the file
  std::vector<std::vector<std::string>> cells;   ///< per item and column, as in the file
  std::vector<std::string> ids;                  ///< per item
  std::vector<placement_item> items;
  std::vector<std::string> errors;               ///< "line 7: ..."; the table is of use only when there are none
};

/// Reads the text of a file and reports every bad line. Lines may end with CR LF, blank ones are skipped; quotes have
/// no meaning.
placement_table read_placement_csv(std::string_view text);

/// The table with the offsets in its column offset, which is added at the end if it was not there. One offset per item.
std::string write_placement_csv(placement_table const& table, std::span<std::int64_t const> offsets);

}  // namespace deeploy::plan
