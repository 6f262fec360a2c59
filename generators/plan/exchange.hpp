// SPDX-License-Identifier: Apache-2.0
// Candidates that are better than those of the integer program where layers run beside each other: its objective counts one
// step after the other, and early tiles under one step only.
#pragma once
#include <generators/plan/choice.hpp>

namespace deeploy::plan {
/// Cycles of a choice that its objective counts, and that pass beside others.
std::int64_t beside_cycles(planned_model const& m, plan_options const& o, choice_problem const& p, choice const& c);

/// Exchanges candidates while that saves cycles, those of steps that have the same one together; homes and order stay. The objective may
/// grow by less than what passes beside others does.
void exchange_candidates(planned_model const& m, plan_options const& o, choice_problem& p, choice& best);
}  // namespace deeploy::plan
