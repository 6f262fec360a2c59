// SPDX-License-Identifier: Apache-2.0
// The cycle model, fitted to register-transfer simulations of the chip: phases of each step, and their sum in closed
// form.
#pragma once
#include <array>
#include <cstdint>

#include "job.hpp"

namespace simulator::neureka {
using cycle_count = std::uint64_t;

enum class phase_kind : std::uint8_t {
  load,           ///< a window of inputs, one pixel of 32 bytes a cycle
  stream_in,      ///< accumulators from memory
  weight_offset,  ///< the sum of inputs times the offset
  products,       ///< weight words against the window; with prefetch the next window is loaded meanwhile
  update,         ///< loop counters
  shift,
  scale,
  bias,
  stream_out,
};
inline constexpr unsigned phase_kinds = 9;
char const* name_of(phase_kind kind);

struct cycle_options {
  unsigned weight_memory_cycles = 1;  ///< per word from weight memory: 1 published peaks, 2 RTL simulation with SRAM
  unsigned stream_in_overhead = 3;    ///< beyond its words; not in the fitted model, taken as stream-out's
};

struct phase {
  phase_kind kind = phase_kind::load;
  std::uint32_t cycles = 0;
};

/// One input sub-tile against one output tile, in the hardware's order of phases. The last step of a tile ends with
/// requantisation and stream-out, the first step of a job begins with a load.
struct step {
  std::array<phase, 10> phases{};
  unsigned count = 0;
  void add(phase_kind kind, std::uint32_t cycles) {
    if (cycles != 0) phases[count++] = {kind, cycles};
  }
};

/// Cycles between two weight words.
unsigned word_cycles(job const& j, cycle_options const& options);

/// Phases of step `sub_tile` of a tile.
step make_step(job const& j, cycle_options const& options, tile_index const& tile, unsigned sub_tile);

/// Sum of all phases of a job, without stepping through it.
cycle_count busy_cycles(job const& j, cycle_options const& options);
}  // namespace simulator::neureka
