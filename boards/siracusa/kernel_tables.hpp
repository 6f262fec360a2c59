// SPDX-License-Identifier: Apache-2.0
// The proof of a plan, its tables and its kernels. Included where they are to be compiled.
#pragma once
#include <deeploy/program_stream.hpp>
#include <siracusa/instance.hpp>

namespace deeploy::siracusa {
template <Network Net, class Board>
planned_program planned() {
  using stream = program_stream<Net, Board>;
  planned_program p{{stream::words(), stream::pages}, nullptr};
  if constexpr (stream::walks)
    p.walk = [](int step, memory_bases const& bases, control_block& control, run_time_extents const& extents) {
      return walk_step(program<Net, Board>::view, step, bases, control, extents);
    };
  return p;
}
}  // namespace deeploy::siracusa
