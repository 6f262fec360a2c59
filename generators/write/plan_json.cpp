// SPDX-License-Identifier: Apache-2.0
// plan.json: the plan for machines.
#include <deeploy/kernel.hpp>
#include <fmt/format.h>
#include <generators/write/plan_header.hpp>
#include <nlohmann/json.hpp>
#include <set>

namespace deeploy::write {
using json = nlohmann::ordered_json;

namespace {
/// The kernel of a step as C++, when it can be compiled in a file of its own.
std::string kernel_text(mapping_facts const& m, layer_descriptor const& l, bool accumulates) {
  if (m.shared_kernel.kernel.length == 0) return {};
  kernel_class const c = class_of(l, accumulates);
  std::vector<std::string> types;
  std::vector<int> present, classes(c.classes, c.classes + c.class_count);
  for (int o = 0; o < max_operands; ++o) {
    types.push_back(fmt::format("deeploy::element::{}", name_of(c.type[o])));
    present.push_back(c.present[o] ? 1 : 0);
  }
  return fmt::format("{}<{}, deeploy::kernel_class{{.classes = {{{}}}, .type = {{{}}}, .present = {{{}}}, .accumulates = {}, .class_count = {}}}>",
                     m.shared_kernel.entry, std::string_view(m.shared_kernel.kernel.begin, static_cast<std::size_t>(m.shared_kernel.kernel.length)),
                     fmt::join(classes, ", "), fmt::join(types, ", "), fmt::join(present, ", "), c.accumulates, c.class_count);
}
/// Multiplications and additions of a step; 0 where there are none to count.
std::int64_t macs_of(layer_descriptor const& l, step const& s) {
  std::int64_t n = l.facts->multiplies ? 1 : 0;
  for (int a = 0; a < l.axes; ++a) n *= s.part.to[a] - s.part.from[a];
  return n;
}
}  // namespace

std::string plan_json(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o, double seconds) {
  json j;
  j["model"] = m.name;
  j["board"] = m.board.name;
  static constexpr char const* aims[] = {"cycles", "energy", "bytes"};
  j["plan"] = {{"aim", aims[static_cast<int>(o.aim)]},
               {"objective", r.plan.objective},
               {"bound", r.plan.bound},
               {"gap", r.gap()},
               {"seconds", seconds},
               {"reproducible", r.plan.reproducible},
               {"relaxation_bound", r.relaxation_bound},
               {"columns_priced", r.columns_priced},
               {"nodes", r.nodes},
               {"layer_classes", r.layer_classes},
               {"candidates", {{"considered", r.candidates.considered}, {"not_dominated", r.candidates.kept}}}};
  for (std::size_t i = 0; i < r.memories.size(); ++i) {
    auto const& u = r.plan.memories[i];
    j["memory"][m.board.memories[i].name] = {{"used", r.memories[i].used},
                                             {"available", r.memories[i].available},
                                             {"alignment", m.board.memories[i].alignment_bytes},
                                             {"constants", u.used[0]},
                                             {"state", u.used[1]},
                                             {"scratch", u.used[2]},
                                             {"live", r.memories[i].live_bound},
                                             {"peak_layer", r.memories[i].peak_layer < 0 ? "" : m.layers[r.memories[i].peak_layer].name}};
  }
  for (std::size_t s = 0; s < r.plan.steps.size(); ++s) {
    step const& step = r.plan.steps[s];
    plan::planned_layer const& l = m.layers[step.layer];
    mapping_facts const& engine = l.engines[step.engine];
    json tile, order = json::array(), buffers;
    for (int a = 0; a < l.d->axes; ++a) {
      if (l.d->space[a].length > 1) tile[l.d->space[a].name] = {step.tile[a], l.d->space[a].length};
      if (step.tile[step.order[a]] < l.d->space[step.order[a]].length) order.push_back(l.d->space[step.order[a]].name);
    }
    for (int k = 0; k < l.d->operands; ++k) {
      operand const seen = engine.seen(*l.d, step.form, k);
      int const whose = engine.whose(*l.d, seen, k);
      if (whose < 0) continue;
      int const t = l.tensor[whose];
      json at = json::array();
      for (int c = 0; c < step.buffer[k].copies; ++c) at.push_back(step.buffer[k].at[c]);
      buffers[std::string(l.d->facts->operand_name[whose]) + (whose == k ? "" : "_rest")] = {{"tensor", m.tensors[t].name},
                                              {"memory", m.board.memories[r.plan.tensors[t].memory].name},
                                              {"tile_bytes", tile_bytes(engine.packs(*l.d, step.form, k) ? l.d->with[k] : seen, step.tile)},
                                              {"at", at},
                                              {"early", step.early.steps(k)}};
    }
    auto const& report = r.steps[s];
    j["steps"].push_back({{"layer", l.name},
                          {"kind", l.d->facts->name},
                          {"engine", engine.engine},
                          {"form", engine.forms[step.form].name},
                          {"tile", tile},
                          {"order", order},
                          {"buffers", buffers},
                          {"scratch", {{"bytes", engine.scratch_of_step(*l.d, step.form, step.tile)}, {"at", step.scratch_at}}},
                          {"estimated_cycles", report.cycles},
                          {"compute_cycles", report.chosen.compute_cycles},
                          {"macs", macs_of(*l.d, step)},
                          {"stretch_cycles", report.chosen.stretch_cycles},
                          {"moved_bytes", report.chosen.moved_bytes},
                          {"live_l1_bytes", report.live_l1_bytes}});
  }
  for (std::size_t t = 0; t < m.tensors.size(); ++t) {
    static constexpr char const* roles[] = {"scratch", "input", "output", "state", "constant"};
    j["tensors"].push_back({{"name", m.tensors[t].name},
                            {"role", roles[static_cast<int>(m.tensors[t].d->use)]},
                            {"type", name_of(m.tensors[t].d->type)},
                            {"bytes", m.tensors[t].d->size_bytes()},
                            {"memory", m.board.memories[r.plan.tensors[t].memory].name},
                            {"section", name_of(r.plan.tensors[t].where)},
                            {"offset", r.plan.tensors[t].offset}});
  }
  // Each once: equal layers share the code of their class.
  std::set<std::string> kernels;
  for (step const& x : r.plan.steps) {
    mapping_facts const& engine = m.layers[x.layer].engines[x.engine];
    if (std::string text = kernel_text(engine, *m.layers[x.layer].d, engine.forms[x.form].accumulates); !text.empty()) kernels.insert(std::move(text));
  }
  j["kernels"] = kernels;
  return j.dump(1) + "\n";
}

std::string refused_json(plan::planned_model const& m, plan::plan_result const& r, plan::plan_options const& o) {
  json j = json::array();
  for (plan::infeasibility const& p : r.problems) {
    if (p.layer < 0) continue;
    plan::planned_layer const& l = m.layers[p.layer];
    if (!l.d->facts->fused) continue;
    bool taken = false;
    for (mapping_facts const& e : l.engines)
      for (int f = 0; f < e.form_count && plan::is_allowed(o, e.engine); ++f) taken = taken || e.takes(*l.d, f);
    std::string const why = p.needs > 0 ? fmt::format("needs {} bytes of {}, {} are offered", p.needs, m.board.memories[0].name, o.capacity[0]) : taken ? "is slower than its single layers" : "is taken by no engine";
    j.push_back({{"layer", l.name}, {"kind", l.d->facts->name}, {"why", why}});
  }
  return j.dump(1) + "\n";
}
}  // namespace deeploy::write
