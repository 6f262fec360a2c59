// SPDX-License-Identifier: Apache-2.0
// deeploy: the command.
#include <CLI/CLI.hpp>
#include <deeploy/version.hpp>
#include <fmt/format.h>
#include <generators/command/operators.hpp>
#include <generators/command/place.hpp>
#include <generators/command/process.hpp>
#include <generators/command/validate.hpp>
#include <generators/report/report.hpp>

namespace {
using namespace deeploy;

void add_network(CLI::App& app, command::network_arguments& n, bool with_inputs) {
  app.add_option("network", n.file, "the network: an .onnx file, or a folder made by `deeploy import`")->required();
  app.add_option("--type", n.types, "element type of an input, NAME=u8; may be repeated");
  app.add_option("--state", n.states, "a cache that goes in as IN and comes out longer as OUT, IN=OUT; may be repeated");
  app.add_option("--name", n.name, "name of the model in C++ (default: the file's)");
  if (with_inputs) app.add_option("--inputs", n.inputs, ".npz with an array per input; also tells their types");
}
}  // namespace

int main(int count, char** words) {
  command::handle_interrupts();
  CLI::App app{"Deeploy: neural networks as C++ types, planned and proved for microcontrollers."};
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("{}.{}.{}", DEEPLOY_VERSION_MAJOR, DEEPLOY_VERSION_MINOR, DEEPLOY_VERSION_PATCH));
  command::validate_arguments a;
  std::string folder = ".";

  auto* const import = app.add_subcommand("import", "ONNX to model.hpp, constants.bin and model.json");
  add_network(*import, a.network, true);
  import->add_option("--out", folder, "folder for the files")->capture_default_str();

  auto* const plan = app.add_subcommand("plan", "plans a network for a board: plan.hpp, plan.json, weights");
  command::network_source source;
  std::string plan_folder;
  plan->add_option("model", source.header, "folder of an import, or a header with a network written by hand")->required();
  plan->add_option("--network", source.type, "the network's type, for a header: my::network");
  plan->add_option("--out", plan_folder, "folder for the files (default: that of the import)");
  plan->add_option("--tuning", source.tuning, "header with mappings and pins of your own");
  plan->add_option("--name", source.name, "name of the model, for functions and arrays (default: the import's)");
  plan->add_option("--constants", source.constants, "constants.bin, for a header that needs one");

  auto* const pack = app.add_subcommand("pack", "weight images for a plan that is already there; needs no solver");
  std::string plan_file;
  pack->add_option("model", source.header, "folder of an import, or a header with a network written by hand")->required();
  pack->add_option("--plan", plan_file, "the committed plan.hpp")->required();
  pack->add_option("--network", source.type, "the network's type, for a header: my::network");
  pack->add_option("--out", plan_folder, "folder for the files (default: that of the import)");
  pack->add_option("--tuning", source.tuning, "header with mappings of your own");
  pack->add_option("--name", source.name, "name of the model, for functions and arrays");
  pack->add_option("--constants", source.constants, "constants.bin, for a header that needs one");
  pack->add_option("--board", a.board, "the board")->capture_default_str();
  plan->add_option("--board", a.board, "the board")->capture_default_str();
  a.plan.add_to(*plan, false);

  auto const add_run = [&](CLI::App& sub) {
    add_network(sub, a.network, true);
    sub.add_option("--board", a.board, "the board")->capture_default_str();
    sub.add_option("--keep", a.keep_folder, "keep the generated files in this folder");
    sub.add_flag("--quiet", a.quiet, "no progress lines");
    a.plan.add_to(sub, false);
  };
  auto* const run = app.add_subcommand("run", "imports, plans, compiles and runs a network on a board");
  add_run(*run);
  run->add_option("--out", a.output_file, "write the outputs to this .npz (default: print them)");

  auto* const validate = app.add_subcommand("validate", "the same, and compares every output element");
  add_run(*validate);
  validate->add_option("--expect", a.expected, ".npz with the expected outputs, one per --inputs");
  validate->add_flag("--layers", a.layers, "compare the tensors between layers as well");
  validate->add_option("--activations", a.activations, ".npz with these tensors (default: activations.npz beside the inputs)");
  validate->add_option("--json", a.json_file, "write the result to this file");

  auto* const report = app.add_subcommand("report", "a plan as tables: layers, memories, bound");
  bool map = false;
  report->add_option("folder", folder, "folder with plan.json")->required();
  report->add_flag("--map", map, "L1 over the steps as well");

  auto* const place = app.add_subcommand("place", "places buffers with lifetimes in one memory, from CSV (id,lower,upper,size)");
  std::string csv, placed;
  std::int64_t capacity = 0;
  std::uint64_t work = 0;
  bool lowest = false;
  place->add_option("file", csv, "the CSV file")->required();
  place->add_option("--capacity", capacity, "bytes of the memory")->required()->check(CLI::PositiveNumber);
  place->add_option("--out", placed, "write the CSV with offsets here (default: print it)");
  place->add_option("--work", work, "search nodes at most");
  place->add_flag("--lowest", lowest, "as low a peak as can be found");

  auto* const ops = app.add_subcommand("ops", "which operators run on which engines");

  CLI11_PARSE(app, count, words);
  if (report->parsed()) {
    auto const plan = command::read_json(folder + "/plan.json");
    if (!plan || !plan->contains("steps")) {
      command::complain(4004, folder + "/plan.json is missing or damaged; plan first");
      return command::user_error;
    }
    fmt::print("{}", report::text(*plan));
    if (map) fmt::print("\n{}", report::memory_map(*plan, 64));
    return 0;
  }
  if (place->parsed()) return command::place_file(csv, capacity, work, lowest, placed);
  if (ops->parsed()) {
    fmt::print("{}", command::operator_tables());
    return 0;
  }
  command::progress p(a.quiet);
  if (import->parsed()) return command::import_stage(a.network, folder, p);
  if (plan->parsed() || pack->parsed()) {
    if (!command::board_exists(a.board)) return command::user_error;
    if (source.type.empty()) {
      auto found = command::imported(source.header);
      if (!found) return command::user_error;
      if (plan_folder.empty()) plan_folder = source.header;
      found->tuning = source.tuning;
      if (!source.name.empty()) found->name = source.name;
      source = *found;
    }
    if (source.name.empty()) source.name = "network";
    if (plan_folder.empty()) plan_folder = ".";
    return plan->parsed() ? command::plan_stage(source, plan_folder, a.board, a.plan, p) : command::pack_stage(source, plan_file, plan_folder, a.board, p);
  }
  if (run->parsed()) return command::run(a);
  return command::validate(a);
}
