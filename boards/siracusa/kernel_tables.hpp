// SPDX-License-Identifier: Apache-2.0
// The proof of a plan, its tables and its kernels. Included where they are to be compiled.
#pragma once
#include <deeploy/program_stream.hpp>
#include <siracusa/instance.hpp>

namespace deeploy::siracusa {
/// The layer of each step, for messages of debug builds.
template <Network Net>
struct layers_of_steps {
  static constexpr int steps = sizeof(plan_of<Net>::steps) / sizeof(step);
  struct names {
    deeploy::detail::text of[steps];
  };
  static constexpr names all = [] {
    names n{};
    for (int s = 0; s < steps; ++s) n.of[s] = graph<Net>::table::name[plan_of<Net>::steps[s].layer];
    return n;
  }();
};

template <Network Net, class Board>
planned_program planned() {
  using stream = program_stream<Net, Board>;
  planned_program p{{stream::words(), stream::pages}, nullptr, nullptr};
  if constexpr (stream::walks)
    p.walk = [](int step, memory_bases const& bases, control_block& control, run_time_extents const& extents) {
      return walk_step(program<Net, Board>::view, step, bases, control, extents);
    };
#ifdef DEEPLOY_DEBUG
  p.layers = layers_of_steps<Net>::all.of;
#endif
  return p;
}
}  // namespace deeploy::siracusa
