// SPDX-License-Identifier: Apache-2.0
// The report: a plan as tables, made from plan.json.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace deeploy::report {
/// Per layer: operator, engine, form, tile, buffers, cycles, bytes; per memory: used, available, what sets the peak; the plan's
/// objective, bound and gap.
std::string text(nlohmann::json const& plan);
/// Memory over the steps, as a strip of characters per memory: what lies where while each step runs.
std::string memory_map(nlohmann::json const& plan, std::size_t width);
}  // namespace deeploy::report
