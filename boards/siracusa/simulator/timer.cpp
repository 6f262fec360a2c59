// SPDX-License-Identifier: Apache-2.0
#include "timer.hpp"
#include "fault.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace simulator {
namespace {
constexpr std::uint32_t enable = 1, reset = 2, interrupt_enable = 4, clear_on_compare = 16, one_shot = 32,
                        prescaler_on = 64, reference_clock = 128;
constexpr std::uint64_t low_half = 0xFFFF'FFFF;
}  // namespace

cycle_count timer::period(counter const& c) const {
  cycle_count cycles = c.config & reference_clock ? reference_period : 1;
  if (c.config & prescaler_on) cycles *= (c.config >> 8 & 255) + 1;
  return cycles;
}

std::uint64_t timer::value_at(counter const& c, cycle_count now) const {
  return c.enabled() ? c.value + (now - c.since) / period(c) : c.value;
}

/// The first cycle after now at which the counter equals its compare value.
cycle_count timer::match_of(counter const& c, std::uint64_t compare, cycle_count now) const {
  if (!c.enabled()) return never;
  std::uint64_t const value = value_at(c, now);
  std::uint64_t const range = joined() ? 0 : low_half;  // differences wrap at the counter's width
  std::uint64_t ticks = compare - value;
  if (range) ticks &= range;
  if (ticks == 0) {
    if (!range) return never;
    ticks = range + 1;
  }
  cycle_count const phase = (now - c.since) % period(c);
  if (ticks > (never - now) / period(c)) return never;
  return now + ticks * period(c) - phase;
}

void timer::settle(cycle_count now) {
  for (counter* c : {&low, &high}) {
    if (!c->enabled()) {
      c->since = now;
      continue;
    }
    cycle_count const ticks = (now - c->since) / period(*c);
    c->value += ticks;
    if (!joined()) c->value &= low_half;
    c->since += ticks * period(*c);
  }
}

void timer::set_config(counter& c, std::uint32_t value) {
  c.config = value & ~reset;
  if (value & reset) c.value = 0;
}

std::uint32_t timer::read(std::uint32_t offset, cycle_count now) {
  settle(now);
  switch (offset) {
    case 0x00: return low.config;
    case 0x04: return high.config;
    case 0x08: return static_cast<std::uint32_t>(low.value);
    case 0x0C: return static_cast<std::uint32_t>(joined() ? low.value >> 32 : high.value);
    case 0x10: return low.compare;
    case 0x14: return high.compare;
    default: throw fault(fmt::format("read of a timer's register 0x{:02x}, which cannot be read", offset));
  }
}

void timer::write(std::uint32_t offset, std::uint32_t value, cycle_count now) {
  settle(now);
  switch (offset) {
    case 0x00: set_config(low, value); break;
    case 0x04: set_config(high, value); break;
    case 0x08: low.value = joined() ? (low.value & ~low_half) | value : value; break;
    case 0x0C:
      if (joined())
        low.value = (low.value & low_half) | std::uint64_t{value} << 32;
      else
        high.value = value;
      break;
    case 0x10: low.compare = value; break;
    case 0x14: high.compare = value; break;
    case 0x18:
      low.config |= enable;
      low.since = now;
      break;
    case 0x1C:
      high.config |= enable;
      high.since = now;
      break;
    case 0x20:
      low.value = 0;
      low.since = now;
      break;
    case 0x24:
      high.value = 0;
      high.since = now;
      break;
    default: throw fault(fmt::format("write of a timer's register 0x{:02x}, which does not exist", offset));
  }
  plan(now);
}

void timer::plan(cycle_count now) {
  std::uint64_t const compare = joined() ? low.compare | std::uint64_t{high.compare} << 32 : low.compare;
  auto const due = [&](counter const& c, std::uint64_t at) {
    return c.config & (interrupt_enable | clear_on_compare | one_shot) ? match_of(c, at, now) : never;
  };
  next_match = due(low, compare);
  if (!joined()) next_match = std::min(next_match, due(high, high.compare));
}

bool timer::expire(counter& c, std::uint64_t compare, cycle_count now) {
  if (!c.enabled() || c.value != compare || now != c.since) return false;
  if (c.config & clear_on_compare) c.value = 0;
  if (c.config & one_shot) c.config &= ~enable;
  return c.config & interrupt_enable;
}

unsigned timer::advance(cycle_count now) {
  settle(now);
  std::uint64_t const compare = joined() ? low.compare | std::uint64_t{high.compare} << 32 : low.compare;
  unsigned const matches =
      (expire(low, compare, now) ? 1u : 0u) | (!joined() && expire(high, high.compare, now) ? 2u : 0u);
  plan(now);
  return matches;
}
}  // namespace simulator
