// SPDX-License-Identifier: Apache-2.0
// Addresses of Siracusa's peripherals, as far as the run-time uses them. Sources: pulp-sdk, event_unit_flex, mchan.
#pragma once
#include <stdint.h>

namespace deeploy::siracusa {
inline uint32_t load(uint32_t address) { return *reinterpret_cast<uint32_t volatile*>(address); }
inline void store(uint32_t address, uint32_t value) { *reinterpret_cast<uint32_t volatile*>(address) = value; }

// Control and status registers. The extension is named here, because -march=rv32imc alone does not have it.
template <int number>
inline uint32_t read_csr() {
  uint32_t value;
  asm volatile(".option push\n.option arch, +zicsr\ncsrr %0, %1\n.option pop" : "=r"(value) : "i"(number));
  return value;
}
template <int number>
inline void set_csr_bits(uint32_t bits) {
  asm volatile(".option push\n.option arch, +zicsr\ncsrs %0, %1\n.option pop" ::"i"(number), "r"(bits) : "memory");
}
template <int number>
inline void clear_csr_bits(uint32_t bits) {
  asm volatile(".option push\n.option arch, +zicsr\ncsrc %0, %1\n.option pop" ::"i"(number), "r"(bits) : "memory");
}
namespace csr {
inline constexpr int status = 0x300, hart = 0xF14;
inline constexpr uint32_t interrupts_on = 8;  ///< of status
}  // namespace csr

namespace address {
inline constexpr uint32_t l1 = 0x1000'0000, l2 = 0x1C00'0000, weights_mram = 0x1040'0000, weights_sram = 0x1080'0000;
inline constexpr uint32_t cluster_control = 0x1020'0000, cluster_timer = 0x1020'0400, event_unit_from_outside = 0x1020'0800,
                          instruction_cache = 0x1020'1400;
// Ports that each core of the cluster has for itself, at their short addresses.
inline constexpr uint32_t event_unit = 0x0020'4000, dma = 0x0020'4400;
inline constexpr uint32_t soc_control = 0x1A10'4000, interrupts = 0x1A10'9800, fabric_timer = 0x1A10'B000, console = 0x1A10'F000;
}  // namespace address

namespace cluster_control {
inline constexpr uint32_t fetch_enable = 0x08, npu = 0x18, clock_gate = 0x20, boot_address = 0x40;
inline constexpr uint32_t npu_clock = 1u << 11, npu_first = 1u << 8;  ///< silicon needs the clock bit
}  // namespace cluster_control

namespace event_unit {
inline constexpr uint32_t mask = 0x00, mask_and = 0x04, mask_or = 0x08, buffer_clear = 0x28, wait_and_clear = 0x3C;
inline constexpr uint32_t barrier_members = 0x200, barrier_targets = 0x20C, barrier_wait = 0x21C;
/// Software events through the peripheral port, from outside of the cluster.
inline constexpr uint32_t trigger_from_outside = 0x600;
inline constexpr uint32_t work_event = 0, dma_event = 8, npu_event = 12, barrier_event = 16;
}  // namespace event_unit

namespace timer {
inline constexpr uint32_t configuration = 0x00, count = 0x08, compare = 0x10, reset = 0x20;
}  // namespace timer

namespace interrupt_control {
inline constexpr uint32_t mask_set = 0x04, mask_clear = 0x08, status = 0x0C, status_set = 0x10, acknowledge_clear = 0x20, status_clear = 0x14;
/// Line with which the cluster says that it is done: the second of the software lines.
inline constexpr uint32_t done_line = 1;
}  // namespace interrupt_control
}  // namespace deeploy::siracusa
