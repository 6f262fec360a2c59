// SPDX-License-Identifier: Apache-2.0
// The memories of Siracusa. The host board plans for them too, so they stand here and nowhere else.
#pragma once
#include <deeploy/memory.hpp>

namespace deeploy::board {
/// Sources: pulp-sdk link scripts (sizes), DORY's N-EUREKA target (8 B/cycle from L2), GVSoC measurements (about 26 cycles
/// from push to wake-up for L2, 4 KiB to or from weight memory in 570 to 605 cycles: 7 B/cycle).
/// Rates are bytes per 16 cycles so that 7 B/cycle stays an integer.
inline constexpr memory_facts siracusa_memories[] = {
    {.name = "l1", .capacity_bytes = 256 * 1024, .alignment_bytes = 4, .dma_bytes_per_16_cycles = 0,
     .dma_latency_cycles = 0, .holds_activations = true, .holds_constants = false, .retains = false},
    {.name = "l2", .capacity_bytes = 2 * 1024 * 1024, .alignment_bytes = 4, .dma_bytes_per_16_cycles = 128,
     .dma_latency_cycles = 26, .holds_activations = true, .holds_constants = true, .retains = true},
    // Two halves behind one port. MRAM keeps its content without power; both are read by the DMA.
    {.name = "wmem_mram", .capacity_bytes = 4 * 1024 * 1024, .alignment_bytes = 32, .dma_bytes_per_16_cycles = 112,
     .dma_latency_cycles = 30, .holds_activations = false, .holds_constants = true, .retains = true, .read_in_place = true},
    {.name = "wmem_sram", .capacity_bytes = 4 * 1024 * 1024, .alignment_bytes = 32, .dma_bytes_per_16_cycles = 112,
     .dma_latency_cycles = 30, .holds_activations = false, .holds_constants = true, .retains = false, .read_in_place = true},
    // HyperRAM: loaded before the run only; nothing is planned into it.
    {.name = "l3", .capacity_bytes = 64 * 1000 * 1000, .alignment_bytes = 4, .dma_bytes_per_16_cycles = 0,
     .dma_latency_cycles = 0, .holds_activations = false, .holds_constants = false, .retains = true},
};
/// Cycles of a run, a step, a tile and of programming a transfer: programs of single layers, tests/calibration; of a walked tile,
/// tests/target/walked.py. 16 lines of 64 bytes take 248 cycles where 1 KiB in one line takes 149: about 6 a line. 4 KiB in and
/// 4 KiB out at once take 655 where one takes 533: one port asks for bursts of both directions (GVSoC). Energy: 332 mW at 360 MHz
/// for the whole chip; 2 pJ a byte between L2 and L1 is an estimate of the literature, not a measurement, and serves for ranking only.
inline constexpr execution_costs siracusa_costs{.dma_issue_cycles = 48, .dma_line_cycles = 6, .dma_request_cycles = 12, .dma_burst_bytes = 256,
                                                .dma_request_bytes_per_cycle = 32, .run_cycles = 1780, .step_cycles = 30, .tile_cycles = 150,
                                                .walked_tile_cycles = 8000, .code_line_cycles = 15, .code_cache_bytes = 4096, .executor_code_bytes = 1000,
                                                .picojoules_per_cycle = 922, .picojoules_per_byte = 2, .unit_wake_cycles = 30};
/// Cluster cores that run kernels.
inline constexpr int siracusa_cores = 8;
}  // namespace deeploy::board
