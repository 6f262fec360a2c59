// SPDX-License-Identifier: Apache-2.0
// Options of planning: from words, to words, and what they mean for a board.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <generators/plan/plan_arguments.hpp>

namespace deeploy::plan {
namespace {
/// Takes whole numbers from `least` on, and says so where there is something else.
std::function<std::string(std::string&)> whole_bytes(std::int64_t least) {
  return [least](std::string& word) -> std::string {
    bool const digits = !word.empty() && word.size() < 19 && word.find_first_not_of("0123456789") == std::string::npos;
    if (digits && std::stoll(word) >= least) return {};
    return fmt::format("'{}' is no number of bytes; say a whole number from {} on", word, least);
  };
}
}  // namespace

void plan_arguments::add_to(CLI::App& app, bool inner) {
  auto const whole = [](std::int64_t least) { return CLI::Validator(whole_bytes(least), ""); };
  char const* const memories = "Memories (default: all that the board has)";
  char const* const planning = "Planning";
  app.add_option("--l1", l1, "L1 that the plan may use, in bytes")->type_name("BYTES")->check(whole(1))->group(memories);
  app.add_option("--l2", l2, "L2 that the plan may use, in bytes")->type_name("BYTES")->check(whole(1))->group(memories);
  app.add_option("--wmem", wmem, "each half of weight memory that the plan may use, in bytes; 0: none")->type_name("BYTES")->check(whole(0))->group(memories);
  app.add_option("--engines", engines, "engines that may run layers, separated by commas (default: all)")->delimiter(',')->type_name("LIST")->group(planning);
  app.add_option("--objective", aim, "what the plan is best at: cycles, energy or bytes (of L1)")->type_name("WORD")
      ->check(CLI::IsMember({"cycles", "energy", "bytes"}))->capture_default_str()->group(planning);
  app.add_option("--lp", lp_file, "write the integer program to this file, in CPLEX LP format")->type_name("FILE")->group(planning);
  app.add_option("--nodes", nodes, "branch-and-bound nodes before the best plan so far is taken (default 2000)")->type_name("COUNT")->group(planning);
  app.add_flag("--reduced-grids", reduced_grids, "few tile lengths per axis; for comparison with full enumeration")->group(planning);
  // Hidden: tests compare the plan's choice with others, and run plans that nobody would choose.
  app.add_option("--draw", draw, "each layer gets a legal candidate drawn with this seed; even: of at most 1.5 times the least cycles")->type_name("SEED")->group("");
  if (!inner) return;
  app.add_flag("--may-come-apart", may_come_apart, "layers made of several are refused where they would be slower than these; refused.json tells which");
  app.add_option("--out", output, "folder for plan.hpp, plan.json and the weight images")->capture_default_str();
  app.add_option("--constants", constants, "constants.bin of the import");
  app.add_option("--name", name, "name of the model");
  app.add_option("--header", header, "the network's header, as network.hpp includes it");
}

std::vector<std::string> plan_arguments::words() const {
  std::vector<std::string> w{"--out", output, "--objective", aim, "--name", name, "--header", header};
  auto const add = [&](char const* name, std::string value) { w.push_back(name), w.push_back(std::move(value)); };
  if (!constants.empty()) add("--constants", constants);
  if (l1 > 0) add("--l1", std::to_string(l1));
  if (l2 > 0) add("--l2", std::to_string(l2));
  if (wmem >= 0) add("--wmem", std::to_string(wmem));
  for (auto const& e : engines) add("--engines", e);
  if (!lp_file.empty()) add("--lp", lp_file);
  if (nodes > 0) add("--nodes", std::to_string(nodes));
  if (reduced_grids) w.push_back("--reduced-grids");
  if (may_come_apart) w.push_back("--may-come-apart");
  if (draw > 0) add("--draw", std::to_string(draw));
  return w;
}

std::vector<std::string> plan_arguments::resolve(planned_board const& board, plan_options& options) const {
  std::vector<std::string> problems;
  for (memory_facts const& m : board.memories) {
    std::string const name = m.name;
    std::int64_t const asked = name == "l1" ? l1 : name == "l2" ? l2 : name.rfind("wmem", 0) == 0 ? wmem : 0;
    bool const given = name.rfind("wmem", 0) == 0 ? wmem >= 0 : asked > 0;
    if (given && asked > m.capacity_bytes)
      problems.push_back(fmt::format("[DPL-3028] {} of {} has {} bytes, {} asked; ask for no more than the board has", name, board.name,
                                     m.capacity_bytes, asked));
    // Who asks for a whole memory gets all of it that is free.
    options.capacity.push_back(given ? std::min<std::int64_t>(asked, m.plannable_bytes()) : m.plannable_bytes());
    if (given && asked <= m.capacity_bytes && asked > m.plannable_bytes())
      fmt::print(stderr, "deeploy plan: {} of {}: {} of {} bytes are the board's own (stacks, code); planning for {}\n", name, board.name,
                 m.reserved_bytes, m.capacity_bytes, m.plannable_bytes());
  }
  for (std::string const& e : engines)
    if (std::find(board.engines.begin(), board.engines.end(), e) == board.engines.end())
      problems.push_back(fmt::format("[DPL-3017] {} has no engine '{}'; it has {}", board.name, e, fmt::join(board.engines, ", ")));
  options.engines = engines;
  options.aim = aim == "energy" ? objective::energy : aim == "bytes" ? objective::bytes : objective::cycles;
  options.lp_file = lp_file;
  if (nodes > 0) options.solver_nodes = nodes;
  options.reduced_grids = reduced_grids;
  options.draw = draw;
  options.may_come_apart = may_come_apart;
  return problems;
}
}  // namespace deeploy::plan
