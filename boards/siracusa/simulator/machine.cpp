// SPDX-License-Identifier: Apache-2.0
// Construction, devices in time, waking and stopping.
#include "machine.hpp"
#include "fault.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
namespace {
constexpr double reference_mhz = 0.032768;
cycle_count reference_period(double mhz) {
  return std::max<cycle_count>(1, static_cast<cycle_count>(mhz / reference_mhz));
}
}  // namespace

machine::machine(machine_options o, npu_observer* npu_watch)
    : options(std::move(o)),
      l1(map::l1_bytes),
      l2(map::l2_bytes),
      weights(map::weight_bytes),
      l3(map::l3_bytes),
      l1_code(map::l1, l1),
      l2_code(map::l2, l2),
      weights_code(map::weights, weights),
      events(*this),
      dma(*this),
      fabric_interrupts(*this),
      cluster_timer(reference_period(options.frequency_mhz)),
      fabric_timer(reference_period(options.frequency_mhz)),
      fabric_timer_1(reference_period(options.frequency_mhz)),
      soc(*this),
      udma(*this),
      accelerator(
          {.l1 = l1.data(), .l1_bytes = map::l1_bytes, .weights = weights.data(), .weight_bytes = map::weight_bytes},
          {.cycles = {.weight_memory_cycles = options.npu_weight_cycles},
           .start_cycles = timing::npu_start,
           .soft_clear_cycles = timing::npu_soft_clear},
          npu_watch) {
  for (unsigned i = 0; i < map::all_cores; ++i) {
    core& c = cores[i];
    c.index = i;
    c.system = this;
    // Until the first fetch every address seems to lie in a page of nothing decoded yet.
    static decoded nothing[code_region::page_bytes / 2 + 1];
    c.slots = nothing;
    c.zfinx = options.zfinx;
    if (c.is_fabric()) {
      c.hart = map::fabric_hart;
      c.near = {.bytes = l2.data(),
                .bank_free = fabric_banks.free.data(),
                .has_code = l2_code.flags(),
                .mask = ~(map::l2_bytes - 1),
                .match = map::l2,
                .offset_mask = map::l2_bytes - 1};
    } else {
      c.hart = i;
      // One test for both names of L1: bit 28 does not matter.
      c.near = {.bytes = l1.data(),
                .bank_free = l1_banks.free.data(),
                .has_code = l1_code.flags(),
                .mask = ~(map::l1_bytes - 1) & ~map::l1,
                .match = 0,
                .offset_mask = map::l1_bytes - 1};
    }
  }
}

void machine::start(address32 entry) {
  core& c = cores[map::fabric_core];
  c.pc = entry;
  c.state = core_state::running;
  c.ready = now;
}

void machine::start_cluster_core(core& by, unsigned index, address32 entry) {
  core& c = cores[index];
  if (c.state != core_state::off) return;
  c.pc = entry;
  c.state = core_state::running;
  c.ready = now + 1;
  schedule(c.ready);
  for (auto* m : monitors) m->started(by, index);
}

void machine::wake(core& c, std::uint32_t result, cycle_count delay) {
  c.registers[c.wait_register] = result;
  c.state = core_state::running;
  // At least the cycles that the access itself has been charged.
  c.ready = std::max(now + delay, c.ready == never ? 0 : c.ready);
  cycle_count const waited = c.ready - c.wait_since - 1;
  c.stalled[static_cast<unsigned>(stall::event_wait)] += waited;
  if (watch && waited) watch->waited(c, stall::event_wait, c.wait_since, waited);
  if (c.gated) c.gated_cycles += waited;
  c.gated = false;
  schedule(c.ready);
  for (auto* m : monitors) m->woken(c.index);
}

void machine::retry(core& c) {
  if (c.state != core_state::waiting_device) return;
  c.state = core_state::running;
  c.ready = now + 1;
  c.stalled[static_cast<unsigned>(stall::dma_queue)] += c.ready - c.wait_since;
  schedule(c.ready);
}

unsigned machine::pending_interrupt(core const& c) const {
  return c.is_fabric() ? fabric_interrupts.pending() : events.interrupt(c.index);
}

void machine::interrupts_changed(unsigned index) {
  core& c = cores[index];
  c.interrupts_changed();
  if (pending_interrupt(c) == 32) return;
  if (c.state == core_state::waiting_interrupt) {
    wake(c, 0, 1);
  } else if (c.state == core_state::waiting_event && (c.mstatus & 8)) {
    // The handler runs first; then the load that waited is executed again.
    events.abandon_wait(c);
    c.pc = c.wait_pc;
    c.wait_register = discarded_register;
    wake(c, 0, 1);
  }
}

