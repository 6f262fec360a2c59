// SPDX-License-Identifier: Apache-2.0
#include "observers.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace simulator {
void profile::cost::add(cost const& other) {
  instructions += other.instructions;
  cycles += other.cycles;
  for (unsigned i = 0; i < stall_causes; ++i) stalls[i] += other.stalls[i];
}

bool profile::before(core& c, decoded const&) {
  stalls_before = c.stalled;
  return true;
}

void profile::after(core& c, decoded const&, address32 pc) {
  cost& here = at[pc];
  ++here.instructions;
  // A core that went to sleep is accounted when it wakes.
  here.cycles += c.ready == never ? 1 : c.ready - c.now;
  for (unsigned i = 0; i < stall_causes; ++i)
    if (i != static_cast<unsigned>(stall::event_wait)) here.stalls[i] += c.stalled[i] - stalls_before[i];
}

void profile::waited(core& c, stall cause, cycle_count, cycle_count cycles) {
  cost& here = at[cause == stall::event_wait ? c.wait_pc : c.pc];
  here.cycles += cycles;
  here.stalls[static_cast<unsigned>(cause)] += cycles;
}

std::string profile::row(std::string const& name, cost const& c, cycle_count total) const {
  std::string stalls;
  for (unsigned i = 0; i < stall_causes; ++i)
    if (c.stalls[i]) stalls += fmt::format(" {}={}", stall_names[i], c.stalls[i]);
  return fmt::format("{:>12} {:>6.2f}% {:>12}  {}{}\n", c.cycles,
                     100.0 * static_cast<double>(c.cycles) / static_cast<double>(std::max<cycle_count>(total, 1)),
                     c.instructions, name, stalls.empty() ? "" : "  |" + stalls);
}

std::string profile::report() const {
  std::map<std::string, cost> functions, lines;
  cycle_count total = 0;
  for (auto const& [pc, cost] : at) {
    auto const* f = image.function_at(pc);
    functions[f ? f->name : "?"].add(cost);
    auto const line = image.line_at(pc);
    lines[line ? fmt::format("{}:{}", line->file, line->line) : fmt::format("0x{:08x}", pc)].add(cost);
    total += cost.cycles;
  }
  auto const table = [&](char const* title, std::map<std::string, cost> const& costs) {
    std::vector<std::pair<std::string, cost>> rows(costs.begin(), costs.end());
    std::stable_sort(rows.begin(), rows.end(),
                     [](auto const& a, auto const& b) { return a.second.cycles > b.second.cycles; });
    std::string text = fmt::format("{}\n{:>12} {:>7} {:>12}  name  | stalls by cause\n", title, "core cycles", "share",
                                   "instructions");
    for (auto const& [name, cost] : rows) text += row(name, cost, total);
    return text;
  };
  return table("functions", functions) + "\n" + table("source lines", lines);
}
}  // namespace simulator
