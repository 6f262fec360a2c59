// SPDX-License-Identifier: Apache-2.0
// The options of planning on a command line: the same for `deeploy plan`, `deeploy validate` and a model's generator.
#pragma once
#include <generators/plan/model.hpp>
#include <map>

namespace CLI {
class App;
}

namespace deeploy::plan {
struct plan_arguments {
  std::string output = ".";
  std::string constants;
  std::string name = "network";       ///< of the model, for functions and arrays
  std::string header = "model.hpp";   ///< of the network, as network.hpp includes it
  std::int64_t l1 = 0, l2 = 0, wmem = -1;  ///< 0 or -1: as the board has
  std::vector<std::string> engines;
  std::string aim = "cycles";
  std::string lp_file;
  std::uint64_t nodes = 0;
  bool reduced_grids = false;
  std::uint64_t draw = 0;
  bool may_come_apart = false;        ///< see plan_options

  /// `inner`: of a generator, with the options that `deeploy` itself sets.
  void add_to(CLI::App& app, bool inner = true);
  /// The same as words, to hand on.
  std::vector<std::string> words() const;
  /// Options for a board; what is wrong with them, in words.
  std::vector<std::string> resolve(planned_board const& board, plan_options& options) const;
};
}  // namespace deeploy::plan
