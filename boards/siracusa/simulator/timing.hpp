// SPDX-License-Identifier: Apache-2.0
// Every number of cycles that the simulator charges, each in one place with its source.
//
// Sources: [cal] cycles measured on the public simulator GVSoC (the calibration table), [gv] GVSoC's own configuration,
// [man] manual of RI5CY / CV32E40P, [fit] fitted by us to several rows of the calibration table at once,
// [rtl] register-transfer simulations of the chip's team, [guess] no source: a value that is at least plausible.
#pragma once
#include <cstdint>

namespace simulator {
/// A point in time or a duration, in cycles of the one clock that fabric controller and cluster share.
using cycle_count = std::uint64_t;

namespace timing {
// Core pipeline ----
inline constexpr unsigned load_use = 1;           // [cal][man] the instruction after a load uses its result
inline constexpr unsigned taken_branch = 2;       // [cal][man] beyond the one cycle of the branch
inline constexpr unsigned jump = 1;               // [man] jal and jalr take two cycles
inline constexpr unsigned jump_register_use = 1;  // [man] jalr on the result of the instruction before it
inline constexpr unsigned multiply_high = 4;      // [man][gv] mulh, mulhu, mulhsu take five cycles
inline constexpr unsigned divide_base = 2;  // [gv] div and rem take (quotient-independent) clz(divisor) + 3 cycles
inline constexpr unsigned misaligned = 1;   // [cal][man] an access that crosses a word is two accesses
inline constexpr unsigned float_divide =
    9;  // [guess] fdiv.s and fsqrt.s take ten cycles; Siracusa's FPU is not documented
inline constexpr unsigned interrupt_entry = 4;    // [man] from request to the first instruction of the handler
inline constexpr unsigned fence_instruction = 2;  // [guess] fence.i drops the prefetched line

// Data accesses of a core, beyond the one cycle that a hit in L1 takes ----
inline constexpr unsigned cluster_to_l2 = 14;         // [cal] 15 in all; [gv] cluster interconnect 2 + AXI 12
inline constexpr unsigned cluster_to_weights = 4;     // [cal] 5 in all; [gv] cluster interconnect 2 + weight router 2
inline constexpr unsigned cluster_to_peripheral = 3;  // [cal] 4 in all
inline constexpr unsigned cluster_to_soc = 22;        // [gv] as L2, and APB 8
inline constexpr unsigned cluster_to_own_port = 0;    // [gv] event unit and DMA ports of the core itself
inline constexpr unsigned fabric_to_l2 = 0;           // [gv] the controller's data port reaches L2 without a router
inline constexpr unsigned fabric_to_soc = 8;          // [gv] APB
inline constexpr unsigned fabric_to_cluster = 14;     // [gv] AXI 12 + cluster interconnect 2

inline constexpr unsigned l2_banks = 4;               // [gv] words interleaved; the chip's number is not published

// Instruction fetch ----
inline constexpr unsigned private_refill = 2;  // [gv] a core's own cache takes a line from the shared one
inline constexpr unsigned shared_refill = 2;   // [gv] the shared cache takes a line; the way to the memory comes on top
inline constexpr unsigned fetch_from_l2 = 14;  // [cal] about 15 a line with the cache off, 18 with it
inline constexpr unsigned fetch_from_l1 = 2;   // [gv] cluster interconnect
inline constexpr unsigned fetch_from_weights = 4;  // [gv] cluster interconnect 2 + weight router 2
inline constexpr unsigned fabric_fetch = 5;        // [gv] the fabric controller's path to L2

// Event unit ----
/// From the event that grants a wait to the core's next instruction. [cal] barrier 6 to 8, sixteen in a loop 185; [gv]
/// 6 + 2
inline constexpr unsigned event_wake_up = 8;

// DMA ----
inline constexpr unsigned dma_burst_bytes = 256;    // [gv] and the RTL's splitter
inline constexpr unsigned dma_issue = 1;            // [gv] private queue to global queue
inline constexpr unsigned dma_l2_latency = 14;      // [cal] first data of a burst; the same hops as a core's load
inline constexpr unsigned dma_weights_latency = 4;  // [cal]
/// The external port holds one burst's request at a time, both directions together: a burst of n bytes occupies it for
/// this many cycles and n / 32 more. [fit] lines of 64 bytes every 14 cycles, 256 bytes in and out at once every 40.
inline constexpr unsigned dma_request = 12;
inline constexpr unsigned dma_request_bytes_per_cycle = 32;
inline constexpr unsigned dma_words_per_cycle = 2;  // [gv][rtl] two 4-byte ports into L1 each way

// NPU ----
inline constexpr unsigned npu_start = 3;        // [guess] trigger to the first load; stays under the 25 of the bar
inline constexpr unsigned npu_soft_clear = 10;  // [rtl] software waits about ten cycles
inline constexpr unsigned npu_stream_in_overhead = 3;  // [guess] stream-in is not in the fitted model: as stream-out

// L3 ----
/// Bytes per 100 cycles between HyperRAM and L2. [guess] practice is 0.2 to 0.5 bytes per cluster cycle.
inline constexpr unsigned l3_bytes_per_100_cycles = 40;
inline constexpr unsigned l3_latency = 60;  // [guess] command, address and access latency of one transfer
}  // namespace timing
}  // namespace simulator
