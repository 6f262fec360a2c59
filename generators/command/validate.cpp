// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <generators/command/process.hpp>
#include <generators/command/validate.hpp>
#include <generators/data/npz.hpp>
#include <generators/report/cycles.hpp>
#include <generators/write/file.hpp>
#include <iterator>

namespace deeploy::command {
namespace fs = std::filesystem;
namespace {
using json = nlohmann::json;

element type_named(std::string const& name) {
  for (element e : {element::i8, element::u8, element::i16, element::u16, element::i32, element::f32})
    if (name == name_of(e)) return e;
  return element::i8;
}

/// Where a value lies in a tensor, as model.json says: for each element in row-major order its place.
class placement_of_value {
 public:
  explicit placement_of_value(json const& at) : offset_(at.at("offset").get<std::int64_t>()) {
    for (auto const& axis : at.at("axes"))
      for (auto const& part : axis) parts_.push_back({part.at(0).get<std::int64_t>(), part.at(1).get<std::int64_t>()});
  }
  template <class F>
  void for_each(F f) const {
    std::vector<std::int64_t> at(parts_.size(), 0);
    std::int64_t place = offset_;
    for (std::int64_t i = 0;; ++i) {
      f(i, place);
      std::size_t a = parts_.size();
      for (; a-- > 0;) {
        place += parts_[a].second;
        if (++at[a] < parts_[a].first) break;
        place -= parts_[a].second * parts_[a].first;
        at[a] = 0;
      }
      if (a == static_cast<std::size_t>(-1)) return;
    }
  }

