// SPDX-License-Identifier: Apache-2.0
// mchan: the cluster's DMA. Command ports, transfer counters, one queue and one data path for each direction.
#pragma once
#include "core.hpp"

#include <array>
#include <deque>
#include <string>

namespace simulator {
/// One transfer as software programmed it.
struct dma_transfer {
  unsigned counter = 0;
  std::uint64_t number = 0;  // counts all transfers, for reports
  bool to_l1 = false;
  bool external_2d = false, l1_2d = false;
  bool raise_event = false, raise_interrupt = false, broadcast = false;
  std::uint32_t bytes = 0;
  address32 l1 = 0, external = 0;  // l1 is an offset
  std::uint32_t external_count = 0, external_stride = 0, l1_count = 0, l1_stride = 0;
  unsigned port = 0;        // the core that pushed it; the last port is the peripheral one
  address32 issued_at = 0;  // its program counter
  cycle_count issued = 0;

  /// Where byte i of the transfer lies.
  address32 external_at(std::uint32_t i) const {
    return external + (external_2d ? i / external_count * external_stride + i % external_count : i);
  }
  address32 l1_at(std::uint32_t i) const { return l1 + (l1_2d ? i / l1_count * l1_stride + i % l1_count : i); }
};

class dma_engine {
public:
  static constexpr unsigned ports = map::cluster_cores + 1, counters = 16, port_queue = 2, direction_queue = 8,
                            outstanding_bursts = 8;
  explicit dma_engine(machine& m) : system(m) {}

  std::uint32_t read(core& c, unsigned port, std::uint32_t offset);
  void write(core& c, unsigned port, std::uint32_t offset, std::uint32_t value);

  cycle_count next() const { return next_cycle; }
  void advance(cycle_count now);
  std::string describe(dma_transfer const&) const;

  struct statistics {
    std::array<cycle_count, 2> bytes{}, busy_cycles{}, conflicts{};
    cycle_count transfers = 0, bursts = 0;
  } counted;

private:
  struct port_state {
    std::array<std::uint32_t, 7> words{};
    unsigned filled = 0;
    int counter = -1;  // allocated last
    std::deque<dma_transfer> queue;
  };
  /// Consecutive bytes on both sides, of one transfer.
  struct burst {
    std::uint32_t done = 0, bytes = 0;
    address32 l1 = 0, external = 0;
    cycle_count data_from = 0;
    bool last = false;
  };
  struct direction {
    std::deque<dma_transfer> queue;      // the front one is being split into bursts or waits for its data
    std::deque<dma_transfer> in_flight;  // split completely, data not complete
    std::uint32_t requested = 0;         // bytes of the front transfer that have been requested
    std::deque<burst> bursts;
    cycle_count weights_free = 0;  // weight memory takes one burst at a time
  };
  struct counter_state {
    bool allocated = false;
    std::uint32_t outstanding = 0;  // transfers
    unsigned owner = 0;
  };

  void push(core& c, unsigned port);
  void check(dma_transfer const&) const;
  void distribute(cycle_count now);
  void request(unsigned which, cycle_count now);
  void move(unsigned which, cycle_count now);
  void finish(dma_transfer const&);
  void retry_blocked();
  void plan_next(cycle_count now);

  machine& system;
  std::array<port_state, ports> port;
  std::array<counter_state, counters> counter;
  std::array<direction, 2> directions;  // 0: L1 to external, 1: external to L1
  cycle_count request_free = 0;
  unsigned turn = 0;
  std::uint32_t blocked = 0;  // cores whose access waits for a counter or for room in a queue
  cycle_count next_cycle = never;
  std::uint64_t pushed = 0;
};
}  // namespace simulator
