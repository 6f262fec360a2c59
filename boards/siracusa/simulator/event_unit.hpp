// SPDX-License-Identifier: Apache-2.0
// The cluster's event unit: events and their masks, barriers, mutexes, the dispatch queue, sleeping and waking.
#pragma once
#include "core.hpp"

#include <array>
#include <deque>
#include <vector>

namespace simulator {
class event_unit {
public:
  explicit event_unit(machine& m) : system(m) {}

  // A core's private port, offsets 0 to 0x3FF. A read may put the core to sleep: its state says so.
  std::uint32_t read_own(core& c, std::uint32_t offset);
  void write_own(core& c, std::uint32_t offset, std::uint32_t value);
  // The port that everybody sees.
  std::uint32_t read_shared(std::uint32_t offset);
  void write_shared(core& c, std::uint32_t offset, std::uint32_t value);

  /// Sets event bits of the cores in the mask, from whatever unit; wakes those that wait for them.
  void raise(std::uint32_t cores, std::uint32_t events, core const* by = nullptr);
  /// The lowest interrupt that is up and enabled, or 32.
  unsigned interrupt(unsigned index) const;
  void acknowledge(unsigned index, unsigned line) { cores[index].buffer &= ~(1u << line); }
  /// An interrupt ends a wait without a result: the core will execute the load again.
  void abandon_wait(core& c);
  /// What a sleeping core waits for, for reports.
  std::string waits_for(unsigned index) const;
  cycle_count barriers_passed() const { return completed_barriers; }

private:
  enum class wait_kind : std::uint8_t { none, event, event_clear, dispatch, mutex };
  struct per_core {
    std::uint32_t mask = 0, interrupt_mask = 0, buffer = 0, software_target = 0;
    wait_kind waits = wait_kind::none;
    bool replay = false;  // an interrupt broke the wait: its trigger has happened already
    unsigned mutex = 0;
    std::deque<std::uint32_t> dispatched;
  };
  struct barrier {
    std::uint32_t members = 0, arrived = 0, targets = 0;
  };
  struct mutex {
    bool locked = false;
    std::uint32_t message = 0;
    std::deque<unsigned> waiting;
  };

  std::uint32_t read_registers(per_core const&, std::uint32_t offset) const;
  bool write_registers(unsigned index, std::uint32_t offset, std::uint32_t value);
  std::uint32_t wait(core& c, wait_kind kind);
  void try_wake(unsigned index);
  void arrive(core& c, unsigned b);
  std::uint32_t read_barrier(core& c, std::uint32_t offset);
  void write_barrier(core& c, std::uint32_t offset, std::uint32_t value);
  std::uint32_t lock(core& c, unsigned m);
  void unlock(core& c, unsigned m, std::uint32_t value);

  machine& system;
  std::array<per_core, map::cluster_cores> cores;
  std::array<barrier, 8> barriers;
  std::array<mutex, 8> mutexes;
  std::uint32_t team = 0;
  cycle_count completed_barriers = 0;
};
}  // namespace simulator
