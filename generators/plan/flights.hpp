// SPDX-License-Identifier: Apache-2.0
// Units that compute the last tile of a step by themselves, while the cores go on with the steps behind it: as far as none of
// them needs the result, and as long as it takes. The choice's objective knows nothing of it.
#pragma once
#include <functional>
#include <generators/plan/choice.hpp>

namespace deeploy::plan {
struct flights {
  std::vector<int> under;            ///< per step: the one whose last tile a unit still computes when it begins, or -1
  std::vector<std::int64_t> hidden;  ///< per step: its cycles that pass meanwhile
  std::vector<std::int64_t> idle;    ///< per step: for which the cores wait for a unit behind it; the DMA need not
  std::int64_t hidden_cycles = 0;    ///< of all
};

/// @param cycles  cycles(s): of step s alone
/// @param waits   waits(f, s): must step s wait for what a unit computes for step f?
flights flights_of(choice_problem const& p, choice const& c, std::function<std::int64_t(int)> const& cycles, std::function<bool(int, int)> const& waits);

/// The same before there are addresses: that buffers keep apart is taken for granted, the second stage sees to it where there
/// is room.
flights expected_flights(planned_model const& m, choice_problem const& p, choice const& c);
}  // namespace deeploy::plan
