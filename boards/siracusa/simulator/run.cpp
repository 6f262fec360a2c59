// SPDX-License-Identifier: Apache-2.0
// The loop: cores in cycle order, fetch, hazards, hardware loops, interrupts.
#include "fault.hpp"
#include "isa/csr.hpp"
#include "machine.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
void fetch_again(core& c) { c.line = 1; }

code_region* machine::code_at(core const& c, address32& address) {
  if (!c.is_fabric() && address < map::l1_bytes) address += map::l1;
  for (code_region* region : {&l2_code, &l1_code, &weights_code})
    if (region->contains(address)) return region;
  return nullptr;
}

/// The slot of the program counter, decoded. Faults where there is no code.
decoded* machine::decode_at(core& c) {
  address32 address = c.pc;
  code_region* region = code_at(c, address);
  if (!region) throw fault(fmt::format("jump to 0x{:08x}, where no memory is", c.pc));
  if (c.pc & 1) throw fault(fmt::format("jump to the odd address 0x{:08x}", c.pc));
  c.page = c.pc & ~(code_region::page_bytes - 1);
  c.slots = region->page_of(address);
  decoded& d = c.slots[(c.pc - c.page) >> 1];
  if (d.execute) return &d;
  if (!executable.empty() && std::none_of(executable.begin(), executable.end(),
                                          [&](address_range r) { return r.contains(c.pc) || r.contains(address); }))
    throw fault(fmt::format("jump into data: 0x{:08x} belongs to no section of code", c.pc));
  std::uint32_t const word = region->word_at(address);
  decoded fresh = decode(word, {.zfinx = options.zfinx, .checked = options.checked});
  if (!fresh.execute)
    throw fault((word & 3) == 3 ? fmt::format("illegal instruction 0x{:08x}", word)
                                : fmt::format("illegal instruction 0x{:04x}", word & 0xFFFF));
  region->mark(address);
  if (region->base + ((address - region->base) | 3) != address + 3)
    region->mark(std::min(address + 3, region->base | (address + 3)));
  d = fresh;
  return &d;
}

bool machine::take_interrupt(core& c) {
  if (!(c.mstatus & csr::mstatus_enable)) return false;
  unsigned const line = pending_interrupt(c);
  if (line == 32) return false;
  if (c.is_fabric())
    fabric_interrupts.acknowledge(line);
  else
    events.acknowledge(c.index, line);
  c.mepc = c.pc;
  c.mcause = 0x8000'0000u | line;
  c.mstatus = (c.mstatus & ~csr::mstatus_enable) | csr::mstatus_previous;
  c.pc = (c.mtvec & ~255u) + 4 * line;
  on_poll(c, polled_unit::interrupts);
  return true;
}

/// Cycles until the instruction is there; 0: it is.
cycle_count machine::fetch(core& c, decoded const& d) {
  // Line 1 is no line: somebody wants the core to look up.
  if (c.line == 1 && take_interrupt(c)) {
    c.line = 2;
    c.stalled[static_cast<unsigned>(stall::interrupt)] += timing::interrupt_entry;
    return timing::interrupt_entry;
  }
  address32 const first = c.pc & ~15u, last = (c.pc + d.length - 1) & ~15u;
  if (c.fetched == c.pc && c.line == last) return 0;
  instruction_cache& cache = c.is_fabric() ? fabric_cache : cluster_cache;
  unsigned const index = c.is_fabric() ? 0 : c.index;
  auto const way = [&](address32 line) -> unsigned {
    address32 address = line;
    code_region* region = code_at(c, address);
    if (c.is_fabric()) return timing::fabric_fetch + (region == &l2_code ? 0 : timing::fabric_to_cluster);
    return region == &l2_code   ? timing::fetch_from_l2
           : region == &l1_code ? timing::fetch_from_l1
                                : timing::fetch_from_weights;
  };
  cycle_count wait = 0;
  if (first != c.line) wait = cache.fetch(index, first, now, way(first));
  if (last != first) wait += cache.fetch(index, last, now + wait, way(last));
  c.line = last;
  c.fetched = c.pc;
  c.stalled[static_cast<unsigned>(stall::fetch)] += wait;
  return wait;
}

