// SPDX-License-Identifier: Apache-2.0
// Boards that are not this machine: cross-compiled by their recipe, run on their simulator.
#pragma once
#include <cstdint>
#include <generators/command/layers.hpp>
#include <optional>
#include <string>
#include <vector>

namespace deeploy::command {
/// A board as the user writes it: siracusa, or siracusa:macload for an option of it.
struct board_name {
  std::string folder;  ///< of boards/
  std::string type;    ///< in deeploy::board
  explicit board_name(std::string const& written);
};

/// What the console of a target says of one run; see boards/siracusa/runner.hpp.
struct target_run {
  std::int64_t cycles = 0;
  std::vector<std::int64_t> step_ends;  ///< cycles from the run's begin
  std::vector<int> megahertz;           ///< clocks for which the board wants times
  tensor_checksums checksums;
};

/// What a run tells of tensors that are no outputs.
struct target_request {
  enum class tells { nothing, checksums, values } told = tells::nothing;
  std::vector<std::string> values = {};  ///< whose, if values are told
};

/// How programs for a board are made: boards/<folder>/recipe.json.
class target {
 public:
  /// Nothing when the board has no recipe: it is this machine.
  static std::optional<target> of(std::string const& board, std::string const& root);

  /// What may follow the board's name after a colon.
  std::vector<std::string> const& options() const { return options_; }
  /// Compiles the network of `folder` (network.hpp, weights.cpp, arenas.cpp) for run(). 0, or a status.
  int compile(std::string const& folder, std::string const& network, std::string const& name, bool debug) const;
  /// Links the tensors that <tensor>.in files of `folder` hold into the program, runs it, and writes <tensor>.out files:
  /// outputs, states and what is asked for.
  int run(std::string const& folder, target_request const& asked, target_run& measured) const;

 private:
  std::string root_, compiler_, linker_, runner_, simulator_;
  std::vector<std::string> flags_, compile_flags_, sources_, link_, options_;
  std::vector<int> megahertz_;
  board_name board_{""};
};
}  // namespace deeploy::command
