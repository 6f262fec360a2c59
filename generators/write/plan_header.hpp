// SPDX-License-Identifier: Apache-2.0
// Writes plan.hpp, plan.json and the weight images of a finished plan.
#pragma once
#include <generators/plan/planner.hpp>
#include <string>

namespace deeploy::write {
/// plan.hpp as text.
std::string plan_header(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o);
/// plan.json as text: what the report is made from.
std::string plan_json(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o, double seconds);
/// The constants of one memory as they lie in its constants section, with the image header in front.
std::string weight_image(plan::planned_model const& m, plan::plan_result const& r, int memory, std::string const& constants);
/// Writes a file aside and renames it, so that no half-written one is ever seen. Empty when it worked, else why not.
std::string write_file(std::string const& path, std::string const& content);
}  // namespace deeploy::write
