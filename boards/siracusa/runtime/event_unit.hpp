// SPDX-License-Identifier: Apache-2.0
// Barriers and waits of the cluster's cores.
#pragma once
#include <siracusa/runtime/registers.hpp>

/// Ends the program with DPL-6303.
extern "C" [[noreturn]] void deeploy_overdue(uint32_t event);

namespace deeploy::siracusa {
/// Number of this core within the cluster.
inline uint32_t core_number() { return read_csr<csr::hart>() & 31; }

/// A load for which the event unit may stop the core's clock until it is granted (p.elw).
template <uint32_t offset>
inline uint32_t wait_load() {
  uint32_t value;
  asm volatile(".insn i 0x03, 6, %0, %1, %2" : "=r"(value) : "r"(address::event_unit + (offset & ~0x7FFu)), "i"(offset & 0x7FF) : "memory");
  return value;
}

/// What each core does once: events of barriers wake it.
inline void take_part_in_barriers() { store(address::event_unit + event_unit::mask_or, 1u << event_unit::barrier_event); }
/// What one core does once: the barrier's members.
inline void set_up_barrier(uint32_t cores) {
  store(address::event_unit + event_unit::barrier_members, (1u << cores) - 1);
  store(address::event_unit + event_unit::barrier_targets, (1u << cores) - 1);
}
/// Returns when all cores have come.
inline void barrier() { wait_load<event_unit::barrier_wait>(); }

/// While it lives, barriers alone wake this core. Afterwards its mask is as before and no event of a run is left.
class own_events {
 public:
  own_events() : before_(load(address::event_unit + event_unit::mask)) { store(address::event_unit + event_unit::mask, 1u << event_unit::barrier_event); }
  ~own_events() {
    store(address::event_unit + event_unit::buffer_clear, 1u << event_unit::dma_event | 1u << event_unit::npu_event);
    store(address::event_unit + event_unit::mask, before_);
  }
  own_events(own_events const&) = delete;

 private:
  uint32_t const before_;
};

/// Sleeps until `event` has come, and takes it. Other events stay.
inline void wait_for_event(uint32_t event) {
  // Only this event may wake: the others, barriers among them, keep their bits.
  uint32_t const before = load(address::event_unit + event_unit::mask);
  store(address::event_unit + event_unit::mask, 1u << event);
  wait_load<event_unit::wait_and_clear>();
  store(address::event_unit + event_unit::mask, before);
}

/// Sleeps while busy() is true; `event` comes when it may have changed. Debug builds ask again and again instead, and end the
/// program when it takes longer than any transfer or job.
template <class Busy>
inline void sleep_while(Busy busy, uint32_t event) {
#ifdef DEEPLOY_DEBUG
  constexpr uint32_t most_polls = 1'000'000;
  for (uint32_t polls = 0; busy(); ++polls)
    if (polls == most_polls) deeploy_overdue(event);
#else
  while (busy()) wait_for_event(event);
#endif
}
}  // namespace deeploy::siracusa
