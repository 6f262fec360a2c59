// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <generators/command/flow.hpp>
#include <generators/command/process.hpp>
#include <generators/data/npz.hpp>
#include <generators/import/onnx_reader.hpp>
#include <generators/import/text.hpp>
#include <generators/write/file.hpp>
#include <iterator>
#include <unistd.h>

namespace deeploy::command {
namespace fs = std::filesystem;
namespace {
class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count(); }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Where headers, kernels, boards and the planner library are: beside the program when installed, else in its build tree.
struct places {
  std::string root, library;
};
places const& where() {
  static places const found = [] {
    std::error_code problem;
    fs::path const program = fs::read_symlink("/proc/self/exe", problem);
    fs::path const prefix = program.parent_path().parent_path();
    if (fs::exists(prefix / "share/deeploy/include/deeploy/model.hpp"))
      return places{(prefix / "share/deeploy").string(), (prefix / "lib").string()};
    return places{DEEPLOY_SOURCE_FOLDER, DEEPLOY_LIBRARY_FOLDER};
  }();
  return found;
}

std::vector<std::string> compiler_words() {
  char const* const chosen = std::getenv("CXX");
  std::vector<std::string> words{chosen != nullptr && *chosen != 0 ? chosen : "c++", "-std=c++20"};
  for (char const* folder : {"include", "kernels", "boards"}) words.push_back("-I" + where().root + "/" + folder);
  return words;
}

int compile(std::vector<std::string> words, std::string const& what) {
  process_result const r = run_process(words);
  if (r.status == 0) return 0;
  if (r.status == 130 || r.status == 143) return r.status;
  fmt::print(stderr, "{}", r.errors);
  complain(6201, fmt::format("the compiler refused {} (status {}); the first error stands above", what, r.status));
  return user_error;
}

std::optional<element> element_named(std::string const& name) {
  for (element e : {element::i8, element::u8, element::i16, element::u16, element::i32, element::f32})
    if (name == name_of(e)) return e;
  return std::nullopt;
}
}  // namespace

void complain(int code, std::string const& text) { fmt::print(stderr, "deeploy: [DPL-{}] {}\n", code, text); }

void progress::stage(std::string const& name, std::string const& what, double seconds) {
  total_ += seconds;
  if (!quiet_) fmt::print(stderr, "{:<9}{:<58}{:6.1f} s\n", name, what, seconds);
}