 private:
  std::int64_t offset_;
  std::vector<std::pair<std::int64_t, std::int64_t>> parts_;
};

std::string names_of(data::arrays const& all) {
  std::string names;
  for (auto const& [name, array] : all) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

std::string read_bytes(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
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
      if (type != element::f32 && (!(x >= static_cast<double>(lowest(type)) && x <= static_cast<double>(highest(type))) || x != std::floor(x))) {
        if (outside == 0) first = x;
        ++outside;
        return;
      }
      auto const v = static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
      std::memcpy(bytes.data() + place * size_of(type), &v, static_cast<std::size_t>(size_of(type)));
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

/// One value of the graph as an array, out of its tensor's file.
std::optional<data::array> unpack(json const& at, std::vector<std::int64_t> const& shape, std::string const& folder) {
  std::string const bytes = read_bytes(folder + "/" + at.at("tensor").get<std::string>() + ".out");
  element const type = type_named(at.at("type"));
  static std::map<element, char const*> const numpy{{element::i8, "|i1"}, {element::u8, "|u1"}, {element::i16, "<i2"}, {element::u16, "<u2"}, {element::i32, "<i4"}, {element::f32, "<f4"}};
  data::array a;
  a.type = type;
  a.numpy_type = numpy.at(type);
  a.shape = shape;
  auto const each = static_cast<std::size_t>(size_of(type));
  bool complete = true;
  placement_of_value(at).for_each([&](std::int64_t, std::int64_t place) {
    if ((static_cast<std::size_t>(place) + 1) * each > bytes.size())
      complete = false;
    else
      a.bytes.append(bytes, static_cast<std::size_t>(place) * each, each);
  });
  if (!complete) return std::nullopt;
  return a;
}

std::int64_t count_different(data::array const& a, data::array const& b) {
  if (!b.type || a.elements() != b.elements()) return a.elements();
  std::int64_t n = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) n += data::value_at(a, i) != data::value_at(b, i);
  return n;
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
  auto const read = read_json(folder + "/model.json");
  if (!read) {
    complain(4004, folder + "/model.json is damaged");
    return user_error;
  }
  model = *read;
  if (!archives_fit(model, a, folder)) return user_error;
  auto const source = imported(folder);
  if (!source) return user_error;
  if (int const failed = plan_stage(*source, folder, a.board, a.plan, p, a.cache_folder)) return failed;
  return compile_stage(folder, a.board, p, a.cache_folder, a.debug);
}

int run_on_board(std::string const& folder, std::string const& board, bool layers, target_run& measured) {
  if (auto const t = target_of(board)) return t->run(folder, layers, measured);
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

/// Compares values between layers, in the order of the graph; the first differing one is named.
bool compare_layers(json const& model, data::arrays const& activations, std::string const& folder, json& report) {
  std::int64_t compared = 0, fused = 0, differing = 0, unusable = 0;
  std::string first;
  for (auto const& [name, at] : model.at("values").items()) {
    auto const found = activations.find(name);
    if (at.is_string()) {
      ++fused;
      continue;
    }
    if (found == activations.end()) continue;
    auto const value = unpack(at, found->second.shape, folder);
    if (!value) continue;
    if (value->elements() * size_of(*value->type) != static_cast<std::int64_t>(value->bytes.size()) || !found->second.type) {
      complain(4006, fmt::format("activations: array '{}' is {} [{}], the network makes {} elements of {}; it is not compared", name, data::type_text(found->second),
                                 fmt::join(found->second.shape, ", "), value->bytes.size() / static_cast<std::size_t>(size_of(*value->type)), name_of(*value->type)));
      ++unusable;
      continue;
    }
    ++compared;
    if (std::int64_t const n = count_different(*value, found->second); n != 0) {
      ++differing;
      if (first.empty()) {
        first = name;
        std::int64_t i = 0;
        while (i + 1 < value->elements() && data::value_at(*value, i) == data::value_at(found->second, i)) ++i;
        fmt::print("first differing layer: {} (tensor {}), {} of {} elements; element {} is {}, expected {}\n", name, at.at("tensor").get<std::string>(), n,
                   value->elements(), i, data::value_at(*value, i), data::value_at(found->second, i));
      }
    }
  }
  fmt::print("layers: {} tensors compared, {} differ, {} fused away\n", compared, differing, fused);
  report["compared"] = compared;
  report["differing"] = differing;
  report["fused"] = fused;
  report["first_differing"] = first;
  return differing == 0 && unusable == 0;
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

  nlohmann::ordered_json summary;
  summary["model"] = model.at("name");
  summary["board"] = a.board;
  summary["equal"] = true;
  summary["outputs"] = nlohmann::ordered_json::array();
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
        auto const value = unpack(output.at("at"), shape, work.path());
        n = value ? count_different(*value, found->second) : elements;
      }
      equal_all = equal_all && n == 0;
      fmt::print("{}{}: {} elements, {} different\n", name, a.expected.size() > 1 ? fmt::format(" (sample {})", sample) : "", elements, n);
      summary["outputs"].push_back({{"name", name}, {"elements", elements}, {"different", n}, {"sample", sample}});
    }
    if (a.layers && sample == 0) {
      std::string file = a.activations;
      if (file.empty()) file = (fs::path(a.network.inputs[0]).parent_path() / "activations.npz").string();
      auto const activations = data::read_npz(file, problem);
      if (!activations) {
        complain(4005, problem + "; say --activations FILE.npz");
        return user_error;
      }
      nlohmann::json compared;
      equal_all = compare_layers(model, *activations, work.path(), compared) && equal_all;
      summary["layer_comparison"] = compared;
    }
  }
  p.stage("run", fmt::format("{} sample{} on {}, checked", a.expected.size(), a.expected.size() == 1 ? "" : "s", a.board),
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  summary["equal"] = equal_all;
  // Printing layers takes time of its own, but the clock stands still for nobody: only a plain run is a measurement.
  target_run const& first = runs.size() > 1 && a.layers ? runs[1] : runs[0];
  nlohmann::ordered_json const measured = report::measured(plan, a.layers && runs.size() == 1 ? 0 : first.cycles, first.step_ends);
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
    if (auto const value = unpack(output.at("at"), output.at("shape").get<std::vector<std::int64_t>>(), work.path())) outputs[output.at("name")] = *value;
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
