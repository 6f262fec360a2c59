// SPDX-License-Identifier: Apache-2.0
// Cycles of a run on a board, layer by layer.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace deeploy::report {
/// What a run took.
///
/// @param plan       plan.json
/// @param total      cycles of the whole run
/// @param step_ends  cycles from the run's begin to the end of each step; another number of them than of steps: nothing was counted
/// @returns "cycles" (null: not counted), "layers" and "steps", each with estimated_cycles and cycles. From the end of the
///          step that ended before to a step's own; the last one's end is the total
nlohmann::ordered_json measured(nlohmann::json const& plan, std::int64_t total, std::vector<std::int64_t> const& step_ends);
/// The same as a table, with multiplications and additions per cycle, and milliseconds at each clock.
std::string cycle_table(nlohmann::ordered_json const& measured, std::vector<int> const& megahertz);
}  // namespace deeploy::report
