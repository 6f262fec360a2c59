// SPDX-License-Identifier: Apache-2.0
#include "csr.hpp"

namespace simulator::csr {
namespace {
/// Cycles in which the core's clock ran.
cycle_count clocked(core const& c) { return c.now - c.gated_cycles; }

/// What performance counter i counts, since the start of the run. Event numbers of RI5CY's PCER.
cycle_count counted(core const& c, unsigned i) {
  auto const executed = [&](instruction_class k) { return c.executed[static_cast<unsigned>(k)]; };
  auto const stalled = [&](stall s) { return c.stalled[static_cast<unsigned>(s)]; };
  switch (i) {
    case 0: return clocked(c);
    case 1: return c.instructions();
    case 2: return stalled(stall::load_use);
    case 3: return stalled(stall::jump_register);
    case 4: return stalled(stall::fetch);
    case 5: return executed(instruction_class::load);
    case 6: return executed(instruction_class::store);
    case 7: return executed(instruction_class::jump);
    case 8: return executed(instruction_class::branch);
    case 9: return c.taken_branches;
    case 10: return (4 * c.instructions() - c.fetched_bytes) / 2;
    case 11: return executed(instruction_class::wait);
    case 14: return stalled(stall::l2) + stalled(stall::weights) + stalled(stall::peripheral);
    case 16: return stalled(stall::bank_conflict);
    default: return 0;
  }
}

bool counts(core const& c, unsigned i) { return (c.counters.mode & 1) && (c.counters.enabled_events >> i & 1); }
std::uint32_t counter(core const& c, unsigned i) {
  return counts(c, i) ? static_cast<std::uint32_t>(counted(c, i)) - c.counters.base[i] : c.counters.value[i];
}
void set_counter(core& c, unsigned i, std::uint32_t value) {
  c.counters.value[i] = value;
  c.counters.base[i] = static_cast<std::uint32_t>(counted(c, i)) - value;
}
/// Changes which counters run: all keep their values.
template <class Change>
void change_counting(core& c, Change change) {
  std::array<std::uint32_t, 32> values;
  for (unsigned i = 0; i < 32; ++i) values[i] = counter(c, i);
  change();
  for (unsigned i = 0; i < 32; ++i) set_counter(c, i, values[i]);
}

std::uint32_t* loop_register(core& c, std::uint32_t number) {
  std::uint32_t const n = (number - (number < loops_new ? loops_old : loops_new));
  if (n > 6 || n % 4 == 3) return nullptr;
  hardware_loop& loop = c.loops[n / 4];
  return n % 4 == 0 ? &loop.start : n % 4 == 1 ? &loop.end : &loop.count;
}
}  // namespace

bool read(core& c, std::uint32_t number, std::uint32_t& value) {
  std::uint64_t const cycles = clocked(c) + static_cast<std::uint64_t>(c.counters.mcycle_offset);
  std::uint64_t const retired = c.instructions() + static_cast<std::uint64_t>(c.counters.minstret_offset);
  switch (number) {
    case fflags: value = c.fcsr & 31; return true;
    case frm: value = c.fcsr >> 5 & 7; return true;
    case fcsr: value = c.fcsr; return true;
    case mstatus: value = c.mstatus; return true;
    case misa: value = 1u << 30 | 1u << 12 | 1u << 8 | 1u << 5 | 1u << 2 | 1u << 23; return true;  // I M F C X
    case mie:
    case mip: value = 0; return true;  // lines are masked in the event unit and the interrupt controller
    case mtvec: value = c.mtvec; return true;
    case mscratch: value = c.mscratch; return true;
    case mepc: value = c.mepc; return true;
    case mcause: value = c.mcause; return true;
    case mtval: value = c.mtval; return true;
    case mcycle:
    case cycle: value = static_cast<std::uint32_t>(cycles); return true;
    case mcycleh:
    case cycleh: value = static_cast<std::uint32_t>(cycles >> 32); return true;
    case minstret:
    case instret: value = static_cast<std::uint32_t>(retired); return true;
    case minstreth:
    case instreth: value = static_cast<std::uint32_t>(retired >> 32); return true;
    case pcer: value = c.counters.enabled_events; return true;
    case pcmr: value = c.counters.mode; return true;
    case mvendorid:
    case marchid:
    case mimpid: value = 0; return true;
    case mhartid: value = c.hart; return true;
    default: break;
  }
  if (number >= pccr && number < pccr + 32) {
    value = counter(c, number - pccr);
    return true;
  }
  if ((number >= loops_old && number < loops_old + 7) || (number >= loops_new && number < loops_new + 7)) {
    auto const* r = loop_register(c, number);
    if (r) value = *r;
    return r != nullptr;
  }
  return false;
}

bool write(core& c, std::uint32_t number, std::uint32_t value) {
  auto const set_low = [](std::int64_t& offset, std::uint64_t counter, std::uint32_t v) {
    std::uint64_t const total = counter + static_cast<std::uint64_t>(offset);
    offset = static_cast<std::int64_t>(((total & ~0xFFFF'FFFFull) | v) - counter);
  };
  auto const set_high = [](std::int64_t& offset, std::uint64_t counter, std::uint32_t v) {
    std::uint64_t const total = counter + static_cast<std::uint64_t>(offset);
    offset = static_cast<std::int64_t>(((total & 0xFFFF'FFFFull) | std::uint64_t{v} << 32) - counter);
  };
  switch (number) {
    case fflags: c.fcsr = (c.fcsr & ~31u) | (value & 31); return true;
    case frm: c.fcsr = (c.fcsr & 31u) | (value & 7) << 5; return true;
    case fcsr: c.fcsr = value & 0xFF; return true;
    case mstatus:
      c.mstatus = 0x1800 | (value & (mstatus_enable | mstatus_previous));
      c.interrupts_changed();
      return true;
    case misa:
    case mie:
    case mip: return true;
    case mtvec: c.mtvec = value; return true;
    case mscratch: c.mscratch = value; return true;
    case mepc: c.mepc = value & ~1u; return true;
    case mcause: c.mcause = value; return true;
    case mtval: c.mtval = value; return true;
    case mcycle: set_low(c.counters.mcycle_offset, clocked(c), value); return true;
    case mcycleh: set_high(c.counters.mcycle_offset, clocked(c), value); return true;
    case minstret: set_low(c.counters.minstret_offset, c.instructions(), value); return true;
    case minstreth: set_high(c.counters.minstret_offset, c.instructions(), value); return true;
    case pcer: change_counting(c, [&] { c.counters.enabled_events = value; }); return true;
    case pcmr: change_counting(c, [&] { c.counters.mode = value & 3; }); return true;
    default: break;
  }
  if (number >= pccr && number < pccr + 32) {
    if (number == pccr + 31) {  // RI5CY: writing the last one writes all
      for (unsigned i = 0; i < 32; ++i) set_counter(c, i, value);
    } else {
      set_counter(c, number - pccr, value);
    }
    return true;
  }
  if ((number >= loops_old && number < loops_old + 7) || (number >= loops_new && number < loops_new + 7)) {
    auto* r = loop_register(c, number);
    if (r) *r = value;
    return r != nullptr;
  }
  return false;
}
}  // namespace simulator::csr
