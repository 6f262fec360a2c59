// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <generators/command/flow.hpp>
#include <generators/command/object_cache.hpp>
#include <generators/command/process.hpp>
#include <generators/write/file.hpp>
#include <iterator>
#include <unistd.h>

namespace deeploy::command {
namespace fs = std::filesystem;
namespace {
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

/// Compiles; the compiler's temporary files go to `temporary`.
int compile(std::vector<std::string> words, std::string const& what, std::string const& temporary) {
  process_result const r = run_process(words, temporary);
  if (r.status == 0) return 0;
  if (int const status = interrupted_status()) return status;
  fmt::print(stderr, "{}", r.errors);
  if (r.errors.find(std::strerror(ENOSPC)) != std::string::npos) {
    complain(4003, fmt::format("no space is left in {}, where {} is compiled; free some, or name another folder in TMPDIR", temporary, what));
    return user_error;
  }
  complain(6201, fmt::format("the compiler refused {} (status {}); the first error stands above", what, r.status));
  return user_error;
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
  std::vector<std::string> names;
  for (std::string const& folder : boards()) {
    names.push_back(folder);
    if (auto const t = target::of(folder, where().root))
      for (std::string const& option : t->options()) names.push_back(folder + ":" + option);
  }
  if (std::find(names.begin(), names.end(), board) != names.end()) return true;
  complain(6202, fmt::format("there is no board '{}'; there is {}", board, fmt::join(names, ", ")));
  return false;
}

std::optional<target> target_of(std::string const& board) { return target::of(board, where().root); }

std::optional<nlohmann::ordered_json> read_json(std::string const& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  auto j = nlohmann::ordered_json::parse(in, nullptr, false);
  if (j.is_discarded()) return std::nullopt;
  return j;
}

std::optional<network_source> imported(std::string const& folder) {
  auto const model = read_json(folder + "/model.json");
  auto const text = [&](char const* key) { return model->is_object() && model->contains(key) && model->at(key).is_string(); };
  if (model && text("network") && text("name"))
    return network_source{folder + "/model.hpp", model->at("network").get<std::string>(), folder + "/constants.bin", {}, model->at("name").get<std::string>()};
  complain(4004, fmt::format("{} holds no imported model (model.json is missing or damaged); import first{}", folder,
                             fs::is_regular_file(folder) ? ", or say --network for a header of your own" : ""));
  return std::nullopt;
}

namespace {
/// The network's header as files in `folder` include it: no path of the machine.
std::string included(std::string const& header, std::string const& folder) {
  std::error_code problem;
  fs::path const relative = fs::relative(fs::absolute(header), fs::absolute(folder), problem);
  return problem || relative.empty() ? fs::absolute(header).string() : relative.generic_string();
}

/// Writes and compiles a program of the network's types in `scratch`.
int build_program(network_source const& n, std::string const& scratch, std::string const& board, std::string const& what, std::string const& plan,
                  std::vector<std::string> const& libraries) {
  std::string source = fmt::format("// Generated by deeploy: the {} of this model.\n#include \"{}\"\n#include <{}/kernels.hpp>\n", what,
                                   fs::absolute(n.header).string(), board_name(board).folder);
  if (!n.tuning.empty()) source += fmt::format("#include \"{}\"\n", fs::absolute(n.tuning).string());
  if (!plan.empty()) source += fmt::format("#include \"{}\"\n", plan);
  source += fmt::format("#include <deeploy/generator.hpp>\n\nint main(int count, char** words) {{ return deeploy::generator::{}<{}, deeploy::board::{}>(count, words); }}\n",
                        plan.empty() ? "generate" : "pack", n.type, board_name(board).type);
  if (std::string const why = write::write_file(scratch + "/" + what + ".cpp", source); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  auto words = compiler_words();
  for (std::string const& w : {std::string("-O0"), std::string("-w"), scratch + "/" + what + ".cpp"}) words.push_back(w);
  for (std::string const& library : libraries) words.push_back(library);
  for (std::string const& w : std::vector<std::string>{DEEPLOY_LIBRARY_OPTIONS}) words.push_back(w);
  for (std::string const& w : {std::string("-o"), scratch + "/" + what}) words.push_back(w);
  return compile(words, "the network's types", scratch);
}

/// The layers of a refused.json.
std::vector<refused_layer> refused_in(std::string const& folder) {
  std::vector<refused_layer> layers;
  auto const told = read_json(folder + "/refused.json");
  if (told && told->is_array())
    for (auto const& r : *told) layers.push_back({r.at("layer"), r.at("kind"), r.at("why")});
  return layers;
}

/// Runs a program that build_program made. Where it finds no plan, the attempt (when there is one) gets what it wrote of that
/// into `made`, and its messages, which are not shown.
int call_program(std::string const& scratch, std::string const& what, std::vector<std::string> const& arguments, std::string const& made = {},
                 attempt* of = nullptr) {
  std::vector<std::string> words{scratch + "/" + what};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process_result const r = run_process(words, scratch);
  if (of != nullptr && r.status == infeasible) {
    of->refused = refused_in(made);
    of->messages = r.errors;
  } else {
    fmt::print(stderr, "{}", r.errors);
  }
  if (int const status = interrupted_status()) return status;
  if (r.status == equal || r.status == user_error || r.status == infeasible) return r.status;
  complain(6208, fmt::format("the {} ended with status {}; report this with the model", what, r.status));
  return different;
}

/// Brings what a program wrote to where it was asked for: all files or none, plan.hpp last, as builds depend on it.
int deliver(std::string const& from, std::string const& folder) {
  std::vector<std::pair<std::string, std::string>> files;
  std::error_code problem;
  for (auto const& entry : fs::directory_iterator(from, problem)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace_back(folder + "/" + entry.path().filename().string(), std::string{std::istreambuf_iterator<char>(in), {}});
  }
  std::sort(files.begin(), files.end(), [&](auto const& a, auto const& b) {
    bool const last_a = a.first == folder + "/plan.hpp", last_b = b.first == folder + "/plan.hpp";
    return last_a != last_b ? last_b : a.first < b.first;
  });
  if (int const status = interrupted_status()) return status;
  if (std::string const why = write::write_files(files); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  return 0;
}

object_cache cache_in(std::string const& folder) {
  std::string const root = where().root;
  return {folder, compiler_words(), {root + "/include", root + "/kernels", root + "/boards"}};
}

/// What a generator is made of beside the library's headers: the model, and the planner, which is told by its size and time.
std::vector<std::string> parts_of_generator(network_source const& n, std::string const& board, std::vector<std::string> const& libraries) {
  std::vector<std::string> parts{board, n.type};
  for (std::string const& file : {n.header, n.tuning}) {
    std::ifstream in(file, std::ios::binary);
    parts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  for (std::string const& file : libraries) {
    std::error_code problem;
    auto const size = fs::file_size(file, problem);
    if (!problem) parts.push_back(fmt::format("{} {} {}", file, size, fs::last_write_time(file, problem).time_since_epoch().count()));
  }
  return parts;
}

bool usable(work_folder const& scratch) {
  if (!scratch.usable()) complain(4003, fmt::format("no temporary folder can be made in {}; name another one in TMPDIR", scratch.path()));
  return scratch.usable();
}

bool readable(network_source const& n) {
  bool good = true;
  for (auto const& [file, code] : {std::pair{n.header, 4004}, {n.tuning, 4004}, {n.constants, 4001}}) {
    if (file.empty() || fs::is_regular_file(file)) continue;
    complain(code, fmt::format("{} {}; {}", file, fs::exists(file) ? "is no file" : "does not exist", file == n.tuning ? "correct --tuning" : "import again"));
    good = false;
  }
  return good;
}
}  // namespace

int plan_stage(network_source const& n, std::string const& folder, std::string const& board, plan::plan_arguments const& a, progress& p,
               std::string const& cache_folder, attempt* of) {
  stopwatch const compiling;
  if (!fs::exists(where().library + "/libdeeploy_planner.a")) {
    complain(6205, "this installation has no planner (GLPK was missing when it was built); use a committed plan, or install libglpk-dev and build again");
    return user_error;
  }
  work_folder const scratch("");
  if (!usable(scratch) || !readable(n)) return user_error;
  std::vector<std::string> const libraries{where().library + "/libdeeploy_planner.a", where().library + "/libdeeploy_tools.a", "-lglpk"};
  object_cache const cache = cache_in(cache_folder);
  std::string const kept = cache.keeps() ? cache.path("generator", parts_of_generator(n, board, libraries)) : std::string();
  std::error_code missing;
  if (cache.keeps()) fs::copy_file(kept, scratch.path() + "/generator", missing);
  if (!cache.keeps() || missing) {
    if (int const failed = build_program(n, scratch.path(), board, "generator", "", libraries)) return failed;
    if (std::string const why = cache.keeps() ? cache.keep(scratch.path() + "/generator", kept) : std::string(); !why.empty()) {
      complain(4003, why);
      return user_error;
    }
  }
  double const compiled = compiling.seconds();
  stopwatch const planning;
  plan::plan_arguments inner = a;
  inner.output = scratch.path() + "/made";
  inner.may_come_apart = of != nullptr && of->may_come_apart;
  inner.constants = n.constants;
  inner.name = n.name;
  inner.header = included(n.header, folder);
  if (int const status = call_program(scratch.path(), "generator", inner.words(), inner.output, of)) return status;
  auto const plan = read_json(inner.output + "/plan.json");
  if (!plan) {
    complain(4004, folder + "/plan.json is missing or damaged");
    return user_error;
  }
  if (int const failed = deliver(inner.output, folder)) return failed;
  p.stage("types", "the planner compiled from the model's types", compiled);
  p.stage("plan", fmt::format("{} steps, {} cycles estimated, gap {:.2f} %", plan->at("steps").size(), plan->at("plan").at("objective").get<std::int64_t>(),
                              100 * plan->at("plan").at("gap").get<double>()),
          planning.seconds());
  return 0;
}

int pack_stage(network_source const& n, std::string const& plan_file, std::string const& folder, std::string const& board, progress& p) {
  stopwatch const time;
  work_folder const scratch("");
  if (!usable(scratch) || !readable(n)) return user_error;
  std::ifstream in(plan_file, std::ios::binary);
  if (!in.is_open() || fs::is_directory(plan_file)) {
    complain(4004, plan_file + " cannot be read; correct --plan");
    return user_error;
  }
  std::string const plan{std::istreambuf_iterator<char>(in), {}}, made = scratch.path() + "/made";
  if (std::string const why = write::write_file(made + "/plan.hpp", plan); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  if (int const failed = build_program(n, scratch.path(), board, "packer", "made/plan.hpp", {where().library + "/libdeeploy_tools.a"})) return failed;
  if (int const status = call_program(scratch.path(), "packer", {made, n.constants, n.name, included(n.header, folder)})) return status;
  if (int const failed = deliver(made, folder)) return failed;
  p.stage("pack", "weight images for the committed plan, which is proved", time.seconds());
  return 0;
}

int compile_stage(std::string const& folder, std::string const& board, progress& p, std::string const& cache_folder, bool debug) {
  auto const model = read_json(folder + "/model.json"), plan = read_json(folder + "/plan.json");
  if (!model || !plan) {
    complain(4004, folder + (model ? "/plan.json" : "/model.json") + " is missing or damaged");
    return user_error;
  }
  stopwatch const time;
  work_folder const scratch("");
  if (!usable(scratch)) return user_error;
  auto const compile_words = [&](std::vector<std::string> const& more, std::string const& what) {
    auto words = compiler_words();
    words.insert(words.end(), more.begin(), more.end());
    return compile(words, what, scratch.path());
  };
  std::string const network = model->at("network").get<std::string>();
  if (auto const t = target_of(board)) {
    if (int const failed = t->compile(folder, network, model->at("name").get<std::string>(), debug)) return failed;
    p.stage("compile", fmt::format("model, plan and kernels for {}; the plan is proved", board), time.seconds());
    return 0;
  }
  std::string source = "// Generated by deeploy: runs this model on files.\n#include \"./model.hpp\"\n";
  std::vector<std::string> objects;
  object_cache const cache = cache_in(cache_folder);
  if (cache.keeps() && fs::exists(where().root + "/boards/" + board + "/runnable.hpp")) {
    auto const kernels = plan->at("kernels").get<std::vector<std::string>>();
    if (int const failed = cache.shared_objects(compile_words, scratch.path(), board, kernels, objects)) return failed;
    source += fmt::format("#include <{}/kernels.hpp>\n", board);
    for (std::string const& kernel : kernels) source += fmt::format("extern template void {}(int, int, deeploy::kernel_arguments const&);\n", kernel);
    source += fmt::format(
        "#include \"./plan.hpp\"\n#include <{0}/runnable.hpp>\n\nextern deeploy::{0}::runnable const deeploy_network;\n"
        "constinit deeploy::{0}::runnable const deeploy_network = deeploy::{0}::runnable_of<{1}>();\n",
        board, network);
  } else {
    source += fmt::format("#include \"./plan.hpp\"\n#include <{0}/runner.hpp>\n\nint main(int count, char** words) {{ return deeploy::{0}::run_files<{1}>(count, words); }}\n",
                          board, network);
  }
  if (std::string const why = write::write_file(folder + "/runner.cpp", source); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  // Tables need no optimisation; what runs is in the shared objects.
  std::vector<std::string> words{objects.empty() ? "-O2" : "-O0", "-w", folder + "/runner.cpp", "-o", folder + "/runner"};
  words.insert(words.end(), objects.begin(), objects.end());
  if (int const failed = compile_words(words, "the model and its plan")) return failed;
  p.stage("compile", "model, plan and kernels; the plan is proved", time.seconds());
  return 0;
}
}  // namespace deeploy::command