void wait_for_interrupt(core& c) {
  if (c.system->pending_interrupt(c) < 32) return;
  c.state = core_state::waiting_interrupt;
  c.wait_pc = c.pc;
  c.wait_since = c.now;
  c.wait_register = discarded_register;
  c.gated = true;
  c.ready = never;
}

void machine::stop_with_fault(core const* c, std::string text) {
  if (stopped != stop_reason::none) return;
  stopped = stop_reason::fault;
  stop_core = c ? static_cast<int>(c->index) : -1;
  stop_text = std::move(text);
}

void machine::advance_npu() {
  accelerator.advance(now);
  while (auto report = accelerator.take_finished()) {
    npu_jobs.push_back(*report);
    events.raise((1u << map::cluster_cores) - 1, 1u << event_line::npu);
  }
  if (!accelerator.running()) return;
  npu_access asked[2];
  unsigned const n = accelerator.accesses(now, asked);
  auto const each_bank = [&](auto f) {
    for (unsigned i = 0; i < n; ++i) {
      if (asked[i].weight_memory) continue;
      unsigned const words = asked[i].address % 4 == 0 ? 8 : 9;
      for (unsigned w = 0; w < words; ++w) f((banks::bank_of(asked[i].address) + w) & (map::l1_banks - 1));
    }
  };
  // One side of the interconnect comes first, until the other has waited for so many cycles on end.
  bool wanted = false;
  each_bank([&](unsigned bank) { wanted |= l1_banks.free[bank] > now || (dma_refused >> bank & 1); });
  dma_refused = 0;
  std::uint32_t const control = cluster_registers[map::npu_control / 4], most = control & map::npu_most_stall;
  bool const npu_first = (control & map::npu_priority) != 0;
  bool const turned = most != 0 && l1_stalled >= most;
  if (!wanted) {
    l1_stalled = 0;
  } else if (npu_first != turned) {
    l1_stalled = npu_first ? l1_stalled + 1 : 0;
  } else {
    l1_stalled = npu_first ? 0 : l1_stalled + 1;
    accelerator.stall(1);
    return;
  }
  each_bank([&](unsigned bank) { l1_banks.preempt(bank, now); });
}

void machine::advance_devices() {
  if (now >= next_look) {
    if (interrupted.load(std::memory_order_relaxed)) return stop(stop_reason::interrupted);
    if (now >= options.max_cycles) return stop(stop_reason::limit);
    if (watch && !watch->look()) return stop(stop_reason::observer);
    next_look = std::min(now + 1'000'000, std::max(options.max_cycles, now + 1));
  }
  next_device = next_look;
  try {
    if (accelerator.running() || accelerator.next_event() <= now) {
      advance_npu();
      schedule(accelerator.running() ? now + 1 : accelerator.next_event());
    } else {
      schedule(accelerator.next_event());
    }
  } catch (npu_fault const& f) {
    return stop_with_fault(f.ticket.issuer >= 0 ? &cores[static_cast<unsigned>(f.ticket.issuer)] : nullptr, f.what());
  }
  if (dma.next() <= now) dma.advance(now);
  schedule(dma.next());
  if (cluster_timer.next() <= now) {
    if (unsigned const matches = cluster_timer.advance(now))
      events.raise((1u << map::cluster_cores) - 1, matches << event_line::timer_low);
  }
  schedule(cluster_timer.next());
  auto const fabric = [&](timer& t, unsigned line) {
    if (t.next() <= now) {
      unsigned const matches = t.advance(now);
      if (matches & 1) fabric_interrupts.raise(line);
      if (matches & 2) fabric_interrupts.raise(line + 1);
    }
    schedule(t.next());
  };
  fabric(fabric_timer, interrupt_line::timer_low);
  fabric(fabric_timer_1, interrupt_line::timer_1_low);
  if (udma.next() <= now) udma.advance(now);
  schedule(udma.next());
}

std::uint8_t* machine::external_bytes(address32 address, std::uint32_t bytes) {
  auto const in = [&](address32 base, std::uint64_t size) {
    return address >= base && address - base + std::uint64_t{bytes} <= size;
  };
  if (in(map::l2, map::l2_bytes)) return &l2[address - map::l2];
  if (in(map::weights, map::weight_bytes)) return &weights[address - map::weights];
  return nullptr;
}

std::uint8_t* machine::plain_bytes(address32 address, std::uint32_t bytes, bool cluster_view) {
  if (auto* p = external_bytes(address, bytes)) return p;
  if (cluster_view && address < map::l1_bytes) address += map::l1;
  if (address >= map::l1 && address - map::l1 + std::uint64_t{bytes} <= map::l1_bytes) return &l1[address - map::l1];
  return nullptr;
}

void machine::code_changed(address32 address, std::uint32_t bytes) {
  for (code_region* region : {&l1_code, &l2_code, &weights_code})
    if (region->contains(address)) region->drop(address, bytes);
}
}  // namespace simulator
