// SPDX-License-Identifier: Apache-2.0
#include "stats.hpp"

#include <nlohmann/json.hpp>

namespace simulator {
namespace {
using json = nlohmann::ordered_json;

// Whole chip, all units busy: an upper bound from published power at two operating points, not a measurement.
constexpr double nanojoules_per_cycle_065v = 0.719, nanojoules_per_cycle_080v = 0.922;

json core_json(core const& c, cycle_count now) {
  json classes = json::object(), stalls = json::object();
  for (unsigned i = 0; i < instruction_classes; ++i)
    if (c.executed[i]) classes[instruction_class_names[i]] = c.executed[i];
  for (unsigned i = 0; i < stall_causes; ++i)
    if (c.stalled[i]) stalls[stall_names[i]] = c.stalled[i];
  cycle_count const asleep = c.ready == never && c.state != core_state::off ? now - c.wait_since : 0;
  if (asleep) stalls["asleep_at_the_end"] = asleep;
  return {{"name", c.is_fabric() ? "fabric controller" : "core " + std::to_string(c.index)},
          {"instructions", c.instructions()},
          {"compressed_instructions", (4 * c.instructions() - c.fetched_bytes) / 2},
          {"taken_branches", c.taken_branches},
          {"clock_gated_cycles", c.gated_cycles + (c.gated ? asleep : 0)},
          {"bank_conflict_cycles", c.stalled[static_cast<unsigned>(stall::bank_conflict)]},
          {"instructions_by_class", classes},
          {"stall_cycles", stalls}};
}

json cache_json(instruction_cache const& cache) {
  return {{"private_misses", cache.private_misses},
          {"shared_misses", cache.shared_misses},
          {"refill_cycles", cache.refill_cycles}};
}

json npu_json(machine const& m) {
  json jobs = json::array(), phases = json::object();
  std::array<cycle_count, neureka::phase_kinds> sums{};
  cycle_count busy = 0, macs = 0, l1_words = 0, weight_words = 0;
  for (auto const& report : m.npu_jobs) {
    json own = json::object();
    for (unsigned i = 0; i < neureka::phase_kinds; ++i) {
      sums[i] += report.phase_cycles[i];
      if (report.phase_cycles[i]) own[name_of(static_cast<neureka::phase_kind>(i))] = report.phase_cycles[i];
    }
    busy += report.busy_cycles;
    macs += report.multiply_accumulates;
    l1_words += report.l1_words;
    weight_words += report.weight_words;
    jobs.push_back({{"number", report.ticket.number},
                    {"issuer", report.ticket.issuer},
                    {"committed", report.ticket.committed},
                    {"started", report.ticket.started},
                    {"ended", report.ticket.ended},
                    {"busy_cycles", report.busy_cycles},
                    {"stall_cycles", report.stall_cycles},
                    {"multiply_accumulates", report.multiply_accumulates},
                    {"phase_cycles", own}});
  }
  for (unsigned i = 0; i < neureka::phase_kinds; ++i)
    if (sums[i]) phases[name_of(static_cast<neureka::phase_kind>(i))] = sums[i];
  return {{"jobs", m.npu_jobs.size()},
          {"busy_cycles", busy},
          {"multiply_accumulates", macs},
          {"l1_words_of_32_bytes", l1_words},
          {"weight_memory_words_of_32_bytes", weight_words},
          {"busy_cycles_by_phase", phases},
          {"job_list", jobs}};
}
}  // namespace

std::string statistics_json(machine const& m) {
  json cores = json::array();
  cycle_count instructions = 0, near_accesses = 0;
  for (auto const& c : m.cores) {
    cores.push_back(core_json(c, m.now));
    instructions += c.instructions();
    near_accesses += c.executed[static_cast<unsigned>(instruction_class::load)] +
                     c.executed[static_cast<unsigned>(instruction_class::store)];
  }
  for (auto n : m.far_accesses) near_accesses -= n;
  auto const far = [&](stall s) { return m.far_accesses[static_cast<unsigned>(s)]; };
  auto const& dma = m.dma.counted;
  double const cycles = static_cast<double>(m.now);
  json const document = {
      {"cycles", m.now},
      {"frequency_mhz", m.options.frequency_mhz},
      {"microseconds", cycles / m.options.frequency_mhz},
      {"instructions", instructions},
      {"exit_status", m.exit_status},
      {"cores", cores},
      {"dma",
       {{"transfers", dma.transfers},
        {"bursts", dma.bursts},
        {"bytes_to_l1", dma.bytes[1]},
        {"bytes_from_l1", dma.bytes[0]},
        {"busy_cycles_to_l1", dma.busy_cycles[1]},
        {"busy_cycles_from_l1", dma.busy_cycles[0]},
        {"bank_conflicts", dma.conflicts[0] + dma.conflicts[1]}}},
      {"npu", npu_json(m)},
      {"instruction_cache", {{"cluster", cache_json(m.cluster_cache)}, {"fabric", cache_json(m.fabric_cache)}}},
      {"memory_traffic",
       {{"near_accesses_of_cores", near_accesses},
        {"l2_accesses_of_cluster", far(stall::l2)},
        {"weight_memory_accesses_of_cores", far(stall::weights)},
        {"peripheral_accesses", far(stall::peripheral)},
        {"l3_bytes_read", m.udma.bytes_read},
        {"l3_bytes_written", m.udma.bytes_written},
        {"l3_busy_cycles", m.udma.busy_cycles}}},
      {"energy_microjoules",
       {{"model",
         "level 0: cycles times published power per cycle of the whole chip, an upper bound, not a measurement"},
        {"at_0.65_v", cycles * nanojoules_per_cycle_065v * 1e-3},
        {"at_0.80_v", cycles * nanojoules_per_cycle_080v * 1e-3}}}};
  return document.dump(1) + "\n";
}
}  // namespace simulator