template <bool watched>
void machine::step(core& c) {
  if constexpr (watched) {
    if (watch->held(c)) {
      c.ready = now + 1;
      return;
    }
  }
  try {
    address32 const offset = c.pc - c.page;
    decoded const* d;
    if (offset >= code_region::page_bytes || (d = &c.slots[offset >> 1], !d->execute)) [[unlikely]]
      d = decode_at(c);
    if (c.pc - c.line > 16u - d->length) [[unlikely]] {
      c.now = now;
      if (cycle_count const wait = fetch(c, *d)) {
        c.ready = now + wait;
        if constexpr (watched) watch->waited(c, stall::fetch, now, wait);
        return;
      }
    }
    if (c.pending & d->sources) {
      ++c.stalled[static_cast<unsigned>(stall::load_use)];
      c.pending = 0;
      c.ready = now + 1;
      if constexpr (watched) watch->waited(c, stall::load_use, now, 1);
      return;
    }
    c.now = now;
    if constexpr (watched) {
      if (!watch->before(c, *d)) return stop(stop_reason::observer);
    }
    address32 const pc = c.pc;
    c.pending = d->late;
    c.ready = now + 1;
    c.next_pc = pc + d->length;
    d->execute(c, *d);
    ++c.executed[static_cast<unsigned>(d->kind)];
    c.fetched_bytes += d->length;
    c.last_rd = d->rd;
    if (pc == c.loops[0].end && c.loops[0].count != 0) [[unlikely]] {
      if (--c.loops[0].count != 0) {
        c.pc = c.loops[0].start;
        if constexpr (watched) watch->after(c, *d, pc);
        return;
      }
    }
    if (pc == c.loops[1].end && c.loops[1].count != 0) [[unlikely]] {
      if (--c.loops[1].count != 0) c.next_pc = c.loops[1].start;
    }
    c.pc = c.next_pc;
    if constexpr (watched) watch->after(c, *d, pc);
  } catch (blocked_access const&) {
    c.pending = 0;
    c.ready = never;
    c.wait_since = now;
    c.state = core_state::waiting_device;
  } catch (fault const& f) {
    stop_with_fault(&c, f.what());
  } catch (npu_fault const& f) {
    stop_with_fault(&c, f.what());
  }
}

template <bool watched>
void machine::loop() {
  while (stopped == stop_reason::none) {
    if (now >= next_device) {
      advance_devices();
      if (stopped != stop_reason::none) return;
    }
    cycle_count next = never;
    // The cores take turns at being first, so that none is favoured at the banks.
    for (unsigned k = 0; k < map::cluster_cores; ++k) {
      core& c = cores[(k + now) % map::cluster_cores];
      if (c.ready <= now) {
        step<watched>(c);
        if (stopped != stop_reason::none) return;
      }
      next = std::min(next, c.ready);
    }
    core& c = cores[map::fabric_core];
    if (c.ready <= now) step<watched>(c);
    next = std::min(next, c.ready);
    if (next == never && next_device == next_look && nothing_can_happen()) return stop(stop_reason::deadlock);
    // A core that was woken meanwhile has scheduled itself.
    now = std::min(next, next_device);
  }
}

bool machine::nothing_can_happen() const {
  for (auto const& c : cores)
    if (c.ready != never) return false;
  return dma.next() == never && cluster_timer.next() == never && fabric_timer.next() == never &&
         fabric_timer_1.next() == never && udma.next() == never && !accelerator.running() &&
         accelerator.next_event() == never;
}

stop_reason machine::run() {
  stopped = stop_reason::none;
  if (watch)
    loop<true>();
  else
    loop<false>();
  soc.flush();
  return stopped;
}
}  // namespace simulator
