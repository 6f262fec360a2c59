// SPDX-License-Identifier: Apache-2.0
// The whole machine: cores, memories, devices, and the loop that runs them in cycle order.
#pragma once
#include "banks.hpp"
#include "code.hpp"
#include "core.hpp"
#include "dma.hpp"
#include "event_unit.hpp"
#include "icache.hpp"
#include "interrupts.hpp"
#include "npu/npu.hpp"
#include "soc.hpp"
#include "timer.hpp"
#include "udma.hpp"
#include "zeroed.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace simulator {
/// Thrown by a device whose answer must wait: the instruction has no effect and is executed again after retry().
struct blocked_access {};

/// Looks on while instructions run: profile, trace, breakpoints. The machine runs a slower loop while there is one.
struct observer {
  virtual ~observer() = default;
  /// Before an instruction issues. False: it must not issue now, and the run returns.
  virtual bool before(core&, decoded const&) { return true; }
  virtual void after(core&, decoded const&, address32 /*pc*/) {}
  /// This core must not run for now: it is put off cycle by cycle.
  virtual bool held(core const&) { return false; }
  /// Now and then, even while nobody runs. False: the run returns.
  virtual bool look() { return true; }
  /// A core waits from `from` on, for `cycles`.
  virtual void waited(core&, stall, cycle_count /*from*/, cycle_count /*cycles*/) {}
};

/// Units whose state a core can look at instead of waiting for their events.
enum class polled_unit { events, interrupts, dma, udma, npu };

/// What sets in order or in relation: told to the sanitizer and the timeline.
struct monitor {
  virtual ~monitor() = default;
  virtual void load(core&, address32, unsigned /*bytes*/) {}
  virtual void store(core&, address32, unsigned /*bytes*/) {}
  virtual void test_and_set(core&, address32, unsigned /*bytes*/) {}
  virtual void barrier(std::uint32_t /*members*/, std::uint32_t /*targets*/) {}
  virtual void event(unsigned /*target*/, std::uint32_t /*events*/, core const* /*by*/) {}
  virtual void woken(unsigned /*core*/) {}
  virtual void polled(core&, polled_unit) {}
  virtual void locked(unsigned /*core*/, unsigned /*mutex*/) {}
  virtual void unlocked(unsigned /*core*/, unsigned /*mutex*/) {}
  virtual void dma_pushed(dma_transfer const&, core&) {}
  virtual void dma_finished(dma_transfer const&) {}
  virtual void udma_started(udma_transfer const&, core& /*by*/) {}
  virtual void udma_finished(udma_transfer const&) {}
  virtual void started(core& /*by*/, unsigned /*core*/) {}
  virtual void interrupt_raised(core& /*by*/, std::uint32_t /*lines*/) {}
};

struct machine_options {
  bool zfinx = false;
  bool checked = false;
  double frequency_mhz = 360;
  unsigned npu_weight_cycles = 1;
  cycle_count max_cycles = never;
  std::function<void(std::string const&)> print;  // a line of the console; stdout when empty
};

enum class stop_reason { none, exit, fault, limit, interrupted, deadlock, observer };

struct machine {
  explicit machine(machine_options options = {}, npu_observer* npu_watch = nullptr);
  machine(machine const&) = delete;

  /// Runs until the program exits or something stops it.
  stop_reason run();
  /// Starts the fabric controller, as the boot code would.
  void start(address32 entry);

  // State ----
  machine_options const options;
  cycle_count now = 0;
  std::array<core, map::all_cores> cores;
  std::vector<std::uint8_t> l1, l2, weights;
  zeroed_array<std::uint8_t> l3;
  banks l1_banks, fabric_banks;
  far_ports ports;
  std::uint32_t dma_refused = 0;  // banks of L1 that the DMA found taken in this cycle
  code_region l1_code, l2_code, weights_code;
  std::vector<address_range> executable;  // empty: everything is
  instruction_cache cluster_cache{map::cluster_cores, false}, fabric_cache{1, true};
  event_unit events;
  dma_engine dma;
  interrupt_controller fabric_interrupts;
  timer cluster_timer, fabric_timer, fabric_timer_1;
  soc_control soc;
  udma_engine udma;
  npu accelerator;
  std::array<std::uint32_t, 0x100> cluster_registers{};
  std::array<std::uint32_t, 0x400> weight_control_registers{};
  std::array<std::uint32_t, 0x4'0000> plain_registers{};  // of SoC peripherals that only keep values

  observer* watch = nullptr;
  std::vector<monitor*> monitors;
  std::atomic<bool> interrupted = false;

  // Result ----
  stop_reason stopped = stop_reason::none;
  std::uint32_t exit_status = 0;
  std::vector<npu_report> npu_jobs;                      // that have ended
  std::array<cycle_count, stall_causes> far_accesses{};  // of cores, by what they wait for
  std::string stop_text;                                 // of a fault
  int stop_core = -1;                                    // who caused it

  // For devices
  // ----
  /// Something happens at this cycle at the latest: the loop will not run past it without asking the devices.
  void schedule(cycle_count cycle) { next_device = cycle < next_device ? cycle : next_device; }
  void start_cluster_core(core& by, unsigned index, address32 entry);
  void wake(core& c, std::uint32_t result, cycle_count delay);
  void retry(core& c);
  void interrupts_changed(unsigned index);
  void stop(stop_reason reason) {
    if (stopped == stop_reason::none) stopped = reason;
  }
  void stop_with_fault(core const* c, std::string text);
  /// Memory that DMA reaches through its external port; null where there is none.
  std::uint8_t* external_bytes(address32 address, std::uint32_t bytes);
  /// Any memory, for loader, debugger and reports; null where there is none.
  std::uint8_t* plain_bytes(address32 address, std::uint32_t bytes, bool cluster_view);
  void code_changed(address32 address, std::uint32_t bytes);

  // For cores
  // ----
  code_region* code_at(core const& c, address32& address);
  decoded* decode_at(core& c);
  cycle_count fetch(core& c, decoded const& d);
  bool take_interrupt(core& c);
  unsigned pending_interrupt(core const& c) const;

  // Notices
  // ----
  void on_event(unsigned target, std::uint32_t lines, core const* by) {
    for (auto* m : monitors) m->event(target, lines, by);
  }
  void on_barrier(std::uint32_t members, std::uint32_t targets) {
    for (auto* m : monitors) m->barrier(members, targets);
  }
  void on_poll(core& c, polled_unit unit) {
    for (auto* m : monitors) m->polled(c, unit);
  }
  void on_lock(unsigned core, unsigned m) {
    for (auto* x : monitors) x->locked(core, m);
  }
  void on_unlock(unsigned core, unsigned m) {
    for (auto* x : monitors) x->unlocked(core, m);
  }
  void on_dma_push(dma_transfer const& t, core& c) {
    for (auto* m : monitors) m->dma_pushed(t, c);
  }
  void on_dma_finish(dma_transfer const& t) {
    for (auto* m : monitors) m->dma_finished(t);
  }

private:
  template <bool watched>
  void loop();
  template <bool watched>
  void step(core& c);
  void advance_devices();
  void advance_npu();
  bool nothing_can_happen() const;

  cycle_count next_device = 0;
  unsigned l1_stalled = 0;    // cycles on end in which one side of L1's interconnect has put off the other
  cycle_count next_look = 0;  // at Ctrl-C and the cycle limit
};
}  // namespace simulator
