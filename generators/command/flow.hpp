// SPDX-License-Identifier: Apache-2.0
// The stages that commands are made of: import, plan, compile, run. Each in a folder, each with its time.
#pragma once
#include <generators/import/lower.hpp>
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

/// Writes model.hpp, constants.bin and model.json into `folder`; a status and messages on stderr.
int import_stage(network_arguments const& a, std::string const& folder, progress& p);
/// Compiles the generator of the model in `folder` and runs it: plan.hpp, plan.json, weights.
int plan_stage(std::string const& folder, std::string const& board, plan::plan_arguments const& a, progress& p);
/// Compiles the model and its plan for the board's runner.
int compile_stage(std::string const& folder, std::string const& board, progress& p);

std::optional<nlohmann::json> read_json(std::string const& path);
bool board_exists(std::string const& board);
std::vector<std::string> boards();
void complain(int code, std::string const& text);
}  // namespace deeploy::command
