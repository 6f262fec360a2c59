// SPDX-License-Identifier: Apache-2.0
#include "dma.hpp"
#include "fault.hpp"
#include "machine.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
namespace {
constexpr std::uint32_t command_bits = 0x00FF'FFFF;
unsigned words_of(std::uint32_t command) { return 3 + (command >> 19 & 1) * 2 + (command >> 23 & 1) * 2; }
}  // namespace

// Ports

std::uint32_t dma_engine::read(core& c, unsigned p, std::uint32_t offset) {
  if (offset == 4) {
    std::uint32_t status = 0;
    for (unsigned i = 0; i < counters; ++i)
      status |= (counter[i].outstanding ? 1u << i : 0) | (counter[i].allocated ? 0x1'0000u << i : 0);
    return status;
  }
  if (offset != 0) throw fault(fmt::format("read of the DMA's register 0x{:x}, which does not exist", offset));
  for (unsigned i = 0; i < counters; ++i) {
    if (counter[i].allocated || counter[i].outstanding) continue;
    counter[i] = {.allocated = true, .outstanding = 0, .owner = p};
    port[p].counter = static_cast<int>(i);
    return i;
  }
  blocked |= 1u << c.index;
  throw blocked_access{};
}

void dma_engine::write(core& c, unsigned p, std::uint32_t offset, std::uint32_t value) {
  if (offset == 4) {
    for (unsigned i = 0; i < counters; ++i)
      if (value >> i & 1) counter[i].allocated = false;
    retry_blocked();
    return;
  }
  if (offset != 0) throw fault(fmt::format("write of the DMA's register 0x{:x}, which does not exist", offset));
  port_state& own = port[p];
  if (own.counter < 0 || !counter[static_cast<unsigned>(own.counter)].allocated)
    throw fault("DMA command without a transfer counter: read the command register first");
  if (own.filled == 0 && value & ~command_bits)
    throw fault(fmt::format("DMA command 0x{:08x} sets bits that do not exist", value));
  unsigned const needed = own.filled == 0 ? words_of(value) : words_of(own.words[0]);
  if (own.filled + 1 == needed && own.queue.size() >= port_queue) {
    blocked |= 1u << c.index;
    throw blocked_access{};
  }
  own.words[own.filled++] = value;
  if (own.filled == needed) push(c, p);
}

void dma_engine::push(core& c, unsigned p) {
  port_state& own = port[p];
  auto const* w = own.words.data();
  dma_transfer t{.counter = static_cast<unsigned>(own.counter),
                 .number = ++pushed,
                 .to_l1 = (w[0] >> 17 & 1) != 0,
                 .external_2d = (w[0] >> 19 & 1) != 0,
                 .l1_2d = (w[0] >> 23 & 1) != 0,
                 .raise_event = (w[0] >> 20 & 1) != 0,
                 .raise_interrupt = (w[0] >> 21 & 1) != 0,
                 .broadcast = (w[0] >> 22 & 1) != 0,
                 .bytes = w[0] & 0x1'FFFF,
                 .l1 = w[1] & 0xF'FFFF,
                 .external = w[2],
                 .port = p,
                 .issued_at = c.pc,
                 .issued = c.now};
  if (t.external_2d) t.external_count = w[3] & 0x7FFF'FFFF, t.external_stride = w[4];
  if (t.l1_2d) t.l1_count = w[t.external_2d ? 5 : 3] & 0x7FFF'FFFF, t.l1_stride = w[t.external_2d ? 6 : 4];
  own.filled = 0;
  check(t);
  ++counter[t.counter].outstanding;
  ++counted.transfers;
  system.on_dma_push(t, c);
  own.queue.push_back(t);
  next_cycle = std::min(next_cycle, c.now + timing::dma_issue);
  system.schedule(next_cycle);
}

void dma_engine::check(dma_transfer const& t) const {
  if (t.bytes == 0) throw fault("DMA transfer of no bytes");
  if (t.external_2d && t.external_count == 0)
    throw fault("2-D DMA transfer with lines of no bytes on the external side");
  if (t.l1_2d && t.l1_count == 0) throw fault("2-D DMA transfer with lines of no bytes in L1");
  auto const lines = [&](bool two_d, std::uint32_t line) {
    std::uint32_t const n = two_d ? line : t.bytes;
    return std::pair{(t.bytes + n - 1) / n, n};
  };
  auto const [l1_lines, l1_line] = lines(t.l1_2d, t.l1_count);
  for (std::uint32_t i = 0; i < l1_lines; ++i) {
    std::uint32_t const bytes = std::min(l1_line, t.bytes - i * l1_line);
    if (std::uint64_t{t.l1_at(i * l1_line)} + bytes > map::l1_bytes)
      throw fault(
          fmt::format("DMA transfer {} reaches beyond L1, at 0x{:08x}", t.number, map::l1 + t.l1_at(i * l1_line)));
  }
  auto const [lines_external, line_external] = lines(t.external_2d, t.external_count);
  for (std::uint32_t i = 0; i < lines_external; ++i) {
    address32 const at = t.external_at(i * line_external);
    if (!system.external_bytes(at, std::min(line_external, t.bytes - i * line_external)))
      throw fault(fmt::format("DMA transfer {} reaches 0x{:08x}, which is neither L2 nor weight memory", t.number, at));
  }
}

void dma_engine::retry_blocked() {
  for (unsigned i = 0; i < map::all_cores; ++i)
    if (blocked >> i & 1) system.retry(system.cores[i]);
  blocked = 0;
}

// Engine

void dma_engine::advance(cycle_count now) {
  distribute(now);
  // The directions take turns at the one port for requests.
  for (unsigned k = 0; k < 2; ++k) request(turn ^ k, now);
  move(0, now);
  move(1, now);
  plan_next(now);
}

/// One transfer a cycle leaves each core's queue for the queue of its direction.
void dma_engine::distribute(cycle_count now) {
  bool freed = false;
  for (auto& p : port) {
    if (p.queue.empty() || p.queue.front().issued + timing::dma_issue > now) continue;
    auto& d = directions[p.queue.front().to_l1];
    if (d.queue.size() >= direction_queue) continue;
    d.queue.push_back(p.queue.front());
    p.queue.pop_front();
    freed = true;
  }
  if (freed && blocked) retry_blocked();
}

/// Requests the next burst: up to 256 bytes that lie together on both sides and do not cross 4 KiB outside.
void dma_engine::request(unsigned which, cycle_count now) {
  direction& d = directions[which];
  if (d.queue.empty() || request_free > now || d.bursts.size() >= outstanding_bursts) return;
  dma_transfer& t = d.queue.front();
  bool const weights = t.external >= map::weights && t.external < map::weights + map::weight_bytes;
  if (weights && d.weights_free > now) return;
  std::uint32_t const i = d.requested;
  std::uint32_t bytes = std::min(t.bytes - i, std::uint32_t{timing::dma_burst_bytes});
  if (t.external_2d) bytes = std::min(bytes, t.external_count - i % t.external_count);
  if (t.l1_2d) bytes = std::min(bytes, t.l1_count - i % t.l1_count);
  burst b{.bytes = bytes, .l1 = t.l1_at(i), .external = t.external_at(i)};
  b.bytes = std::min(b.bytes, 4096 - b.external % 4096);
  request_free = now + timing::dma_request + b.bytes / timing::dma_request_bytes_per_cycle;
  b.data_from = now + (weights ? timing::dma_weights_latency : timing::dma_l2_latency);
  d.requested += b.bytes;
  b.last = d.requested == t.bytes;
  ++counted.bursts;
  turn = which ^ 1;
  if (weights) d.weights_free = never;  // until its data is through
  d.bursts.push_back(b);
  if (b.last) {
    d.in_flight.push_back(t);
    d.queue.pop_front();
    d.requested = 0;
  }
}

/// Moves up to 8 bytes of the oldest burst, word by word through the banks.
void dma_engine::move(unsigned which, cycle_count now) {
  direction& d = directions[which];
  if (d.bursts.empty() || d.bursts.front().data_from > now) return;
  ++counted.busy_cycles[which];
  burst& b = d.bursts.front();
  for (unsigned word = 0; word < timing::dma_words_per_cycle && b.done < b.bytes; ++word) {
    address32 const l1 = b.l1 + b.done, external = b.external + b.done;
    std::uint32_t const bytes = std::min(4 - l1 % 4, b.bytes - b.done);
    if (!system.l1_banks.try_take(l1, now)) {
      ++counted.conflicts[which];
      system.dma_refused |= 1u << banks::bank_of(l1);
      break;
    }
    std::uint8_t* outside = system.external_bytes(external, bytes);
    std::uint8_t* inside = system.l1.data() + l1;
    if (external >= map::l2)
      system.ports.dma_at_l2(external, now);
    else
      system.ports.dma_at_weights(now);
    if (which == 1) {
      std::memcpy(inside, outside, bytes);
      system.code_changed(map::l1 + l1, bytes);
    } else {
      std::memcpy(outside, inside, bytes);
      system.code_changed(external, bytes);
    }
    b.done += bytes;
    counted.bytes[which] += bytes;
  }
  if (b.done < b.bytes) return;
  bool const last = b.last;
  if (d.weights_free == never) d.weights_free = now + 1;
  d.bursts.pop_front();
  if (last) {
    dma_transfer const t = d.in_flight.front();
    d.in_flight.pop_front();
    finish(t);
  }
}

void dma_engine::finish(dma_transfer const& t) {
  system.on_dma_finish(t);
  counter_state& state = counter[t.counter];
  if (--state.outstanding > 0) return;
  if (blocked && !state.allocated) retry_blocked();
  std::uint32_t const everybody = (1u << map::cluster_cores) - 1;
  std::uint32_t const events =
      (t.raise_event ? 1u << event_line::dma_event : 0) | (t.raise_interrupt ? 1u << event_line::dma_interrupt : 0);
  if (!events) return;
  if (t.port < map::cluster_cores) {
    system.events.raise(t.broadcast ? everybody : 1u << t.port, events);
  } else {
    if (t.broadcast) system.events.raise(everybody, events);
    system.fabric_interrupts.raise(interrupt_line::cluster_dma);
  }
}

void dma_engine::plan_next(cycle_count now) {
  next_cycle = never;
  auto const at = [&](cycle_count cycle) { next_cycle = std::min(next_cycle, std::max(cycle, now + 1)); };
  for (auto const& p : port)
    if (!p.queue.empty() && directions[p.queue.front().to_l1].queue.size() < direction_queue)
      at(p.queue.front().issued + timing::dma_issue);
  for (auto const& d : directions) {
    if (!d.bursts.empty()) at(d.bursts.front().data_from);
    if (!d.queue.empty() && d.bursts.size() < outstanding_bursts) at(request_free);
  }
}

std::string dma_engine::describe(dma_transfer const& t) const {
  return fmt::format("DMA transfer {} ({} bytes {} 0x{:08x} {} L1 0x{:08x})", t.number, t.bytes,
                     t.to_l1 ? "from" : "to", t.external, t.to_l1 ? "to" : "from", map::l1 + t.l1);
}
}  // namespace simulator
