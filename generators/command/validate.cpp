// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <generators/command/layers.hpp>
#include <generators/command/process.hpp>
#include <generators/command/validate.hpp>
#include <generators/report/cycles.hpp>
#include <generators/write/file.hpp>

namespace deeploy::command {
namespace fs = std::filesystem;
namespace {
using json = nlohmann::ordered_json;

std::string names_of(data::arrays const& all) {
  std::string names;
  for (auto const& [name, array] : all) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

/// Writes the tensors that hold inputs: <tensor>.in in `folder`.
int pack_inputs(json const& model, std::string const& file, std::string const& folder) {
  std::string problem;
  auto const arrays = data::read_npz(file, problem);
  if (!arrays) {
    complain(4005, problem);
    return user_error;
  }
  std::map<std::string, std::string> tensors;
  for (auto const& t : model.at("tensors"))
    if (t.at("role") == "input" || t.at("role") == "state")
      tensors[t.at("name")] = std::string(t.at("elements").get<std::size_t>() * static_cast<std::size_t>(size_of(type_named(t.at("type")))), '\0');
  bool good = true;
  for (auto const& input : model.at("inputs")) {
    if (input.at("empty") || input.at("at").is_null()) continue;
    std::string const name = input.at("name");
    auto const found = arrays->find(name);
    auto const shape = input.at("shape").get<std::vector<std::int64_t>>();
    if (found == arrays->end()) {
      complain(4006, fmt::format("{} has no array '{}', which the network takes; it has {}", file, name, names_of(*arrays)));
      good = false;
      continue;
    }
    data::array const& a = found->second;
    element const type = type_named(input.at("at").at("type"));
    if (a.shape != shape || !a.type) {
      complain(4006, fmt::format("{}: array '{}' is {} [{}], the network takes {} [{}]; store it so", file, name, data::type_text(a), fmt::join(a.shape, ", "),
                                 name_of(type), fmt::join(shape, ", ")));
      good = false;
      continue;
    }
    std::string& bytes = tensors.at(input.at("at").at("tensor"));
    std::int64_t outside = 0;
    double first = 0;
    placement_of_value(input.at("at")).for_each([&](std::int64_t i, std::int64_t place) {
      double const x = data::value_at(a, i);
      if (!fits(x, type)) {
        if (outside == 0) first = x;
        ++outside;
        return;
      }
      store_value(bytes, place, type, x);
    });
    if (outside > 0) {
      complain(4006, fmt::format("{}: {} of {} values of array '{}' do not fit {} ({} to {}), the first is {}; say --type {}=TYPE", file, outside, a.elements(), name,
                                 name_of(type), lowest(type), highest(type), first, name));
      good = false;
    }
  }
  for (auto const& [name, bytes] : tensors)
    if (std::string const why = write::write_file(folder + "/" + name + ".in", bytes); !why.empty()) {
      complain(4003, why);
      good = false;
    }
  return good ? 0 : user_error;
}

bool lacks_archives(validate_arguments const& a, bool with_expected) {
  if (a.network.inputs.empty() && !with_expected) {
    complain(6204, "0 --inputs, 1 is needed; say --inputs FILE.npz");
    return true;
  }
  if (with_expected && (a.network.inputs.size() != a.expected.size() || a.expected.empty())) {
    complain(6204, fmt::format("{} --inputs and {} --expect; give as many of each, at least one", a.network.inputs.size(), a.expected.size()));
    return true;
  }
  return false;
}

/// Are the outputs of the network in the file of expected ones, with their shapes?
bool expected_fit(json const& model, std::string const& file) {
  std::string problem;
  auto const expected = data::read_npz(file, problem);
  if (!expected) {
    complain(4005, problem);
    return false;
  }
  bool good = true;
  for (auto const& output : model.at("outputs")) {
    std::string const name = output.at("name");
    auto const shape = output.at("shape").get<std::vector<std::int64_t>>();
    auto const found = expected->find(name);
    if (found == expected->end()) {
      complain(4006, fmt::format("{} has no array '{}', which the network makes; it has {}", file, name, names_of(*expected)));
      good = false;
    } else if (!output.at("empty") && (found->second.shape != shape || !found->second.type)) {
      complain(4006, fmt::format("{}: array '{}' is {} [{}], the network makes {} [{}]; compare with the right file", file, name, data::type_text(found->second),
                                 fmt::join(found->second.shape, ", "), output.at("at").at("type").get<std::string>(), fmt::join(shape, ", ")));
      good = false;
    }
  }
  return good;
}

/// Archives are looked at before anything is planned and compiled: a wrong array should not cost a minute.
bool archives_fit(json const& model, validate_arguments const& a, std::string const& folder) {
  bool good = true;
  for (std::string const& file : a.network.inputs) good = pack_inputs(model, file, folder) == 0 && good;
  for (std::string const& file : a.expected) good = expected_fit(model, file) && good;
  return good;
}

/// A folder that was kept may hold tensors of another network, which nobody must read as this one's.
void forget_tensors(std::string const& folder) {
  std::vector<fs::path> old;
  std::error_code ignored;
  for (auto const& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".in" || entry.path().extension() == ".out") old.push_back(entry.path());
  for (fs::path const& file : old) fs::remove(file, ignored);
}

/// Everything up to a runner that can be called.
int prepare(validate_arguments const& a, std::string const& folder, progress& p, json& model) {
  if (!board_exists(a.board)) return user_error;
  forget_tensors(folder);
  if (fs::is_directory(a.network.file)) {
    // An import that was made before: its files serve again.
    for (char const* name : {"model.hpp", "model.json", "constants.bin"}) {
      std::error_code problem;
      fs::copy_file(fs::path(a.network.file) / name, fs::path(folder) / name, fs::copy_options::overwrite_existing, problem);
      if (problem) {
        complain(4004, fmt::format("{} holds no imported model ({} is missing); import first", a.network.file, name));
        return user_error;
      }
    }
  } else if (int const failed = import_stage(a.network, folder, p)) {
    return failed;
  }
  auto const read = [&] {
    if (auto const j = read_json(folder + "/model.json")) {
      model = *j;
      return true;
    }
    complain(4004, folder + "/model.json is damaged");
    return false;
  };
  if (!read() || !archives_fit(model, a, folder)) return user_error;
  auto const source = imported(folder);
  if (!source) return user_error;
  bool const again = !fs::is_directory(a.network.file);
  if (int const failed = again ? plan_imported(a.network, *source, folder, a.board, a.plan, p, a.cache_folder)
                               : plan_stage(*source, folder, a.board, a.plan, p, a.cache_folder))
    return failed;
  if (!read()) return user_error;  // perhaps imported again
  return compile_stage(folder, a.board, p, a.cache_folder, a.debug);
}

int run_on_board(std::string const& folder, std::string const& board, bool layers, target_run& measured) {
  if (auto const t = target_of(board)) return t->run(folder, {layers ? target_request::tells::checksums : target_request::tells::nothing}, measured);
  std::vector<std::string> words{fs::absolute(folder + "/runner").string(), folder};
  if (layers) words.push_back("--layers");
  process_result const r = run_process(words);
  fmt::print(stderr, "{}", r.errors);
  if (r.status >= 128) {
    complain(6203, fmt::format("the runner ended with signal {}", r.status - 128));
    return r.status == 130 ? 130 : different;
  }
  return r.status;
}

/// Compares what lies between layers with the archive. A target has told checksums; values that they do not settle it prints
/// in a second run.
int compare_layers(validate_arguments const& a, json const& model, std::string const& folder, target_run const& told, json& report, bool& equal) {
  std::string file = a.activations, problem;
  if (file.empty()) file = (fs::path(a.network.inputs[0]).parent_path() / "activations.npz").string();
  auto const activations = data::read_npz(file, problem);
  if (!activations) {
    complain(4005, problem + "; say --activations FILE.npz");
    return user_error;
  }
  layer_comparison const comparison(model, *activations, told.checksums);
  if (auto const t = target_of(a.board)) {
    target_run ignored;
    if (auto const values = comparison.unsettled(); !values.empty())
      if (int const failed = t->run(folder, {target_request::tells::values, values}, ignored)) return failed;
  }
  equal = comparison.compare(folder, report["layer_comparison"]) && equal;
  return 0;
}
}  // namespace

int validate(validate_arguments const& a) {
  if (lacks_archives(a, true)) return user_error;
  work_folder const work(a.keep_folder);
  if (!work.usable()) {
    complain(4003, fmt::format("folder {} cannot be written; look at permissions and space", work.path()));
    return user_error;
  }
  progress p(a.quiet);
  json model;
  if (int const failed = prepare(a, work.path(), p, model)) return failed;
  json const plan = *read_json(work.path() + "/plan.json");

  json summary;
  summary["model"] = model.at("name");
  summary["board"] = a.board;
  summary["equal"] = true;
  summary["outputs"] = json::array();
  bool equal_all = true;
  std::vector<target_run> runs(a.expected.size());
  auto const begun = std::chrono::steady_clock::now();
  for (std::size_t sample = 0; sample < a.expected.size(); ++sample) {
    if (int const failed = pack_inputs(model, a.network.inputs[sample], work.path())) return failed;
    std::string problem;
    auto const expected = data::read_npz(a.expected[sample], problem);
    if (!expected) {
      complain(4005, problem);
      return user_error;
    }
    if (int const failed = run_on_board(work.path(), a.board, a.layers && sample == 0, runs[sample])) return failed;
    for (auto const& output : model.at("outputs")) {
      std::string const name = output.at("name");
      auto const found = expected->find(name);
      auto const shape = output.at("shape").get<std::vector<std::int64_t>>();
      std::int64_t n = 0, elements = 1;
      for (std::int64_t d : shape) elements *= d;
      if (!output.at("empty")) {
        auto const value = unpack_file(output.at("at"), shape, work.path());
        n = value ? count_different(*value, found->second) : elements;
      }
      equal_all = equal_all && n == 0;
      fmt::print("{}{}: {} elements, {} different\n", name, a.expected.size() > 1 ? fmt::format(" (sample {})", sample) : "", elements, n);
      summary["outputs"].push_back({{"name", name}, {"elements", elements}, {"different", n}, {"sample", sample}});
    }
    if (a.layers && sample == 0)
      if (int const failed = compare_layers(a, model, work.path(), runs[sample], summary, equal_all)) return failed;
  }
  p.stage("run", fmt::format("{} sample{} on {}, checked", a.expected.size(), a.expected.size() == 1 ? "" : "s", a.board),
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  summary["equal"] = equal_all;
  // Printing layers takes time of its own, but the clock stands still for nobody: only a plain run is a measurement.
  target_run const& first = runs.size() > 1 && a.layers ? runs[1] : runs[0];
  json const measured = report::measured(plan, a.layers && runs.size() == 1 ? 0 : first.cycles, first.step_ends);
  summary.update(measured);
  for (auto const& [name, m] : plan.at("memory").items()) summary["memory"][name] = {{"used", m.at("used")}, {"available", m.at("available")}, {"live", m.at("live")}};
  summary["plan"] = {{"objective", plan.at("plan").at("objective")}, {"bound", plan.at("plan").at("bound")}, {"gap", plan.at("plan").at("gap")}, {"seconds", plan.at("plan").at("seconds")}};
  if (!a.json_file.empty())
    if (std::string const why = write::write_file(a.json_file, summary.dump(1) + "\n"); !why.empty()) {
      complain(4003, why);
      return user_error;
    }
  if (!a.quiet && !measured.at("cycles").is_null()) fmt::print("{}", report::cycle_table(measured, first.megahertz));
  fmt::print("{}: {}\n", model.at("name").get<std::string>(), equal_all ? "equal" : "DIFFERENT");
  return equal_all ? equal : different;
}

int run(validate_arguments const& a) {
  if (lacks_archives(a, false)) return user_error;
  work_folder const work(a.keep_folder);
  if (!work.usable()) {
    complain(4003, fmt::format("folder {} cannot be written; look at permissions and space", work.path()));
    return user_error;
  }
  progress p(a.quiet);
  json model;
  if (int const failed = prepare(a, work.path(), p, model)) return failed;
  if (int const failed = pack_inputs(model, a.network.inputs.at(0), work.path())) return failed;
  target_run measured;
  if (int const failed = run_on_board(work.path(), a.board, false, measured)) return failed;
  auto const times = report::measured(*read_json(work.path() + "/plan.json"), measured.cycles, measured.step_ends);
  if (!a.quiet && !times.at("cycles").is_null()) fmt::print("{}", report::cycle_table(times, measured.megahertz));
  data::arrays outputs;
  for (auto const& output : model.at("outputs")) {
    if (output.at("empty")) continue;
    if (auto const value = unpack_file(output.at("at"), output.at("shape").get<std::vector<std::int64_t>>(), work.path())) outputs[output.at("name")] = *value;
  }
  if (a.output_file.empty()) {
    for (auto const& [name, value] : outputs) {
      fmt::print("{} {} [{}]:", name, name_of(*value.type), fmt::join(value.shape, ", "));
      for (std::int64_t i = 0; i < std::min<std::int64_t>(value.elements(), 16); ++i) fmt::print(" {}", data::value_at(value, i));
      fmt::print("{}\n", value.elements() > 16 ? " .." : "");
    }
    return 0;
  }
  if (std::string const why = write::write_file(a.output_file, data::npz_bytes(outputs)); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  return 0;
}
}  // namespace deeploy::command
