// SPDX-License-Identifier: Apache-2.0
// Steps that run what others run already, where one kernel less in the instruction cache is worth more than a better one.
#pragma once
#include <functional>
#include <generators/plan/choice.hpp>

namespace deeploy::plan {
/// Cycles in which code is fetched that is not in the instruction cache any more, beyond those that candidates count of their own.
std::int64_t fetched_code_cycles(planned_model const& m, choice_problem const& p, choice const& c);

/// Gives up kernels, one after the other, all their steps at once: each step takes the best candidate of another kernel, first of those
/// that others run, with its tensors where they are. The objective knows each step's own code only.
///
/// @param cycles  of a choice, besides the code that is fetched
/// @returns is it another choice now?
bool share_code(planned_model const& m, choice_problem& p, choice& c, std::function<std::int64_t(choice const&)> const& cycles);
}  // namespace deeploy::plan
