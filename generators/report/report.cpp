// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <generators/report/report.hpp>
#include <generators/report/table.hpp>
#include <map>

namespace deeploy::report {
namespace {
using json = nlohmann::json;

std::string last_part(std::string const& name) {
  auto const colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

std::string tile_text(json const& step) {
  std::string t;
  if (step.at("tile").is_null()) return "whole";
  for (auto const& [axis, lengths] : step.at("tile").items())
    if (lengths.at(0) < lengths.at(1)) t += fmt::format("{}{} {}/{}", t.empty() ? "" : " ", axis, lengths.at(0).get<int>(), lengths.at(1).get<int>());
  return t.empty() ? "whole" : t;
}

/// x2+ w1++ y=l1: two buffers for x, one of them filled under the step before; one for w, filled under the one before that; y stays
/// in L1.
std::string buffer_text(json const& step) {
  std::string t;
  for (auto const& [name, b] : step.at("buffers").items()) {
    std::string const copies = b.at("memory") == "l1" ? "=l1" : std::to_string(b.at("at").size());
    t += fmt::format("{}{}{}{}", t.empty() ? "" : " ", name, copies, std::string(b.at("early").get<std::size_t>(), '+'));
  }
  return t;
}

}  // namespace

std::string text(json const& plan) {
  json const& p = plan.at("plan");
  std::string t = fmt::format("{} on {}\n\n", plan.at("model").get<std::string>(), plan.at("board").get<std::string>());
  table layers{{{"layer", "operator", "engine", "form", "tile (of axis)", "buffers", "cycles", "compute", "moved", "L1 live"}},
               {false, false, false, false, false, false, true, true, true, true}};
  std::int64_t cycles = 0, stretch = 0;
  std::string stretches;
  for (auto const& s : plan.at("steps")) {
    cycles += s.at("estimated_cycles").get<std::int64_t>();
    if (auto const n = s.at("stretch_cycles").get<std::int64_t>(); n > stretch) stretch = n, stretches = last_part(s.at("layer"));
    layers.rows.push_back({last_part(s.at("layer")), s.at("kind"), s.at("engine"), s.at("form"), tile_text(s), buffer_text(s),
                           grouped(s.at("estimated_cycles")), grouped(s.at("compute_cycles")), grouped(s.at("moved_bytes")), grouped(s.at("live_l1_bytes"))});
  }
  layers.rows.push_back({"total", "", "", "", "", "", grouped(cycles)});
  t += layers.render();
  t += "buffers: copies in L1; + the first tile comes under the step before; =l1 the tensor lives in L1. Cycles are estimates.\n";
  t += fmt::format("longest stretch that cancel() cannot interrupt: {} cycles, in {}\n\n", grouped(stretch), stretches);
  table memory{{{"memory", "used", "available", "", "constants", "state", "scratch", "live at most", "while"}},
               {false, true, true, true, true, true, true, true, false}};
  for (auto const& [name, m] : plan.at("memory").items()) {
    std::int64_t const used = m.at("used"), available = m.at("available");
    if (used == 0 && name != "l1" && name != "l2") continue;
    memory.rows.push_back({name, grouped(used), grouped(available), available == 0 ? "" : fmt::format("{:.0f} %", 100.0 * static_cast<double>(used) / static_cast<double>(available)),
                           grouped(m.at("constants")), grouped(m.at("state")), grouped(m.at("scratch")), grouped(m.at("live")), last_part(m.at("peak_layer"))});
  }
  t += memory.render();
  json const& c = p.at("candidates");
  t += fmt::format("\nplan: best {} {}, no legal plan in this order of layers is below {} (gap {:.2f} %), found in {:.2f} s{}\n", p.at("aim").get<std::string>(),
                   grouped(p.at("objective")), grouped(p.at("bound")), 100 * p.at("gap").get<double>(), p.at("seconds").get<double>(),
                   p.at("reproducible").get<bool>() ? "" : "; stopped by the clock, not reproducible");
  t += fmt::format("      {} candidates considered, {} left after dominance, in {} classes of layers; relaxation {}, {} columns priced in, {} nodes\n",
                   grouped(c.at("considered")), grouped(c.at("not_dominated")), p.at("layer_classes").get<int>(), grouped(p.at("relaxation_bound")),
                   grouped(p.at("columns_priced")), grouped(p.at("nodes")));
  return t;
}

std::string memory_map(json const& plan, std::size_t width) {
  // L1 while each step runs: its tile buffers and scratch, and the tensors that live there.
  std::map<std::string, std::pair<std::size_t, std::size_t>> lives;
  auto const& steps = plan.at("steps");
  for (std::size_t s = 0; s < steps.size(); ++s)
    for (auto const& [name, b] : steps[s].at("buffers").items()) {
      auto const [at, is_new] = lives.try_emplace(b.at("tensor").get<std::string>(), s, s);
      if (!is_new) at->second.second = s;
    }
  std::int64_t const size = std::max<std::int64_t>(1, plan.at("memory").at("l1").at("scratch").get<std::int64_t>());
  std::string t = fmt::format("L1, {} bytes from left to right; # a tensor that lives there, a-f tile buffers of operands 1 to 6\n", grouped(size));
  for (std::size_t s = 0; s < steps.size(); ++s) {
    std::string line(width, '.');
    auto const fill = [&](std::int64_t at, std::int64_t bytes, char mark) {
      auto const place = [&](std::int64_t x) { return static_cast<std::size_t>(x * static_cast<std::int64_t>(width) / size); };
      for (std::size_t i = place(at); i < std::max(place(at) + 1, place(at + bytes)) && i < width; ++i) line[i] = mark;
    };
    for (auto const& tensor : plan.at("tensors")) {
      auto const life = lives.find(tensor.at("name"));
      if (tensor.at("memory") == "l1" && life != lives.end() && life->second.first <= s && s <= life->second.second) fill(tensor.at("offset"), tensor.at("bytes"), '#');
    }
    char mark = 'a';
    for (auto const& [name, b] : steps[s].at("buffers").items()) {
      for (auto const& at : b.at("at")) fill(at, b.at("tile_bytes"), mark);
      ++mark;
    }
    t += fmt::format("{} {}\n", line, last_part(steps[s].at("layer")));
  }
  return t;
}
}  // namespace deeploy::report
