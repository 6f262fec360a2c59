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
};

struct control_block {
  team_function volatile function;
  void* volatile argument;
  uint32_t volatile ready;       ///< the cluster waits for work
  uint32_t volatile done;        ///< the last work has ended
  uint32_t volatile cancel;      ///< the fabric controller asks for an end
  uint32_t volatile position;    ///< high half: the step that runs now; low half: how many of its tiles have begun
  /// The layer of each step; null unless the model was compiled with DEEPLOY_DEBUG.
  deeploy::detail::text const* volatile layers;
  team_work volatile work;
};
}  // namespace deeploy::siracusa

extern "C" deeploy::siracusa::control_block deeploy_control;
/// Pages of a program's stream, in L1; see board.hpp.
extern "C" unsigned char deeploy_stream_pages[];
