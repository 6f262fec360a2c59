// SPDX-License-Identifier: Apache-2.0
#include "observers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace simulator {
namespace {
// Rows of the picture: the cores are 0 to 8.
constexpr unsigned row_regions = 10, row_dma = 30, row_npu = 40, dma_lanes = 8;
std::string quoted(std::string const& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}
}  // namespace

void timeline::slice(std::string const& name, unsigned row, cycle_count from, cycle_count to) {
  if (to <= from) return;
  events += fmt::format(
      "{{\"name\":{},\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{:.5f},\"dur\":{:.5f},\"args\":{{\"cycle\":{},\"cycles\":"
      "{}}}}},\n",
      quoted(name), row, static_cast<double>(from) / frequency_mhz, static_cast<double>(to - from) / frequency_mhz,
      from, to - from);
}

void timeline::instant_end(unsigned index, cycle_count now) {
  open_slice& s = running[index];
  if (s.open) slice(s.function ? s.function->name : "?", index, s.from, now);
  s.open = false;
}

void timeline::after(core& c, decoded const& d, address32 pc) {
  system = c.system;
  open_slice& s = running[c.index];
  if (!s.open || !(s.function && pc >= s.function->begin && pc < s.function->end)) {
    auto const* f = image.function_at(pc);
    if (!s.open || f != s.function) {
      instant_end(c.index, c.now);
      s = {.function = f, .from = c.now, .open = true};
    }
  }
  if (d.rd == discarded_register && d.kind == instruction_class::alu && instruction_table()[d.row].mnemonic == "slti") {
    auto& stack = regions[c.index];
    if (d.immediate == 1) {
      std::string name;
      for (address32 a = c.registers[d.rs1]; name.size() < 64; ++a) {
        std::uint8_t const* p = c.system->plain_bytes(a, 1, !c.is_fabric());
        if (!p || !*p) break;
        name += static_cast<char>(*p);
      }
      stack.push_back({name, c.now});
    } else if (d.immediate == 2 && !stack.empty()) {
      slice(stack.back().name, row_regions + c.index, stack.back().from, c.now);
      stack.pop_back();
    }
  }
}

void timeline::waited(core& c, stall cause, cycle_count from, cycle_count cycles) {
  if (cause != stall::event_wait) return;
  instant_end(c.index, from + 1);
  slice("sleep", c.index, from + 1, from + cycles + 1);
}

void timeline::dma_pushed(dma_transfer const& t, core&) { transfers[t.number] = t.issued; }
void timeline::dma_finished(dma_transfer const& t) {
  // Transfers overlap: each counter has a row of its own.
  slice(fmt::format("{} {} bytes, core {}", t.to_l1 ? "to L1" : "from L1", t.bytes, t.port),
        row_dma + t.counter % dma_lanes, transfers[t.number], system ? system->now + 1 : t.issued);
  transfers.erase(t.number);
}

std::string timeline::document(machine const& m) {
  for (unsigned i = 0; i < map::all_cores; ++i) {
    instant_end(i, m.now);
    for (auto const& r : regions[i]) slice(r.name, row_regions + i, r.from, m.now);
  }
  for (auto const& job : m.npu_jobs)
    slice(fmt::format("job {} of core {}", job.ticket.number, job.ticket.issuer), row_npu, job.ticket.started,
          job.ticket.ended);
  std::string names;
  auto const name = [&](unsigned row, std::string const& text) {
    names += fmt::format("{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":{},\"args\":{{\"name\":{}}}}},\n",
                         row, quoted(text));
  };
  for (unsigned i = 0; i < map::all_cores; ++i) {
    std::string const core = i == map::fabric_core ? "fabric controller" : fmt::format("core {}", i);
    name(i, core);
    name(row_regions + i, core + " regions");
  }
  for (unsigned i = 0; i < dma_lanes; ++i) name(row_dma + i, fmt::format("DMA {}", i));
  name(row_npu, "NPU");
  std::string body = names + events;
  if (body.size() > 2) body.erase(body.size() - 2, 1);
  return "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n" + body + "]}\n";
}
}  // namespace simulator
