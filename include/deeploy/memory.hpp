// SPDX-License-Identifier: Apache-2.0
// Memories and boards as values: what board.hpp states and what planner, proof and executor read.
#pragma once
#include <deeploy/detail/meta.hpp>

namespace deeploy {
/// A memory as a fact of a board. Memory 0 is the one that kernels work in (L1).
struct memory_facts {
  char const* name;
  bytes capacity_bytes;
  bytes reserved_bytes = 0;        ///< of these, what the board's run-time keeps for itself (stacks, code)
  bytes alignment_bytes;           ///< of buffers placed in it
  index dma_bytes_per_16_cycles;   ///< between this memory and L1; 0 for L1 itself
  index dma_latency_cycles;        ///< from push to first data
  bool holds_activations;          ///< the planner may put written tensors here
  bool holds_constants;            ///< the planner may put constants here
  bool retains;                    ///< keeps its content in sleep
  bool read_in_place = false;      ///< an engine that packs its constants reads them here through a port of its own
  constexpr bytes plannable_bytes() const { return capacity_bytes - reserved_bytes; }
};

/// What a section of a memory is for. Sections have bases of their own, so that two networks may share scratch while
/// their constants and states stay apart.
enum class section : u8 { constants, state, scratch };
inline constexpr int section_count = 3;
inline constexpr int max_memories = 6;

constexpr char const* name_of(section s) {
  constexpr char const* names[] = {"constants", "state", "scratch"};
  return names[static_cast<int>(s)];
}

/// What moving data and walking steps cost on a board.
struct execution_costs {
  index dma_issue_cycles;       ///< core cycles to program one transfer
  index dma_line_cycles;        ///< DMA cycles per line of a two-dimensional transfer, beside its bytes
  index dma_request_cycles;     ///< of the one port for requests, which both directions share: per burst of so many bytes,
  index dma_burst_bytes;
  index dma_request_bytes_per_cycle;  ///< and its bytes at this rate besides
  index run_cycles;             ///< of a run, before its first step and behind its last one
  index step_cycles;            ///< executor, per step
  index tile_cycles;            ///< executor, per tile
  index walked_tile_cycles;     ///< more where tiles are made ready at run time
  index code_line_cycles;       ///< until 16 bytes of code are in the instruction cache
  index code_cache_bytes;
  index executor_code_bytes;    ///< of them, what the executor itself keeps in use
  index picojoules_per_cycle;   ///< whole chip
  index picojoules_per_byte;    ///< moved between memories
  index unit_wake_cycles = 0;   ///< from the end of a unit's job to what the core does then
};

/// Satisfied by a board: its name, memories, costs, cores and engines.
template <class B>
concept Board = requires {
  B::name;
  B::memories[0].capacity_bytes;
  B::cores;
  B::costs.dma_issue_cycles;
  typename B::engines;
};

template <Board B>
inline constexpr int memory_count = sizeof(B::memories) / sizeof(memory_facts);

/// Everything of a board that a plan depends on, as one number.
template <Board B>
inline constexpr u64 board_hash = [] {
  detail::digest d;
  d.add(B::name);
  d.add(static_cast<u64>(B::cores));
  for (memory_facts const& m : B::memories) {
    d.add(m.name);
    index const facts[] = {m.capacity_bytes, m.reserved_bytes, m.alignment_bytes, m.dma_bytes_per_16_cycles, m.dma_latency_cycles};
    for (index fact : facts) d.add(static_cast<u64>(fact));
  }
  return d.value;
}();
}  // namespace deeploy
