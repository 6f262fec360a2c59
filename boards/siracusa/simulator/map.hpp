// SPDX-License-Identifier: Apache-2.0
// Siracusa's address map and the fixed numbers of the machine.
#pragma once
#include <cstdint>

namespace simulator {
using address32 = std::uint32_t;

namespace map {
inline constexpr unsigned cluster_cores = 8;
inline constexpr unsigned fabric_core = 8;  // index of the fabric controller among our nine cores
inline constexpr unsigned all_cores = 9;
inline constexpr std::uint32_t fabric_hart = 31u << 5;

inline constexpr unsigned l1_banks = 16;
inline constexpr std::uint32_t l1_bytes = 256 * 1024;
inline constexpr std::uint32_t l2_bytes = 2 * 1024 * 1024;
inline constexpr std::uint32_t weight_bytes = 8 * 1024 * 1024;  // MRAM half, then SRAM half
inline constexpr std::uint32_t l3_bytes = 64 * 1024 * 1024;     // HyperRAM on chip select 0

inline constexpr address32 l1_alias = 0x0000'0000;  // as a cluster core sees it; the fabric controller sees L2 there
inline constexpr address32 l1 = 0x1000'0000;
inline constexpr address32 l1_test_and_set = 0x1010'0000;
inline constexpr address32 peripheral_alias = 0x0020'0000;
inline constexpr address32 cluster_peripherals = 0x1020'0000;
inline constexpr std::uint32_t cluster_peripheral_bytes = 0x0000'5000;
inline constexpr address32 cluster_control = 0x1020'0000;
/// Of cluster control: who comes first at L1's banks, and for how many cycles on end the other side may be put off.
inline constexpr std::uint32_t npu_control = 0x18, npu_priority = 0x100, npu_most_stall = 0xFF;
inline constexpr address32 cluster_timer = 0x1020'0400;
inline constexpr address32 event_unit = 0x1020'0800;
inline constexpr address32 npu = 0x1020'1000;
inline constexpr address32 cluster_icache = 0x1020'1400;
inline constexpr address32 dma = 0x1020'1800;
inline constexpr address32 event_unit_own = 0x1020'4000;  // each core's private port
inline constexpr address32 dma_own = 0x1020'4400;
inline constexpr address32 weights = 0x1040'0000;
inline constexpr address32 weight_control = 0x10C0'0000;
inline constexpr address32 soc_peripherals = 0x1A10'0000;
inline constexpr address32 clocks = 0x1A10'0000;
inline constexpr address32 gpio = 0x1A10'1000;
inline constexpr address32 udma = 0x1A10'2000;
inline constexpr address32 soc_control = 0x1A10'4000;
inline constexpr address32 soc_events = 0x1A10'6000;
inline constexpr address32 fabric_icache = 0x1A10'8800;
inline constexpr address32 fabric_interrupts = 0x1A10'9800;
inline constexpr address32 fabric_timer = 0x1A10'B000;
inline constexpr address32 fabric_timer_1 = 0x1A10'B800;
inline constexpr address32 console = 0x1A10'F000;
inline constexpr address32 l2 = 0x1C00'0000;
inline constexpr address32 write_fifo = 0x2000'0000;  // writes only, into the cluster at the same low 28 bits
inline constexpr std::uint32_t write_fifo_bytes = 0x1000'0000;
}  // namespace map

/// Numbers of the event unit's 32 event lines.
namespace event_line {
inline constexpr unsigned dma_event = 8, dma_interrupt = 9, timer_low = 10, timer_high = 11, npu = 12, barrier = 16,
                          mutex = 17, dispatch = 18;
}

/// Numbers of the fabric controller's interrupt lines.
namespace interrupt_line {
inline constexpr unsigned cluster_dma = 8, timer_low = 10, timer_high = 11, timer_1_low = 12, timer_1_high = 13,
                          soc_event_fifo = 26;
}
}  // namespace simulator
