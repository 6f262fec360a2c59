// SPDX-License-Identifier: Apache-2.0
// deeploy: the command.
#include <CLI/CLI.hpp>
#include <deeploy/version.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <generators/command/operators.hpp>
#include <generators/command/place.hpp>
#include <generators/command/process.hpp>
#include <generators/command/validate.hpp>
#include <generators/report/report.hpp>
#include <new>

namespace {
using namespace deeploy;

constexpr char const* network_group = "Network";
constexpr char const* files_group = "Files and board";

struct words_of_user {
  command::validate_arguments a;
  command::network_source source;
  std::string folder = ".", plan_folder, plan_file, csv, placed;
  std::int64_t capacity = 0;
  std::uint64_t work = 0;
  bool map = false, lowest = false;
};

/// How an .onnx file is read.
void add_reading(CLI::App& app, command::network_arguments& n) {
  app.add_option("--type", n.types, "element type of an input: i8 u8 i16 u16 i32; may be repeated")->type_name("NAME=TYPE")->group(network_group);
  app.add_option("--state", n.states, "a cache that goes in as IN and comes out longer as OUT; may be repeated")->type_name("IN=OUT")->group(network_group);
  app.add_flag(fmt::format("--no-fuse{{{}}}", import::all_layers), n.single,
               "no layers of attention become one (score_chain): each has its own step and tensor; --no-fuse=NAME: not those at node NAME")->group(network_group);
  app.add_option("--inputs", n.inputs, ".npz with an array per input; also tells their types")->type_name("FILE")->group(network_group);
}

void add_network(CLI::App& app, command::network_arguments& n, char const* file) {
  app.add_option("network", n.file, file)->required()->type_name("FILE");
  app.add_option("--name", n.name, "name of the model in C++ (default: the file's; the folder's for network.onnx or model.onnx)")->type_name("NAME")->group(network_group);
  add_reading(app, n);
}

void add_source(CLI::App& app, words_of_user& w, char const* model) {
  app.add_option("model", w.source.header, model)->required()->type_name("PATH");
  app.add_option("--network", w.source.type, "the network's type, for a header: my::network")->type_name("TYPE")->group(network_group);
  app.add_option("--constants", w.source.constants, "constants.bin, for a header that needs one")->type_name("FILE")->group(network_group);
  app.add_option("--name", w.source.name, "name of the model, for functions and arrays (default: the import's)")->type_name("NAME")->group(network_group);
  app.add_option("--tuning", w.source.tuning, "header with mappings and pins of your own")->type_name("FILE")->group(network_group);
  app.add_option("--out", w.plan_folder, "folder for the files (default: that of the import; of a file, this one)")->type_name("FOLDER")->group(files_group);
  app.add_option("--board", w.a.board, "the board: a folder of boards/")->capture_default_str()->type_name("NAME")->group(files_group);
}

void add_run(CLI::App& app, command::validate_arguments& a) {
  add_network(app, a.network, "the network: an .onnx file, or a folder made by `deeploy import`");
  app.add_option("--board", a.board, "the board: a folder of boards/")->capture_default_str()->type_name("NAME")->group(files_group);
  app.add_option("--keep", a.keep_folder, "keep the generated files in this folder")->type_name("FOLDER")->group(files_group);
  app.add_option("--cache", a.cache_folder, "folder for compiled kernels and generators, which later calls use again")->envname("DEEPLOY_CACHE")->type_name("FOLDER")->group(files_group);
  app.add_flag("--debug", a.debug, "on a target: waits for DMA and NPU are bounded, messages name layers")->group(files_group);
  app.add_flag("--quiet", a.quiet, "no progress lines")->group(files_group);
  a.plan.add_to(app, false);
}

int report_plan(words_of_user const& w) {
  auto const plan = command::read_json(w.folder + "/plan.json");
  if (!plan || !plan->is_object() || !plan->contains("steps")) {
    command::complain(4004, w.folder + "/plan.json is missing or damaged; plan first");
    return command::user_error;
  }
  fmt::print("{}", report::text(*plan));
  if (w.map) fmt::print("\n{}", report::memory_map(*plan, 64));
  return 0;
}

/// An .onnx file, whatever it is called; no folder and no header.
bool is_network_file(std::filesystem::path const& path) {
  auto const extension = path.extension();
  return extension == ".onnx" || (std::filesystem::is_regular_file(path) && extension != ".hpp" && extension != ".hh" && extension != ".h");
}

/// Imports and plans.
int plan_file(words_of_user& w, command::progress& p) {
  command::network_arguments n = w.a.network;
  n.file = w.source.header;
  n.name = w.source.name;
  std::string const folder = w.plan_folder.empty() ? "." : w.plan_folder;
  if (int const failed = command::import_stage(n, folder, p)) return failed;
  auto source = command::imported(folder);
  if (!source) return command::user_error;
  source->tuning = w.source.tuning;
  return command::plan_imported(n, *source, folder, w.a.board, w.a.plan, p);
}

int plan_or_pack(words_of_user& w, bool plans, command::progress& p) {
  if (!command::board_exists(w.a.board)) return command::user_error;
  command::network_source& source = w.source;
  if (plans && source.type.empty() && is_network_file(source.header)) return plan_file(w, p);
  if (source.type.empty()) {
    auto found = command::imported(source.header);
    if (!found) return command::user_error;
    if (w.plan_folder.empty()) w.plan_folder = source.header;
    found->tuning = source.tuning;
    if (!source.name.empty()) found->name = source.name;
    source = *found;
  }
  if (source.name.empty()) source.name = "network";
  if (w.plan_folder.empty()) w.plan_folder = ".";
  return plans ? command::plan_stage(source, w.plan_folder, w.a.board, w.a.plan, p) : command::pack_stage(source, w.plan_file, w.plan_folder, w.a.board, p);
}

int call(int count, char** words) {
  CLI::App app{"Deeploy: neural networks as C++ types, planned and proved for microcontrollers.", "deeploy"};
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("{}.{}.{}", DEEPLOY_VERSION_MAJOR, DEEPLOY_VERSION_MINOR, DEEPLOY_VERSION_PATCH));
  app.footer("Exit status: 0 done or equal, 1 different or a fault of the tool, 2 bad input (all of it is listed), 3 no plan is possible.\n"
             "Messages have codes, DPL-4111: docs/errors.md says of each what it means and what to do.");
  words_of_user w;