std::vector<std::string> boards() {
  std::vector<std::string> names;
  std::error_code problem;
  for (auto const& entry : fs::directory_iterator(where().root + "/boards", problem))
    if (fs::exists(entry.path() / "board.hpp")) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool board_exists(std::string const& board) {
  auto const names = boards();
  if (std::find(names.begin(), names.end(), board) != names.end()) return true;
  complain(6202, fmt::format("there is no board '{}'; there is {}", board, fmt::join(names, ", ")));
  return false;
}

std::optional<nlohmann::json> read_json(std::string const& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  auto j = nlohmann::json::parse(in, nullptr, false);
  if (j.is_discarded()) return std::nullopt;
  return j;
}

int import_stage(network_arguments const& a, std::string const& folder, progress& p) {
  stopwatch const time;
  import::diagnostics found;
  import::import_options options;
  options.name = a.name;
  for (std::string const& path : a.inputs) {
    std::string problem;
    auto const arrays = data::read_npz(path, problem);
    if (!arrays) {
      found.error(4005, "{}", problem);
      continue;
    }
    for (auto const& [name, array] : *arrays)
      if (array.type) options.types.emplace(name, *array.type);
  }
  import::graph g = import::read_onnx(a.file, found);
  // Arrays that are no inputs of the network are somebody else's; --type by hand must name an input.
  std::erase_if(options.types, [&](auto const& t) {
    return std::none_of(g.inputs.begin(), g.inputs.end(), [&](int id) { return g.of(id).name == t.first; });
  });
  for (std::string const& t : a.types) {
    auto const split = t.rfind('=');
    auto const type = split == std::string::npos ? std::nullopt : element_named(t.substr(split + 1));
    if (!type)
      found.error(4205, "--type {}: say NAME=TYPE, TYPE one of i8 u8 i16 u16 i32", t);
    else
      options.types[t.substr(0, split)] = *type;
  }
  for (std::string const& s : a.states) {
    auto const split = s.find('=');
    if (split == std::string::npos)
      found.error(4204, "--state {}: say INPUT=OUTPUT", s);
    else
      options.states.emplace_back(s.substr(0, split), s.substr(split + 1));
  }
  import::written_network written;
  import::lowering l(g, options, found);
  std::size_t const nodes = g.nodes.size();
  if (!found.failed()) import::order_nodes(g, found);
  if (!found.failed()) l.run();
  if (!found.failed()) written = import::arrange(l);
  for (import::message const& m : found.warnings()) fmt::print(stderr, "deeploy import: [DPL-{}] warning: {}\n", m.code, m.text);
  if (found.failed()) {
    for (import::message const& m : found.errors()) fmt::print(stderr, "deeploy import: [DPL-{}] {}\n", m.code, m.text);
    return user_error;
  }
  std::string const base = fs::path(a.file).filename().string();
  std::string const constants = import::constants_image(written);
  std::pair<char const*, std::string> const files[] = {{"constants.bin", constants},
                                                       {"model.json", import::model_json(l, written, base)},
                                                       {"model.hpp", import::model_header(l, written, base)}};
  for (auto const& [name, content] : files)
    if (std::string const why = write::write_file(folder + "/" + name, content); !why.empty()) {
      complain(4003, why);
      return user_error;
    }
  p.stage("import", fmt::format("{} nodes, {} layers, {} bytes of constants", nodes, written.layers.size(), constants.size()), time.seconds());
  return 0;
}

std::optional<network_source> imported(std::string const& folder) {
  auto const model = read_json(folder + "/model.json");
  if (model && model->contains("network") && model->contains("name"))
    return network_source{folder + "/model.hpp", model->at("network").get<std::string>(), folder + "/constants.bin", {}, model->at("name").get<std::string>()};
  complain(4004, fmt::format("{} holds no imported model (model.json is missing or damaged); import first", folder));
  return std::nullopt;
}

namespace {
/// The network's header as files in `folder` include it: no path of the machine.
std::string included(std::string const& header, std::string const& folder) {
  std::error_code problem;
  fs::path const relative = fs::relative(fs::absolute(header), fs::absolute(folder), problem);
  return problem || relative.empty() ? fs::absolute(header).string() : relative.generic_string();
}

/// Writes and compiles a program of the network's types; gives its path.
int build_program(network_source const& n, std::string const& folder, std::string const& board, std::string const& what, std::string const& plan,
                  std::vector<std::string> const& libraries) {
  std::string source = fmt::format("// Generated by deeploy: the {} of this model.\n#include \"{}\"\n#include <{}/kernels.hpp>\n", what, included(n.header, folder), board);
  if (!n.tuning.empty()) source += fmt::format("#include \"{}\"\n", included(n.tuning, folder));
  if (!plan.empty()) source += fmt::format("#include \"{}\"\n", plan);
  source += fmt::format("#include <deeploy/generator.hpp>\n\nint main(int count, char** words) {{ return deeploy::generator::{}<{}, deeploy::board::{}>(count, words); }}\n",
                        plan.empty() ? "generate" : "pack", n.type, board);
  if (std::string const why = write::write_file(folder + "/" + what + ".cpp", source); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  auto words = compiler_words();
  for (std::string const& w : {std::string("-O0"), std::string("-w"), folder + "/" + what + ".cpp"}) words.push_back(w);
  for (std::string const& library : libraries) words.push_back(library);
  for (std::string const& w : {std::string("-o"), folder + "/" + what}) words.push_back(w);
  return compile(words, "the network's types");
}

/// Runs a program that build_program made, and removes it.
int call_program(std::string const& folder, std::string const& what, std::vector<std::string> const& arguments) {
  std::vector<std::string> words{fs::absolute(folder + "/" + what).string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process_result const r = run_process(words);
  std::error_code ignored;
  fs::remove(folder + "/" + what, ignored);
  fs::remove(folder + "/" + what + ".cpp", ignored);
  fmt::print(stderr, "{}", r.errors);
  return r.status;
}
}  // namespace

int plan_stage(network_source const& n, std::string const& folder, std::string const& board, plan::plan_arguments const& a, progress& p) {
  stopwatch const compiling;
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  if (!fs::exists(where().library + "/libdeeploy_planner.a")) {
    complain(6205, "this installation has no planner (GLPK was missing when it was built); use a committed plan, or install libglpk-dev and build again");
    return user_error;
  }
  std::vector<std::string> const libraries{where().library + "/libdeeploy_planner.a", where().library + "/libdeeploy_tools.a", "-lglpk"};
  if (int const failed = build_program(n, folder, board, "generator", "", libraries)) return failed;
  double const compiled = compiling.seconds();
  stopwatch const planning;
  plan::plan_arguments inner = a;
  inner.output = folder;
  inner.constants = n.constants;
  inner.name = n.name;
  inner.header = included(n.header, folder);
  if (int const status = call_program(folder, "generator", inner.words())) return status;
  auto const plan = read_json(folder + "/plan.json");
  if (!plan) {
    complain(4004, folder + "/plan.json is missing or damaged");
    return user_error;
  }
  p.stage("types", "the planner compiled from the model's types", compiled);
  p.stage("plan", fmt::format("{} steps, {} cycles estimated, gap {:.2f} %", plan->at("steps").size(), plan->at("plan").at("objective").get<std::int64_t>(),
                              100 * plan->at("plan").at("gap").get<double>()),
          planning.seconds());
  return 0;
}

int pack_stage(network_source const& n, std::string const& plan_file, std::string const& folder, std::string const& board, progress& p) {
  stopwatch const time;
  std::error_code problem;
  fs::create_directories(folder, problem);
  std::ifstream in(plan_file, std::ios::binary);
  std::string const plan{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open()) {
    complain(4004, plan_file + " cannot be read");
    return user_error;
  }
  if (std::string const why = write::write_file(folder + "/plan.hpp", plan); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  if (int const failed = build_program(n, folder, board, "packer", "plan.hpp", {where().library + "/libdeeploy_tools.a"})) return failed;
  if (int const status = call_program(folder, "packer", {folder, n.constants, n.name, included(n.header, folder)})) return status;
  p.stage("pack", "weight images for the committed plan, which is proved", time.seconds());
  return 0;
}

int compile_stage(std::string const& folder, std::string const& board, progress& p) {
  auto const model = read_json(folder + "/model.json");
  if (!model) {
    complain(4004, folder + "/model.json is missing or damaged");
    return user_error;
  }
  stopwatch const time;
  std::string const source = fmt::format(
      "// Generated by deeploy: runs this model on files.\n#include \"./model.hpp\"\n#include \"./plan.hpp\"\n#include <{0}/runner.hpp>\n\n"
      "int main(int count, char** words) {{ return deeploy::{0}::run_files<{1}>(count, words); }}\n",
      board, model->at("network").get<std::string>());
  if (std::string const why = write::write_file(folder + "/runner.cpp", source); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  auto words = compiler_words();
  for (std::string const& w : {std::string("-O2"), std::string("-w"), folder + "/runner.cpp", std::string("-o"), folder + "/runner"}) words.push_back(w);
  if (int const failed = compile(words, "the model and its plan")) return failed;
  p.stage("compile", "model, plan and kernels; the plan is proved", time.seconds());
  return 0;
}
}  // namespace deeploy::command
