// SPDX-License-Identifier: Apache-2.0
// The run-time's own words in L1: how fabric controller and cluster meet. A debugger finds them at deeploy_control.
#pragma once
#include <deeploy/detail/meta.hpp>
#include <deeploy/kernel.hpp>
#include <stdint.h>

namespace deeploy::siracusa {
/// A function that all cores of the cluster enter.
using team_function = void (*)(uint32_t core, void* argument);

/// What core 0 asks of the others during a run. Written by core 0 before a barrier, read by all after it.
struct team_work {
  kernel_phase const* phases;      ///< ended by null; none at all: go home
  kernel_arguments const* block;   ///< what the phases are called with
  uint32_t first;                  ///< core that is the team's first: 1 where core 0 has no share
};

struct control_block {
  team_function volatile function;
  void* volatile argument;
  static constexpr uint32_t barrier_ready = 1, all_ready = 2;
  uint32_t volatile ready;       ///< what the cluster has behind it: its barrier is set up; all cores wait for work
  uint32_t volatile done;        ///< the last work has ended
  uint32_t volatile cancel;      ///< the fabric controller asks for an end
  uint32_t volatile position;    ///< high half: the step that runs now; low half: how many of its tiles have begun
  /// The layer of each step; null unless the model was compiled with DEEPLOY_DEBUG.
  deeploy::detail::text const* volatile layers;
  team_work volatile work;
};

/// Has all cores of the team call a function, and returns when all have; false: the cores do not take work now.
using team_runner = bool (*)(team_function function, void* argument);
/// Null until start_cluster(). A run-time of one's own may set it; until then the fabric controller works alone.
inline team_runner run_on_team = nullptr;
}  // namespace deeploy::siracusa

extern "C" deeploy::siracusa::control_block deeploy_control;
/// Pages of a program's stream, in L1; see board.hpp.
extern "C" unsigned char deeploy_stream_pages[];
