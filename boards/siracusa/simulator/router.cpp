// SPDX-License-Identifier: Apache-2.0
// Where a core's access goes when it is not its near memory: other memories, peripherals, or a fault.
#include "access.hpp"
#include "fault.hpp"
#include "machine.hpp"

#include <fmt/format.h>

namespace simulator {
namespace {
struct access {
  core& c;
  machine& m;
  address32 address;
  unsigned bytes;
  bool is_store;
  std::uint32_t value;

  [[noreturn]] void unmapped(char const* why = "") const {
    throw fault(fmt::format("{} of {} byte{} at 0x{:08x}, where nothing is mapped{}", is_store ? "store" : "load",
                            bytes, bytes == 1 ? "" : "s", address, why));
  }
  void need_word() const {
    if (bytes != 4 || address % 4 != 0)
      throw fault(fmt::format("{} of {} byte{} at 0x{:08x}: peripherals take aligned words only",
                              is_store ? "store" : "load", bytes, bytes == 1 ? "" : "s", address));
  }
};

std::uint32_t use_memory(access const& a, std::uint8_t* at, stall cause, unsigned cycles) {
  if (!a.c.is_fabric()) {
    cycle_count const at = a.c.ready - 1;
    if (cycle_count const wait = cause == stall::l2 ? a.m.ports.use_l2(a.address, at) : a.m.ports.use_weights(at))
      a.c.delay(cause, wait);
  }
  a.c.delay(cause, cycles);
  ++a.m.far_accesses[static_cast<unsigned>(cause)];
  if (a.address % 4 + a.bytes > 4) a.c.delay(stall::misaligned, timing::misaligned + cycles);
  std::uint32_t value = a.value;
  if (a.is_store) {
    std::memcpy(at, &value, a.bytes);
    a.m.code_changed(a.address, a.bytes);
    return 0;
  }
  value = 0;
  std::memcpy(&value, at, a.bytes);
  return value;
}

/// Returns the old word and leaves all ones, in one access.
std::uint32_t test_and_set(access const& a) {
  address32 const offset = a.address - map::l1_test_and_set;
  if (offset % a.bytes != 0) throw fault(fmt::format("misaligned test-and-set at 0x{:08x}", a.address));
  cycle_count& free = a.m.l1_banks.free[banks::bank_of(offset)];
  cycle_count const at = a.c.ready - 1;
  if (free > at) a.c.delay(stall::bank_conflict, free - at);
  free = a.c.ready;
  if (a.c.is_fabric()) a.c.delay(stall::peripheral, timing::fabric_to_cluster);
  std::uint32_t value = a.value;
  if (a.is_store) {
    std::memcpy(&a.m.l1[offset], &value, a.bytes);
    return 0;
  }
  for (auto* m : a.m.monitors) m->test_and_set(a.c, map::l1 + offset, a.bytes);
  value = 0;
  std::memcpy(&value, &a.m.l1[offset], a.bytes);
  std::memset(&a.m.l1[offset], 0xFF, a.bytes);
  return value;
}

std::uint32_t cluster_control(access const& a, std::uint32_t offset) {
  static constexpr std::uint32_t boot = 0x40;
  auto& r = a.m.cluster_registers;
  if (offset >= 0x400) a.unmapped();
  if (!a.is_store) return r[offset / 4];
  if (offset == 0x08) {
    std::uint32_t const rising = a.value & ~r[2];
    r[2] = a.value;
    for (unsigned i = 0; i < map::cluster_cores; ++i)
      if (rising >> i & 1) a.m.start_cluster_core(a.c, i, r[(boot + 4 * i) / 4]);
    return 0;
  }
  r[offset / 4] = a.value;
  return 0;
}

std::uint32_t use_timer(access const& a, timer& t, std::uint32_t offset) {
  if (!a.is_store) return t.read(offset, a.m.now);
  t.write(offset, a.value, a.m.now);
  a.m.schedule(t.next());
  return 0;
}

std::uint32_t cache_control(access const& a, instruction_cache& cache, std::uint32_t offset) {
  if (!a.is_store) return offset == 0 ? (cache.enabled() ? ~0u : 0) : 0;
  if (offset == 0)
    cache.enable(a.value != 0);
  else if (offset == 4 || offset == 8)
    cache.flush();
  else
    a.unmapped();
  for (auto& c : a.m.cores) c.line = 1;
  return 0;
}

/// Peripherals of the cluster; offset from their base.
std::uint32_t cluster_peripheral(access const& a, std::uint32_t offset) {
  machine& m = a.m;
  bool const own = offset >= 0x4000;
  if (own && a.c.is_fabric()) a.unmapped(": the private ports of cluster cores");
  a.need_word();
  ++a.m.far_accesses[static_cast<unsigned>(stall::peripheral)];
  if (a.c.is_fabric())
    a.c.delay(stall::peripheral, timing::fabric_to_cluster + timing::cluster_to_peripheral);
  else
    a.c.delay(stall::peripheral, own ? timing::cluster_to_own_port : timing::cluster_to_peripheral);
  a.c.wait_register = a.c.slots[(a.c.pc & (code_region::page_bytes - 1)) >> 1].rd;
  if (own) {
    if (offset < 0x4400) {
      if (!a.is_store) {
        m.on_poll(a.c, polled_unit::events);
        return m.events.read_own(a.c, offset - 0x4000);
      }
      m.events.write_own(a.c, offset - 0x4000, a.value);
      return 0;
    }
    if (offset >= 0x4800) a.unmapped();
    if (!a.is_store) {
      m.on_poll(a.c, polled_unit::dma);
      return m.dma.read(a.c, a.c.index, offset - 0x4400);
    }
    m.dma.write(a.c, a.c.index, offset - 0x4400, a.value);
    return 0;
  }
  if (offset < 0x400) return cluster_control(a, offset);
  if (offset < 0x800) return use_timer(a, m.cluster_timer, offset - 0x400);
  if (offset < 0x1000) {
    if (!a.is_store) return m.events.read_shared(offset - 0x800);
    m.events.write_shared(a.c, offset - 0x800, a.value);
    return 0;
  }
  if (offset < 0x1400) {
    int const issuer = static_cast<int>(a.c.index);
    if (!a.is_store) {
      m.accelerator.advance(m.now);
      m.on_poll(a.c, polled_unit::npu);
      return m.accelerator.read_register(offset - 0x1000, m.now, issuer);
    }
    m.accelerator.write_register(offset - 0x1000, a.value, m.now, issuer);
    m.schedule(m.accelerator.next_event());
    return 0;
  }
  if (offset < 0x1800) return cache_control(a, m.cluster_cache, offset - 0x1400);
  if (offset < 0x1C00) {
    if (!a.is_store) {
      m.on_poll(a.c, polled_unit::dma);
      return m.dma.read(a.c, map::cluster_cores, offset - 0x1800);
    }
    m.dma.write(a.c, map::cluster_cores, offset - 0x1800, a.value);
    return 0;
  }
  a.unmapped();
}

std::uint32_t soc_peripheral(access const& a, std::uint32_t offset) {
  machine& m = a.m;
  a.c.delay(stall::peripheral, a.c.is_fabric() ? timing::fabric_to_soc : timing::cluster_to_soc);
  if (offset >= 0xF000 && offset < 0x1'0000) {
    if (!a.is_store) return 0;
    m.soc.put(offset - 0xF000, static_cast<char>(a.value));
    return 0;
  }
  a.need_word();
  auto const in = [&](address32 base, std::uint32_t size) { return a.address - base < size; };
  if (in(map::udma, 0x2000)) {
    if (!a.is_store) {
      m.on_poll(a.c, polled_unit::udma);
      return m.udma.read(a.address - map::udma);
    }
    m.udma.write(a.c, a.address - map::udma, a.value);
    return 0;
  }
  if (in(map::soc_control, 0x1000)) {
    if (!a.is_store) return m.soc.read(a.address - map::soc_control);
    m.soc.write(a.address - map::soc_control, a.value);
    return 0;
  }
  if (in(map::fabric_icache, 0x800)) return cache_control(a, m.fabric_cache, a.address - map::fabric_icache);
  if (in(map::fabric_interrupts, 0x800)) {
    if (!a.is_store) {
      m.on_poll(a.c, polled_unit::interrupts);
      return m.fabric_interrupts.read(a.address - map::fabric_interrupts);
    }
    if (a.address - map::fabric_interrupts == 0x10)
      for (auto* x : m.monitors) x->interrupt_raised(a.c, a.value);
    m.fabric_interrupts.write(a.address - map::fabric_interrupts, a.value);
    return 0;
  }
  if (in(map::fabric_timer, 0x800)) return use_timer(a, m.fabric_timer, a.address - map::fabric_timer);
  if (in(map::fabric_timer_1, 0x800)) return use_timer(a, m.fabric_timer_1, a.address - map::fabric_timer_1);
  // Clock generators and the SoC event unit keep what is written; nothing else depends on it here.
  if (in(map::clocks, 0x30) || in(map::soc_events, 0x1000)) {
    std::uint32_t& r = m.plain_registers[offset / 4];
    if (!a.is_store) return in(map::clocks, 0x30) && offset % 16 == 0 ? r | 1 : r;  // PLL status: locked
    r = a.value;
    return 0;
  }
  a.unmapped();
}

std::uint32_t route(access const& a) {
  machine& m = a.m;
  bool const cluster = !a.c.is_fabric();
  auto const in = [&](address32 base, std::uint64_t size) {
    return a.address >= base && a.address - base + std::uint64_t{a.bytes} <= size;
  };
  if (in(map::l2, map::l2_bytes))
    return use_memory(a, &m.l2[a.address - map::l2], stall::l2, cluster ? timing::cluster_to_l2 : timing::fabric_to_l2);
  if (in(map::l1, map::l1_bytes))
    return use_memory(a, &m.l1[a.address - map::l1], stall::peripheral, timing::fabric_to_cluster);
  if (in(map::l1_test_and_set, map::l1_bytes)) return test_and_set(a);
  if (in(map::cluster_peripherals, map::cluster_peripheral_bytes))
    return cluster_peripheral(a, a.address - map::cluster_peripherals);
  if (cluster && in(map::peripheral_alias, map::cluster_peripheral_bytes))
    return cluster_peripheral(a, a.address - map::peripheral_alias);
  if (in(map::weights, map::weight_bytes))
    return use_memory(a, &m.weights[a.address - map::weights], stall::weights,
                      cluster ? timing::cluster_to_weights : timing::fabric_to_cluster + timing::cluster_to_weights);
  if (in(map::weight_control, 0x1000)) {
    a.need_word();
    a.c.delay(stall::peripheral, timing::cluster_to_peripheral);
    std::uint32_t& r = m.weight_control_registers[(a.address - map::weight_control) / 4];
    if (!a.is_store) return r;
    r = a.value;
    return 0;
  }
  if (in(map::soc_peripherals, 0x10'0000)) return soc_peripheral(a, a.address - map::soc_peripherals);
  if (a.is_store && in(map::write_fifo, map::write_fifo_bytes)) {
    access const redirected{a.c, m, 0x1000'0000 | (a.address & 0x0FFF'FFFF), a.bytes, true, a.value};
    return route(redirected);
  }
  if (!cluster && a.address < 0x1'0000) a.unmapped(" for the fabric controller: a null pointer?");
  a.unmapped();
}
}  // namespace

std::uint32_t load_far(core& c, address32 address, unsigned bytes) {
  return route({c, *c.system, address, bytes, false, 0});
}
void store_far(core& c, address32 address, unsigned bytes, std::uint32_t value) {
  route({c, *c.system, address, bytes, true, value});
}
void drop_code(core& c, address32 address, unsigned bytes) {
  machine& m = *c.system;
  // A cluster core may have named L1 by its alias.
  m.code_changed(c.is_fabric() ? address : map::l1 | (address & c.near.offset_mask), bytes);
}
void check_load(core& c, address32 address, unsigned bytes) {
  for (auto* m : c.system->monitors) m->load(c, address, bytes);
}
void check_store(core& c, address32 address, unsigned bytes) {
  for (auto* m : c.system->monitors) m->store(c, address, bytes);
}
}  // namespace simulator
