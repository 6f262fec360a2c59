// SPDX-License-Identifier: Apache-2.0
// timer_v2: two 32-bit counters that can be joined to one of 64 bits. Counts are computed when somebody looks.
#pragma once
#include "core.hpp"

#include <array>

namespace simulator {
class timer {
public:
  /// Cycles of the reference clock's period, in cycles of the machine's clock.
  explicit timer(cycle_count reference_period) : reference_period(reference_period) {}

  std::uint32_t read(std::uint32_t offset, cycle_count now);
  void write(std::uint32_t offset, std::uint32_t value, cycle_count now);
  /// When a compare match is due.
  cycle_count next() const { return next_match; }
  /// Matches up to now: bit 0 of the low counter, bit 1 of the high one, where their interrupt is enabled.
  unsigned advance(cycle_count now);

private:
  struct counter {
    std::uint32_t config = 0, compare = 0;
    std::uint64_t value = 0;  // at `since`
    cycle_count since = 0;
    bool enabled() const { return config & 1; }
  };
  bool joined() const { return low.config >> 31 & 1; }
  cycle_count period(counter const& c) const;
  std::uint64_t value_at(counter const& c, cycle_count now) const;
  cycle_count match_of(counter const& c, std::uint64_t compare, cycle_count now) const;
  void settle(cycle_count now);
  void set_config(counter& c, std::uint32_t value);
  bool expire(counter& c, std::uint64_t compare, cycle_count now);
  void plan(cycle_count now);

  counter low, high;
  cycle_count reference_period;
  cycle_count next_match = never;
};
}  // namespace simulator
