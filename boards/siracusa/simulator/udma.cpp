// SPDX-License-Identifier: Apache-2.0
#include "udma.hpp"
#include "fault.hpp"
#include "machine.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
namespace {
// Offsets from the block's base.
constexpr std::uint32_t hyper = 0x280, rx_address = 0x00, rx_size = 0x04, rx_config = 0x08, tx_address = 0x0C,
                        tx_size = 0x10, tx_config = 0x14, command = 0x18, l3_address = 0x1C, status = 0x24, two_d = 0x28,
                        two_d_count = 0x2C, two_d_stride = 0x30, hyper_end = 0x480;
constexpr std::uint32_t clock_gates = 0, hyper_clock = 1 << 4;
constexpr std::uint32_t continuous = 1, element_bits = 6, elements_of_32 = 4, enable = 16, clear = 32;
constexpr std::uint32_t read_command = 5, write_command = 1;
constexpr unsigned event_received = 18, event_transmitted = 19;
}  // namespace

std::uint32_t udma_engine::read(std::uint32_t offset) {
  auto const busy = [](channel const& c) { return c.done != never; };
  switch (offset) {
    case hyper + rx_config: return receive.config | (busy(receive) ? clear : 0);
    case hyper + tx_config: return transmit.config | (busy(transmit) ? clear : 0);
    case hyper + status: return busy(receive) || busy(transmit);
    case hyper + rx_size: return busy(receive) ? receive.size : 0;
    case hyper + tx_size: return busy(transmit) ? transmit.size : 0;
    default: return registers[offset / 4];
  }
}

void udma_engine::write(core& by, std::uint32_t offset, std::uint32_t value) {
  if (offset >= 0x80 && (offset < hyper || offset >= hyper_end))
    throw fault(fmt::format("write of uDMA's register 0x{:03x}: only the hyper bus is modelled", offset));
  registers[offset / 4] = value;
  switch (offset) {
    case hyper + rx_address: receive.address = value; break;
    case hyper + rx_size: receive.size = value; break;
    case hyper + tx_address: transmit.address = value; break;
    case hyper + tx_size: transmit.size = value; break;
    case hyper + rx_config:
      receive.config = value & ~clear;
      if (value & enable) start(by, receive, true);
      break;
    case hyper + tx_config:
      transmit.config = value & ~clear;
      if (value & enable) start(by, transmit, false);
      break;
    default: break;
  }
}

/// What the facts demand of a transfer: most of it would fail silently on the chip.
void udma_engine::check(channel const& c, bool is_receive) const {
  if (!(registers[clock_gates / 4] & hyper_clock))
    throw fault("uDMA transfer while the hyper bus has no clock: set bit 4 of the clock gates first");
  std::uint32_t const wanted = is_receive ? read_command : write_command, given = registers[(hyper + command) / 4];
  if (given != wanted)
    throw fault(fmt::format("uDMA {} with command {} in CA_SETUP, which must be {}", is_receive ? "read" : "write", given,
                            wanted));
  if (c.config & continuous) throw fault("uDMA transfer in continuous mode, which is not modelled");
  if (c.size == 0) throw fault("uDMA transfer of no bytes");
  if ((c.config & element_bits) == elements_of_32 && (c.address | c.size) % 4 != 0)
    throw fault(fmt::format("uDMA transfer of {} bytes at 0x{:08x} in words, of which neither may hold a part", c.size,
                            c.address));
  if (c.l3 % 2 != 0)
    throw fault(fmt::format("uDMA transfer at HyperRAM's address 0x{:08x}: its bus moves two bytes at a time", c.l3));
  if (c.address < map::l2 || c.address - map::l2 + std::uint64_t{c.size} > map::l2_bytes)
    throw fault(fmt::format("uDMA transfer of {} bytes at 0x{:08x}, which is not in L2", c.size, c.address));
  if (c.line_bytes == 0) throw fault("2-D uDMA transfer with lines of no bytes");
  std::uint32_t const before = (c.size - 1) / c.line_bytes;  // the last line
  std::uint64_t const end = c.l3 + std::uint64_t{before} * c.line_stride + (c.size - before * c.line_bytes);
  if (end > map::l3_bytes)
    throw fault(fmt::format("uDMA transfer reaches 0x{:08x}, beyond HyperRAM's {} bytes", end, map::l3_bytes));
}

void udma_engine::start(core& by, channel& c, bool is_receive) {
  if (c.done != never) throw fault("uDMA transfer started while the one before is under way");
  c.l3 = registers[(hyper + l3_address) / 4];
  bool const strided = registers[(hyper + two_d) / 4] & 1;
  c.line_bytes = strided ? registers[(hyper + two_d_count) / 4] : c.size;
  c.line_stride = strided ? registers[(hyper + two_d_stride) / 4] : 0;
  check(c, is_receive);
  // One bus: transfers follow each other.
  cycle_count const from = std::max(system.now, bus_free);
  cycle_count const cycles = timing::l3_latency + (cycle_count{c.size} * 100 + timing::l3_bytes_per_100_cycles - 1) /
                                                      timing::l3_bytes_per_100_cycles;
  busy_cycles += cycles;
  c.done = bus_free = from + cycles;
  system.schedule(c.done);
  c.number = ++started;
  for (auto* m : system.monitors) m->udma_started({c.number, is_receive, c.address, c.l3, c.size}, by);
}

void udma_engine::copy(channel const& c, bool is_receive) {
  for (std::uint32_t done = 0; done < c.size;) {
    std::uint32_t const bytes = std::min(c.line_bytes, c.size - done);
    std::uint8_t* const outside = system.l3.data() + c.l3 + std::uint64_t{done / c.line_bytes} * c.line_stride;
    std::uint8_t* const inside = system.l2.data() + (c.address - map::l2) + done;
    if (is_receive) {
      std::memcpy(inside, outside, bytes);
      system.code_changed(c.address + done, bytes);
    } else {
      std::memcpy(outside, inside, bytes);
    }
    done += bytes;
  }
}

cycle_count udma_engine::next() const { return std::min(receive.done, transmit.done); }

void udma_engine::advance(cycle_count now) {
  for (bool is_receive : {true, false}) {
    channel& c = is_receive ? receive : transmit;
    if (c.done > now) continue;
    copy(c, is_receive);
    (is_receive ? bytes_read : bytes_written) += c.size;
    c.config &= ~enable;
    c.done = never;
    for (auto* m : system.monitors) m->udma_finished({c.number, is_receive, c.address, c.l3, c.size});
    system.fabric_interrupts.soc_event(is_receive ? event_received : event_transmitted);
  }
}
}  // namespace simulator
