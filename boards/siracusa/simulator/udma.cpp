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
                        tx_size = 0x10, tx_config = 0x14, l3_address = 0x1C, status = 0x24, two_d = 0x28,
                        two_d_count = 0x2C, two_d_stride = 0x30, hyper_end = 0x480;
constexpr std::uint32_t continuous = 1, enable = 16, clear = 32;
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

void udma_engine::write(std::uint32_t offset, std::uint32_t value) {
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
      if (value & enable) start(receive);
      break;
    case hyper + tx_config:
      transmit.config = value & ~clear;
      if (value & enable) start(transmit);
      break;
    default: break;
  }
}

void udma_engine::start(channel& c) {
  if (c.config & continuous) throw fault("uDMA transfer in continuous mode, which is not modelled");
  if (c.done != never) throw fault("uDMA transfer started while the one before is under way");
  if (c.size == 0) throw fault("uDMA transfer of no bytes");
  if (c.address < map::l2 || c.address - map::l2 + std::uint64_t{c.size} > map::l2_bytes)
    throw fault(fmt::format("uDMA transfer of {} bytes at 0x{:08x}, which is not in L2", c.size, c.address));
  c.l3 = registers[(hyper + l3_address) / 4];
  // One bus: transfers follow each other.
  cycle_count const from = std::max(system.now, bus_free);
  cycle_count const cycles = timing::l3_latency + (cycle_count{c.size} * 100 + timing::l3_bytes_per_100_cycles - 1) /
                                                      timing::l3_bytes_per_100_cycles;
  busy_cycles += cycles;
  c.done = bus_free = from + cycles;
  system.schedule(c.done);
}

/// Lines of `count` bytes every `stride` bytes in L3 when 2-D is on, else one run.
void udma_engine::copy(channel const& c, bool is_receive) {
  bool const strided = registers[(hyper + two_d) / 4] & 1;
  std::uint32_t const count = registers[(hyper + two_d_count) / 4], stride = registers[(hyper + two_d_stride) / 4];
  if (strided && count == 0) throw fault("2-D uDMA transfer with lines of no bytes");
  for (std::uint32_t done = 0; done < c.size;) {
    std::uint32_t const bytes = strided ? std::min(count, c.size - done) : c.size;
    std::uint64_t const l3 = std::uint64_t{c.l3} + (strided ? std::uint64_t{done / count} * stride : 0);
    if (l3 + bytes > map::l3_bytes) throw fault(fmt::format("uDMA transfer reaches beyond HyperRAM, at 0x{:08x}", l3));
    std::uint8_t* inside = system.l2.data() + (c.address - map::l2) + done;
    if (is_receive) {
      std::memcpy(inside, system.l3.data() + l3, bytes);
      system.code_changed(c.address + done, bytes);
    } else {
      std::memcpy(system.l3.data() + l3, inside, bytes);
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
    system.fabric_interrupts.soc_event(is_receive ? event_received : event_transmitted);
  }
}
}  // namespace simulator
