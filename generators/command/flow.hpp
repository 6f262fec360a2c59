// SPDX-License-Identifier: Apache-2.0
// The stages that commands are made of: import, plan, compile, run. Each in a folder, each with its time.
#pragma once
#include <chrono>
#include <generators/import/lower.hpp>
#include <generators/command/target.hpp>
#include <generators/plan/plan_arguments.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace deeploy::command {
/// Exit statuses of the command.
enum status { equal = 0, different = 1, user_error = 2, infeasible = 3 };

struct network_arguments {
  std::string file;                 ///< .onnx, or a folder that an import made
  std::vector<std::string> types;   ///< NAME=u8
  std::vector<std::string> states;  ///< IN=OUT
  std::vector<std::string> inputs;  ///< .npz
  std::string name;
  std::vector<std::string> single;  ///< nodes whose layers never become one with others; `import::all_layers`: all
};

/// Progress lines on stderr: "import   22 nodes, 11 layers   0.1 s".
class progress {
 public:
  explicit progress(bool quiet) : quiet_(quiet) {}
  void stage(std::string const& name, std::string const& what, double seconds);
  double total() const { return total_; }

 private:
  bool quiet_;
  double total_ = 0;
};

class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count(); }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Writes model.hpp, constants.bin and model.json into `folder`; a status and messages on stderr.
int import_stage(network_arguments const& a, std::string const& folder, progress& p);
/// A network as C++: an imported one (header model.hpp in the folder, type from model.json), or one written by hand.
struct network_source {
  std::string header;     ///< path
  std::string type;       ///< model::kws::network
  std::string constants;  ///< constants.bin; empty: the constants have values
  std::string tuning;     ///< header with the user's own pins and mappings; may be empty
  std::string name;       ///< of the model, for functions and arrays
};
/// The imported network of a folder; nothing (and a message) when there is none.
std::optional<network_source> imported(std::string const& folder);
/// A layer made of several that runs nowhere on the board, or not within the memory offered.
struct refused_layer {
  std::string layer, kind, why;
};
/// Of a planning that may be followed by another one, with layers imported single that were one before.
struct attempt {
  bool may_come_apart = false;         ///< in: such layers are refused where single ones are sooner done
  std::vector<refused_layer> refused;  ///< out: such layers, where there is no plan
  std::string messages;                ///< out: why there is no plan; not shown yet
};
/// Compiles the generator of a network and runs it: plan.hpp, plan.json and weights in `folder`. The generator is taken from
/// the folder `cache`, when one is given, and kept there.
int plan_stage(network_source const& n, std::string const& folder, std::string const& board, plan::plan_arguments const& a, progress& p,
               std::string const& cache = {}, attempt* of = nullptr);
/// Plans what import_stage() has just made of an .onnx file in `folder`. Where layers made of several do not fit, or are
/// slower than these, the file is imported again with these left single, and planned again; a note tells which.
int plan_imported(network_arguments const& n, network_source const& made, std::string const& folder, std::string const& board,
                  plan::plan_arguments const& a, progress& p, std::string const& cache = {});
/// The same for a plan that is there: weight images, without a solver. Copies the plan into `folder`.
int pack_stage(network_source const& n, std::string const& plan_file, std::string const& folder, std::string const& board, progress& p);
/// Compiles the model and its plan for the board's runner. With a folder `cache`, kernels are compiled once per shape class and
/// kept there, for all networks and plans.
///
/// @param debug  on a target: bounded waits, names of layers in messages
int compile_stage(std::string const& folder, std::string const& board, progress& p, std::string const& cache = {}, bool debug = false);

std::optional<nlohmann::ordered_json> read_json(std::string const& path);
bool board_exists(std::string const& board);
/// How programs for a board that is not this machine are made; nothing for one that is.
std::optional<target> target_of(std::string const& board);
std::vector<std::string> boards();
void complain(int code, std::string const& text);
}  // namespace deeploy::command
