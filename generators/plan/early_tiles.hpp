// SPDX-License-Identifier: Apache-2.0
// Early tiles: under which of the steps before they come. The choice knows of the last one only; where that is too short for
// its transfers, some come under the one before.
#pragma once
#include <generators/plan/choice.hpp>

namespace deeploy::plan {
struct early_plan {
  std::vector<early_operands> of;    ///< per step
  std::vector<std::int64_t> cycles;  ///< per step: the longer of its tiles and of all transfers under it
  std::int64_t saved_cycles = 0;     ///< of the choice's objective
};

/// All under the step before, as the choice has it.
early_plan early_under_last(choice_problem const& p, choice const& c);

/// Tiles of operands that are finished by then, and whose buffers have room by live bytes, come under the one before that where
/// it saves cycles. Transfers that the one leaves undone go on under the other.
early_plan spread_early_tiles(planned_model const& m, plan_options const& o, choice_problem const& p, choice const& c);
}  // namespace deeploy::plan
