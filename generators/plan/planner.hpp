// SPDX-License-Identifier: Apache-2.0
// The planner: from a model and options to a finished plan with a proven bound, or the reasons why there is none.
#pragma once
#include <deeploy/packing.hpp>
#include <generators/plan/early_tiles.hpp>

namespace deeploy::plan {
/// What the report says of one step.
struct step_report {
  int layer = 0;
  candidate chosen;
  std::int64_t cycles = 0;  ///< estimated, with what the step fetches for the next one
  std::int64_t live_l1_bytes = 0;
};

struct memory_report {
  std::int64_t used = 0, available = 0;
  std::int64_t live_bound = 0;  ///< largest sum of live bytes: no plan of these choices can use less
  int peak_layer = -1;          ///< which layer sets the peak
};

struct plan_result {
  std::vector<infeasibility> problems;  ///< empty when there is a plan
  finished_plan plan;
  std::vector<step_report> steps;
  std::vector<memory_report> memories;
  front_statistics candidates;
  int layer_classes = 0;
  std::int64_t relaxation_bound = 0;
  std::uint64_t columns_priced = 0;
  std::uint64_t nodes = 0;
  bool proven_optimal = false;
  double gap() const {
    return plan.objective <= 0 ? 0 : static_cast<double>(plan.objective - plan.bound) / static_cast<double>(plan.objective);
  }
};

/// Plans. Same model, same options: same plan, on any machine; unless the emergency clock strikes, which
/// `plan.reproducible` tells.
plan_result make_plan(planned_model const& m, plan_options const& options);

/// How the steps of a plan store the tensors.
std::vector<stored_tensor> stored_tensors(planned_model const& m, std::vector<step> const& steps);

/// What place_buffers() returns when nothing is missing.
inline constexpr int placed_all = -1;

/// Offsets for a choice: every tile buffer and tensor gets its place.
///
/// @returns placed_all, or the memory in which no placement was found; then `plan` is untouched
/// @param early  where its early tiles come, or nearer where there is no room
int place_buffers(planned_model const& m, plan_options const& options, choice_problem const& p, choice const& c, early_plan& early,
                   plan_result& result);
}  // namespace deeploy::plan
