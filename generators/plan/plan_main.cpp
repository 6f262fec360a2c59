// SPDX-License-Identifier: Apache-2.0
// The main function of a model's generator: types in, plan.hpp and images out.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <deeploy/generator.hpp>
#include <fmt/format.h>
#include <generators/plan/plan_arguments.hpp>
#include <generators/plan/planner.hpp>
#include <generators/write/pack.hpp>
#include <generators/write/plan_header.hpp>

namespace deeploy::generator {
namespace {
using write::read_constants;
using write::write_all;

plan::planned_model model_of(type_facts const& f) {
  plan::planned_model m;
  auto const text = [](detail::text t) { return std::string(t.begin, static_cast<std::size_t>(t.length)); };
  m.name = text(f.network);
  m.hash = f.model_hash;
  for (int t = 0; t < f.tensor_count; ++t) {
    plan::planned_tensor tensor;
    tensor.d = f.tensors[t];
    tensor.name = text(f.tensors[t]->name);
    m.tensors.push_back(std::move(tensor));
  }
  for (int l = 0; l < f.layer_count; ++l) {
    plan::planned_layer layer;
    layer.d = f.layers[l];
    layer.name = text(f.layer_names[l]);
    layer.engines.assign(f.mappings + l * f.engine_count, f.mappings + (l + 1) * f.engine_count);
    for (int o = 0; o < max_operands; ++o) {
      int const t = layer.tensor[o] = f.tensor_ids[l][o];
      if (t < 0) continue;
      auto& uses = layer.d->with[o].way == direction::out ? m.tensors[t].writers : m.tensors[t].readers;
      uses.push_back({l, o});
    }
    layer.find_parts();
    m.layers.push_back(std::move(layer));
  }
  m.board.name = f.board;
  m.board.hash = f.board_hash;
  m.board.memories.assign(f.memories, f.memories + f.memory_count);
  for (int e = 0; e < f.engine_count; ++e) m.board.engines.push_back(f.mappings[e].engine);
  m.board.cores = f.cores;
  m.board.costs = f.costs;
  return m;
}

/// Which forms may be taken with these constants: those that are exact, and that pack no constant of several layers.
void judge_forms(plan::planned_model& m, std::string const& constants) {
  for (plan::planned_layer& l : m.layers) {
    constant_values const values = write::values_of(*l.d, constants);
    for (mapping_facts const& e : l.engines) {
      unsigned good = 0;
      for (int f = 0; f < e.form_count; ++f) {
        if (!e.takes(*l.d, f)) continue;
        bool may = e.exact == nullptr || e.exact(*l.d, f, values);
        for (int o = 0; o < l.d->operands; ++o) may = may && (!e.packs(*l.d, f, o) || m.tensors[l.tensor[o]].readers.size() == 1);
        if (may) good |= 1u << f;
      }
      l.forms.push_back(good);
    }
  }
}

int run(type_facts const& facts, plan::plan_arguments const& a) {
  auto const begun = std::chrono::steady_clock::now();
  plan::planned_model m = model_of(facts);
  plan::plan_options options;
  auto problems = a.resolve(m.board, options);
  std::string constants;
  std::string const unreadable = read_constants(a.constants, constants);
  if (!unreadable.empty()) problems.push_back(unreadable);
  write::image_source source{facts.tensors, nullptr, facts.tensor_count, facts.memories, nullptr, facts.memory_count, facts.model_hash,
                             {}, facts.layers, facts.mappings, facts.engine_count, facts.tensor_ids};
  for (auto const& missing : write::missing_constants(source, constants)) problems.push_back("[DPL-4002] " + missing + "; import again");
  if (!problems.empty()) {
    for (auto const& p : problems) fmt::print(stderr, "deeploy plan: {}\n", p);
    return 2;
  }
  judge_forms(m, constants);
  plan::plan_result const r = plan::make_plan(m, options);
  if (!r.problems.empty()) {
    for (auto const& p : r.problems) fmt::print(stderr, "deeploy plan: [DPL-{}] {}\n", p.code, p.text);
    bool const is_infeasible = std::any_of(r.problems.begin(), r.problems.end(), [](auto const& p) { return p.code != 5004; });
    if (!is_infeasible) return 2;
    int const failed = write_all({{"refused.json", write::refused_json(m, r, options)}}, a.output);
    return failed != 0 ? failed : 3;
  }
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  source.places = r.plan.tensors.data();
  source.used = r.plan.memories.data();
  write::set_steps(source, r.plan.steps.data(), static_cast<int>(r.plan.steps.size()));
  auto files = write::image_files(source, constants, a.name, a.header, m.board.name);
  files.emplace_back("plan.json", write::plan_json(m, r, options, seconds));
  files.emplace_back("plan.hpp", write::plan_header(m, r, options));  // last: it is what builds depend on
  return write_all(files, a.output);
}
}  // namespace

int plan_main(type_facts const& facts, int argument_count, char** arguments) {
  if (facts.layout != type_facts::layout_now) {
    fmt::print(stderr, "deeploy plan: [DPL-6209] the headers have layout {:x}, the planner library {:x}: they are of different builds; build the tool again\n", facts.layout, type_facts::layout_now);
    return 2;
  }
  CLI::App app{"plans a network for a board"};
  plan::plan_arguments a;
  a.add_to(app);
  CLI11_PARSE(app, argument_count, arguments);
  return run(facts, a);
}
}  // namespace deeploy::generator
