// SPDX-License-Identifier: Apache-2.0
#include "icache.hpp"

namespace simulator {
line_cache::line* line_cache::find(address32 address, cycle_count now) {
  line* set = set_of(address);
  for (unsigned way = 0; way < ways; ++way)
    if (set[way].tag == address) {
      set[way].used = now;
      return &set[way];
    }
  return nullptr;
}

line_cache::line& line_cache::replace(address32 address, cycle_count now) {
  line* set = set_of(address);
  line* oldest = set;
  for (unsigned way = 1; way < ways; ++way)
    if (set[way].used < oldest->used) oldest = &set[way];
  *oldest = {.tag = address, .used = now, .ready = now};
  return *oldest;
}

instruction_cache::instruction_cache(unsigned cores, bool enabled_at_reset)
    : own(cores, line_cache(private_sets)), shared(shared_sets), on(enabled_at_reset) {}

void instruction_cache::enable(bool value) {
  if (on != value) flush();
  on = value;
}

void instruction_cache::flush() {
  for (auto& cache : own) cache.clear();
  shared.clear();
}

cycle_count instruction_cache::fetch(unsigned core, address32 line, cycle_count now, unsigned memory_cycles) {
  if (!on) {
    refill_cycles += memory_cycles + 1;
    return memory_cycles + 1;
  }
  if (own[core].find(line, now)) return 0;
  ++private_misses;
  cycle_count wait = timing::private_refill;
  if (auto* hit = shared.find(line, now)) {
    // Another core's refill of the same line may still be under way.
    if (hit->ready > now) wait += hit->ready - now;
  } else {
    ++shared_misses;
    cycle_count const refill = timing::shared_refill + memory_cycles;
    shared.replace(line, now).ready = now + refill;
    wait += refill;
  }
  own[core].replace(line, now);
  refill_cycles += wait;
  return wait;
}
}  // namespace simulator
