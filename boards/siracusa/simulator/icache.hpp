// SPDX-License-Identifier: Apache-2.0
// Instruction caches: a private one for each core in front of one that they share.
#pragma once
#include "map.hpp"
#include "timing.hpp"

#include <array>
#include <vector>

namespace simulator {
/// A set-associative cache of 16-byte lines with least-recently-used replacement. It holds no bytes, only tags.
class line_cache {
public:
  struct line {
    address32 tag = 1;      // no line address is odd
    cycle_count used = 0;   // for replacement
    cycle_count ready = 0;  // its refill ends here
  };
  explicit line_cache(unsigned sets) : lines(sets * ways) {}
  line* find(address32 address, cycle_count now);
  line& replace(address32 address, cycle_count now);
  void clear() { lines.assign(lines.size(), line{}); }
  static constexpr unsigned ways = 4, line_bytes = 16;

private:
  line* set_of(address32 address) { return &lines[(address / line_bytes) % (lines.size() / ways) * ways]; }
  std::vector<line> lines;
};

/// The caches of one cluster of cores (or of the fabric controller alone).
class instruction_cache {
public:
  instruction_cache(unsigned cores, bool enabled_at_reset);
  /// Cycles that a core waits for a line; `memory_cycles` is the way to the memory that holds it.
  cycle_count fetch(unsigned core, address32 line, cycle_count now, unsigned memory_cycles);
  void enable(bool on);
  bool enabled() const { return on; }
  void flush();

  cycle_count private_misses = 0, shared_misses = 0, refill_cycles = 0;

private:
  static constexpr unsigned private_sets = 8;  // 512 B a core
  static constexpr unsigned shared_sets = 64;  // 8 banks of 8 sets: 4 KiB
  std::vector<line_cache> own;
  line_cache shared;
  bool on;
};
}  // namespace simulator
