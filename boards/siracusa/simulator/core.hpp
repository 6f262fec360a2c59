// SPDX-License-Identifier: Apache-2.0
// One core: registers, hardware loops, what it waits for, and what it has counted.
#pragma once
#include "isa/decoded.hpp"
#include "map.hpp"
#include "timing.hpp"

#include <array>
#include <cstring>
#include <limits>

namespace simulator {
struct machine;
inline constexpr cycle_count never = std::numeric_limits<cycle_count>::max();

enum class stall : std::uint8_t {
  load_use,
  branch,
  jump,
  jump_register,
  arithmetic,
  bank_conflict,
  misaligned,
  l2,
  weights,
  peripheral,
  fetch,
  dma_queue,
  event_wait,
  interrupt
};
inline constexpr unsigned stall_causes = 14;
inline constexpr char const* stall_names[stall_causes] = {"load_use",
                                                          "branch",
                                                          "jump",
                                                          "jump_register",
                                                          "arithmetic",
                                                          "bank_conflict",
                                                          "misaligned",
                                                          "l2_access",
                                                          "weight_memory_access",
                                                          "peripheral_access",
                                                          "instruction_fetch",
                                                          "dma_queue",
                                                          "event_wait",
                                                          "interrupt"};

struct hardware_loop {
  address32 start = 0, end = 1, count = 0;  // an odd end never matches a program counter
};

/// The memory that a core reaches without a router: L1 for cluster cores, L2 for the fabric controller.
struct near_memory {
  std::uint8_t* bytes = nullptr;
  cycle_count* bank_free = nullptr;  // first cycle in which each bank takes another access
  std::uint8_t* has_code = nullptr;  // one flag a page of 4 KiB: decoded instructions must be dropped on a store
  address32 mask = 0, match = 0;     // (address & mask) == match selects it
  address32 offset_mask = 0;
};

enum class core_state : std::uint8_t { off, running, waiting_event, waiting_interrupt, waiting_device };

struct core {
  // What every instruction touches.
  std::uint32_t registers[65] = {};
  address32 pc = 0, next_pc = 0;
  address32 line = 0;     // start of the 16 bytes that the core has fetched last
  address32 fetched = 1;  // address whose lines have been paid for
  address32 page = 1;     // start of the page of decoded instructions
  decoded* slots = nullptr;
  cycle_count ready = never;  // the cycle in which it issues its next instruction
  std::uint8_t last_rd = 0;   // destination of the instruction before
  std::uint64_t pending = 0;  // registers that arrive a cycle late
  hardware_loop loops[2];
  near_memory near;
  machine* system = nullptr;
  cycle_count now = 0;  // the cycle of the instruction in execution
  std::array<cycle_count, instruction_classes> executed{};
  std::array<cycle_count, stall_causes> stalled{};

  unsigned index = 0;
  std::uint32_t hart = 0;
  core_state state = core_state::off;
  bool is_fabric() const { return index == map::fabric_core; }

  // Special registers of mac&load: A0, A1, W0..W3.
  std::uint32_t mac_registers[6] = {};

  // Control and status.
  std::uint32_t mstatus = 0x1800, mtvec = 0, mscratch = 0, mepc = 0, mcause = 0, mtval = 0, fcsr = 0;
  bool interrupt_pending = false;  // an enabled line is up; the next fetch looks at it
  bool zfinx = false;

  // Counters that the classes and stalls do not give.
  cycle_count taken_branches = 0, fetched_bytes = 0, gated_cycles = 0;
  struct performance {
    std::uint32_t enabled_events = 0xFFFF'FFFF, mode = 1;
    std::array<std::uint32_t, 32> value{}, base{};
    std::int64_t mcycle_offset = 0, minstret_offset = 0;
  } counters;

  // A wait in progress.
  std::uint8_t wait_register = discarded_register;
  cycle_count wait_since = 0;
  address32 wait_pc = 0;  // of the load that waits
  bool gated = false;     // the wait stops the core's clock (p.elw, wfi)

  // The cycle from which an instruction can use a special register without a wait.
  cycle_count mac_register_from[6] = {};

  cycle_count instructions() const {
    cycle_count sum = 0;
    for (auto n : executed) sum += n;
    return sum;
  }
  void delay(stall cause, cycle_count cycles) {
    ready += cycles;
    stalled[static_cast<unsigned>(cause)] += cycles;
  }

  /// The enable bit or a line changed: the next fetch looks at the interrupts. A line that no address has makes it
  /// slow.
  void interrupts_changed() { line = 1; }

  template <class T, bool checked>
  T load(address32 address);
  template <class T, bool checked>
  void store(address32 address, T value);
};
}  // namespace simulator
