// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <generators/report/cycles.hpp>
#include <generators/report/table.hpp>
#include <map>
#include <numeric>

namespace deeploy::report {
nlohmann::ordered_json measured(nlohmann::json const& plan, std::int64_t total, std::vector<std::int64_t> const& step_ends) {
  using json = nlohmann::ordered_json;
  bool const counted = total > 0 && step_ends.size() == plan.at("steps").size();
  json m;
  m["cycles"] = counted ? json(total) : json();
  m["layers"] = json::array();
  m["steps"] = json::array();
  // A layer may have several steps, perhaps on several engines.
  std::map<std::string, std::size_t> row;
  // Steps may end in another order than they begin, where a unit computes one while the cores go on with those behind it.
  std::vector<std::int64_t> cycles_of(step_ends.size(), 0);
  if (counted) {
    std::vector<std::int64_t> ends = step_ends;
    ends.back() = total;
    std::vector<std::size_t> order(ends.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return ends[x] < ends[y]; });
    std::int64_t ended = 0;
    for (std::size_t step : order) cycles_of[step] = ends[step] - ended, ended = ends[step];
  }
  for (auto const& s : plan.at("steps")) {
    std::string name = s.at("layer");
    if (auto const colon = name.rfind(':'); colon != std::string::npos) name.erase(0, colon + 1);
    std::size_t const number = m["steps"].size();
    json const cycles = counted ? json(cycles_of[number]) : json();
    auto const [at, is_new] = row.try_emplace(name, m["layers"].size());
    if (is_new)
      m["layers"].push_back({{"name", name}, {"kind", s.at("kind")}, {"engine", s.at("engine")}, {"form", s.at("form")}, {"macs", 0}, {"estimated_cycles", 0}, {"cycles", nullptr}});
    auto& layer = m["layers"][at->second];
    for (char const* sum : {"macs", "estimated_cycles"}) layer[sum] = layer[sum].get<std::int64_t>() + s.at(sum).get<std::int64_t>();
    if (!is_new && layer["engine"] != s.at("engine")) layer["engine"] = layer["engine"].get<std::string>() + "+" + s.at("engine").get<std::string>();
    if (counted) layer["cycles"] = (layer["cycles"].is_null() ? 0 : layer["cycles"].get<std::int64_t>()) + cycles.get<std::int64_t>();
    m["steps"].push_back({{"layer", name}, {"engine", s.at("engine")}, {"form", s.at("form")}, {"estimated_cycles", s.at("estimated_cycles")}, {"cycles", cycles}});
  }
  return m;
}

std::string cycle_table(nlohmann::ordered_json const& measured, std::vector<int> const& megahertz) {
  table t{{{"layer", "operator", "engine", "form", "cycles", "estimated", "MAC/cycle"}}, {false, false, false, false, true, true, true}};
  std::int64_t const total = measured.at("cycles");
  std::int64_t macs = 0, estimated = 0;
  auto const rate = [](std::int64_t n, std::int64_t cycles) { return n == 0 || cycles == 0 ? std::string() : fmt::format("{:.2f}", static_cast<double>(n) / static_cast<double>(cycles)); };
  for (auto const& layer : measured.at("layers")) {
    std::int64_t const of_layer = layer.at("macs"), cycles = layer.at("cycles");
    macs += of_layer;
    estimated += layer.at("estimated_cycles").get<std::int64_t>();
    t.rows.push_back({layer.at("name"), layer.at("kind"), layer.at("engine"), layer.at("form"), grouped(cycles), grouped(layer.at("estimated_cycles")), rate(of_layer, cycles)});
  }
  t.rows.push_back({"total", "", "", "", grouped(total), grouped(estimated), rate(macs, total)});
  std::string text = t.render();
  for (int const f : megahertz) text += fmt::format("{}{:.3f} ms at {} MHz", f == megahertz.front() ? "" : ", ", static_cast<double>(total) / f / 1000, f);
  return text + (megahertz.empty() ? "" : "\n");
}
}  // namespace deeploy::report