  auto* const import = app.add_subcommand("import", "ONNX to model.hpp, constants.bin and model.json");
  add_network(*import, w.a.network, "the network: an .onnx file");
  import->add_option("--out", w.folder, "folder for the files")->capture_default_str()->type_name("FOLDER")->group(files_group);

  auto* const plan = app.add_subcommand("plan", "plans a network for a board: plan.hpp, plan.json, weights; imports an .onnx file first");
  add_source(*plan, w, "an .onnx file, which is imported; folder of an import, or a header with a network written by hand");
  add_reading(*plan, w.a.network);
  w.a.plan.add_to(*plan, false);

  auto* const pack = app.add_subcommand("pack", "weight images for a plan that is already there; needs no solver");
  add_source(*pack, w, "folder of an import, or a header with a network written by hand");
  pack->add_option("--plan", w.plan_file, "the committed plan.hpp")->required()->type_name("FILE")->group(files_group);

  auto* const run = app.add_subcommand("run", "imports, plans, compiles and runs a network on a board");
  add_run(*run, w.a);
  run->add_option("--out", w.a.output_file, "write the outputs to this .npz (default: print them)")->type_name("FILE")->group(files_group);

  auto* const validate = app.add_subcommand("validate", "the same as run, and compares every output element with the expected one");
  add_run(*validate, w.a);
  char const* const comparison = "Comparison";
  validate->add_option("--expect", w.a.expected, ".npz with the expected outputs, one per --inputs")->type_name("FILE")->group(comparison);
  validate->add_flag("--layers", w.a.layers, "compare the tensors between layers as well")->group(comparison);
  validate->add_option("--activations", w.a.activations, ".npz with these tensors (default: activations.npz beside the inputs)")->type_name("FILE")->group(comparison);
  validate->add_option("--json", w.a.json_file, "write the result to this file")->type_name("FILE")->group(comparison);

  auto* const report = app.add_subcommand("report", "a plan as tables: layers, memories, bound");
  report->add_option("folder", w.folder, "folder with plan.json")->required()->type_name("FOLDER");
  report->add_flag("--map", w.map, "L1 over the steps as well");

  auto* const place = app.add_subcommand("place", "places buffers with lifetimes in one memory, from CSV (id,lower,upper,size)");
  place->add_option("file", w.csv, "the CSV file")->required()->type_name("FILE");
  place->add_option("--capacity", w.capacity, "size of the memory in bytes")->required()->check(CLI::PositiveNumber)->type_name("BYTES");
  place->add_option("--out", w.placed, "write the CSV with offsets here (default: print it)")->type_name("FILE");
  place->add_option("--work", w.work, "search nodes at most")->type_name("COUNT");
  place->add_flag("--lowest", w.lowest, "as low a peak as can be found");

  auto* const ops = app.add_subcommand("ops", "which operators run on which engines");

  try {
    app.parse(count, words);
  } catch (CLI::Success const& asked) {  // --help, --version
    return app.exit(asked);
  } catch (CLI::ParseError const& e) {
    std::string part;
    for (auto const* sub : app.get_subcommands()) part = sub->get_name() + " ";
    command::complain(6206, fmt::format("{}; see deeploy {}--help", e.what(), part));
    return command::user_error;
  }
  if (report->parsed()) return report_plan(w);
  if (place->parsed()) return command::place_file(w.csv, w.capacity, w.work, w.lowest, w.placed);
  if (ops->parsed()) {
    fmt::print("{}", command::operator_tables());
    return 0;
  }
  command::progress p(w.a.quiet);
  if (import->parsed()) return command::import_stage(w.a.network, w.folder, p);
  if (plan->parsed() || pack->parsed()) return plan_or_pack(w, plan->parsed(), p);
  return run->parsed() ? command::run(w.a) : command::validate(w.a);
}
}  // namespace

int main(int count, char** words) {
  command::handle_interrupts();
  int status = command::different;
  try {
    status = call(count, words);
  } catch (std::bad_alloc const&) {
    command::complain(4007, "this machine's memory does not suffice for the sizes in the file; correct them, or use a bigger machine");
    status = command::user_error;
  } catch (nlohmann::json::exception const& e) {
    command::complain(4004, fmt::format("a generated .json file is damaged ({}); run the stage before again", e.what()));
    status = command::user_error;
  } catch (std::exception const& e) {
    command::complain(6208, fmt::format("the tool failed: {}; report this with the command and its files", e.what()));
  }
  if (int const signal = command::interrupted_status(); signal != 0 && status != 0) {
    command::complain(6207, fmt::format("interrupted by signal {}; files that were there before are unchanged", signal - 128));
    return signal;
  }
  return status;
}
