// SPDX-License-Identifier: Apache-2.0
#include "event_unit.hpp"
#include "fault.hpp"
#include "machine.hpp"

#include <fmt/format.h>

namespace simulator {
namespace {
constexpr std::uint32_t all_cluster_cores = (1u << map::cluster_cores) - 1;
constexpr std::uint32_t bit(unsigned line) { return 1u << line; }
}  // namespace

// Events

void event_unit::raise(std::uint32_t targets, std::uint32_t events, core const* by) {
  for (unsigned i = 0; i < map::cluster_cores; ++i) {
    if (!(targets >> i & 1)) continue;
    cores[i].buffer |= events;
    system.on_event(i, events, by);
    try_wake(i);
    if (interrupt(i) < 32) system.interrupts_changed(i);
  }
}

unsigned event_unit::interrupt(unsigned index) const {
  std::uint32_t const up = cores[index].buffer & cores[index].interrupt_mask;
  return up == 0 ? 32 : static_cast<unsigned>(__builtin_ctz(up));
}

std::uint32_t event_unit::wait(core& c, wait_kind kind) {
  per_core& own = cores[c.index];
  own.waits = kind;
  c.state = core_state::waiting_event;
  c.wait_since = c.now;
  c.wait_pc = c.pc;
  std::uint32_t const value = c.registers[c.wait_register];
  try_wake(c.index);
  // Granted at once: try_wake has left the result in the register that the load will write.
  if (c.state == core_state::running) return c.registers[c.wait_register];
  c.ready = never;
  return value;
}

void event_unit::try_wake(unsigned index) {
  per_core& own = cores[index];
  core& c = system.cores[index];
  std::uint32_t const up = own.buffer & own.mask;
  std::uint32_t result = up;
  switch (own.waits) {
    case wait_kind::none: return;
    case wait_kind::event:
      if (!up) return;
      break;
    case wait_kind::event_clear:
      if (!up) return;
      own.buffer &= ~own.mask;
      break;
    case wait_kind::dispatch:
      if (!(up & bit(event_line::dispatch)) || own.dispatched.empty()) return;
      result = own.dispatched.front();
      own.dispatched.pop_front();
      if (own.dispatched.empty()) own.buffer &= ~bit(event_line::dispatch);
      break;
    case wait_kind::mutex:
      if (!(up & bit(event_line::mutex))) return;
      own.buffer &= ~bit(event_line::mutex);
      result = mutexes[own.mutex].message;
      break;
  }
  own.waits = wait_kind::none;
  own.replay = false;
  system.wake(c, result, timing::event_wake_up);
}

void event_unit::abandon_wait(core& c) {
  per_core& own = cores[c.index];
  own.replay = own.waits != wait_kind::none;
  own.waits = wait_kind::none;
}

// Registers that both ports show

std::uint32_t event_unit::read_registers(per_core const& own, std::uint32_t offset) const {
  switch (offset) {
    case 0x00: return own.mask;
    case 0x0C: return own.interrupt_mask;
    case 0x18: return own.waits == wait_kind::none;
    case 0x1C: return own.buffer;
    case 0x20: return own.buffer & own.mask;
    case 0x24: return own.buffer & own.interrupt_mask;
    case 0x2C: return own.software_target;
    default: throw fault(fmt::format("read of the event unit's register 0x{:03x}, which does not exist", offset));
  }
}

bool event_unit::write_registers(unsigned index, std::uint32_t offset, std::uint32_t value) {
  per_core& own = cores[index];
  switch (offset) {
    case 0x00: own.mask = value; break;
    case 0x04: own.mask &= ~value; break;
    case 0x08: own.mask |= value; break;
    case 0x0C: own.interrupt_mask = value; break;
    case 0x10: own.interrupt_mask &= ~value; break;
    case 0x14: own.interrupt_mask |= value; break;
    case 0x28: own.buffer &= ~value; break;
    case 0x2C: own.software_target = value; break;
    case 0x30: own.software_target &= ~value; break;
    case 0x34: own.software_target |= value; break;
    default: return false;
  }
  try_wake(index);
  system.interrupts_changed(index);
  return true;
}

// Barriers

void event_unit::arrive(core& c, unsigned b) {
  barrier& bar = barriers[b];
  if (bar.members == 0) throw fault(fmt::format("barrier {} has no members: its trigger mask is 0", b));
  bar.arrived |= 1u << c.index;
  if ((bar.arrived & bar.members) != bar.members) return;
  bar.arrived = 0;
  ++completed_barriers;
  system.on_barrier(bar.members, bar.targets);
  raise(bar.targets, bit(event_line::barrier));
}

std::uint32_t event_unit::read_barrier(core& c, std::uint32_t offset) {
  unsigned const b = offset >> 5;
  barrier& bar = barriers[b];
  bool const replay = cores[c.index].replay;
  switch (offset & 0x1C) {
    case 0x00: return bar.members;
    case 0x04: return bar.arrived;
    case 0x08: return bar.arrived;
    case 0x0C: return bar.targets;
    case 0x14: arrive(c, b); return 0;
    case 0x18:
      if (!replay) arrive(c, b);
      return wait(c, wait_kind::event);
    case 0x1C:
      if (!replay) arrive(c, b);
      return wait(c, wait_kind::event_clear);
    default: throw fault(fmt::format("read of a barrier's register 0x{:02x}, which cannot be read", offset & 0x1C));
  }
}

void event_unit::write_barrier(core& c, std::uint32_t offset, std::uint32_t value) {
  unsigned const b = offset >> 5;
  switch (offset & 0x1C) {
    case 0x00: barriers[b].members = value & all_cluster_cores; break;
    case 0x0C: barriers[b].targets = value & all_cluster_cores; break;
    case 0x10:
      for (unsigned i = 0; i < map::cluster_cores; ++i)
        if (value >> i & 1) arrive(system.cores[i], b);
      break;
    case 0x14: arrive(c, b); break;
    default: throw fault(fmt::format("write of a barrier's register 0x{:02x}, which cannot be written", offset & 0x1C));
  }
}

// Mutexes and dispatch

std::uint32_t event_unit::lock(core& c, unsigned m) {
  mutex& lock = mutexes[m];
  if (!lock.locked) {
    lock.locked = true;
    system.on_lock(c.index, m);
    return lock.message;
  }
  cores[c.index].mutex = m;
  if (!cores[c.index].replay) lock.waiting.push_back(c.index);
  return wait(c, wait_kind::mutex);
}

void event_unit::unlock(core& c, unsigned m, std::uint32_t value) {
  mutex& lock = mutexes[m];
  if (!lock.locked) throw fault(fmt::format("unlock of mutex {}, which is not locked", m));
  lock.message = value;
  system.on_unlock(c.index, m);
  if (lock.waiting.empty()) {
    lock.locked = false;
    return;
  }
  unsigned const next = lock.waiting.front();
  lock.waiting.pop_front();
  system.on_lock(next, m);
  raise(1u << next, bit(event_line::mutex));
}

// Ports

std::uint32_t event_unit::read_own(core& c, std::uint32_t offset) {
  per_core& own = cores[c.index];
  if (offset == 0x38) return wait(c, wait_kind::event);
  if (offset == 0x3C) return wait(c, wait_kind::event_clear);
  if (offset == 0x80) return wait(c, wait_kind::dispatch);
  if (offset == 0x84) return team;
  if (offset >= 0xC0 && offset < 0xE0) return lock(c, (offset - 0xC0) / 4);
  if (offset >= 0x140 && offset < 0x160) {
    if (!own.replay)
      raise(own.software_target ? own.software_target : all_cluster_cores, bit((offset - 0x140) / 4), &c);
    return wait(c, wait_kind::event);
  }
  if (offset >= 0x180 && offset < 0x1A0) {
    if (!own.replay)
      raise(own.software_target ? own.software_target : all_cluster_cores, bit((offset - 0x180) / 4), &c);
    return wait(c, wait_kind::event_clear);
  }
  if (offset >= 0x200 && offset < 0x300) return read_barrier(c, offset - 0x200);
  return read_registers(own, offset);
}

void event_unit::write_own(core& c, std::uint32_t offset, std::uint32_t value) {
  if (write_registers(c.index, offset, value)) return;
  if (offset == 0x80) {
    for (unsigned i = 0; i < map::cluster_cores; ++i)
      if (team >> i & 1) cores[i].dispatched.push_back(value);
    raise(team, bit(event_line::dispatch), &c);
  } else if (offset == 0x84) {
    team = value & all_cluster_cores;
  } else if (offset >= 0xC0 && offset < 0xE0) {
    unlock(c, (offset - 0xC0) / 4, value);
  } else if (offset >= 0x100 && offset < 0x120) {
    raise(value == 0 ? all_cluster_cores : value, bit((offset - 0x100) / 4), &c);
  } else if (offset >= 0x200 && offset < 0x300) {
    write_barrier(c, offset - 0x200, value);
  } else {
    throw fault(fmt::format("write of the event unit's register 0x{:03x}, which does not exist", offset));
  }
}

std::uint32_t event_unit::read_shared(std::uint32_t offset) {
  if (offset < 0x40 * map::cluster_cores) return read_registers(cores[offset / 0x40], offset % 0x40);
  if (offset >= 0x400 && offset < 0x500 && offset % 0x20 <= 0x0C) {
    barrier const& bar = barriers[(offset - 0x400) / 0x20];
    return offset % 0x20 == 0 ? bar.members : offset % 0x20 == 0x0C ? bar.targets : bar.arrived;
  }
  throw fault(fmt::format("read of the event unit's shared register 0x{:03x}, which is not modelled", offset));
}

void event_unit::write_shared(core& c, std::uint32_t offset, std::uint32_t value) {
  if (offset < 0x40 * map::cluster_cores && write_registers(offset / 0x40, offset % 0x40, value)) return;
  if (offset >= 0x400 && offset < 0x500) {
    if (offset % 0x20 == 0x14) throw fault("a barrier's trigger of the reader itself exists on the private port only");
    return write_barrier(c, offset - 0x400, value);
  }
  if (offset >= 0x600 && offset < 0x620)
    return raise(value == 0 ? all_cluster_cores : value, bit((offset - 0x600) / 4), &c);
  throw fault(fmt::format("write of the event unit's shared register 0x{:03x}, which is not modelled", offset));
}

std::string event_unit::waits_for(unsigned index) const {
  per_core const& own = cores[index];
  switch (own.waits) {
    case wait_kind::none: return "nothing";
    case wait_kind::dispatch:
      return own.mask & bit(event_line::dispatch) ? "a dispatched word" : "a dispatched word, but event 18 is masked";
    case wait_kind::mutex:
      return fmt::format("mutex {}{}", own.mutex, own.mask & bit(event_line::mutex) ? "" : ", but event 17 is masked");
    default: return fmt::format("events 0x{:08x} (pending 0x{:08x})", own.mask, own.buffer);
  }
}
}  // namespace simulator
