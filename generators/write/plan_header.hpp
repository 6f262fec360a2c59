// SPDX-License-Identifier: Apache-2.0
// A finished plan as text: plan.hpp and plan.json.
#pragma once
#include <generators/plan/planner.hpp>
#include <string>

namespace deeploy::write {
/// plan.hpp as text.
std::string plan_header(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o);
/// plan.json as text: what the report is made from.
std::string plan_json(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o, double seconds);
/// refused.json as text: of a network that has no plan, the layers made of several that run nowhere by themselves.
std::string refused_json(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o);
}  // namespace deeploy::write
