// SPDX-License-Identifier: Apache-2.0
// validate and run: inputs into tensors, tensors into outputs, and the comparison.
#pragma once
#include <generators/command/flow.hpp>

namespace deeploy::command {
struct validate_arguments {
  network_arguments network;
  plan::plan_arguments plan;
  std::string board = "host";
  std::vector<std::string> expected;     ///< .npz, one per inputs file
  std::string activations;               ///< .npz; empty: beside the first inputs
  bool layers = false;
  bool debug = false;                    ///< compile for the target with bounded waits and names of layers
  std::string json_file, keep_folder, output_file;
  std::string cache_folder;              ///< compiled kernels and generators that later calls use again; empty: none
  bool quiet = false;
};

/// import, plan, compile, run, compare.
int validate(validate_arguments const& a);
/// import, plan, compile, run; writes the outputs.
int run(validate_arguments const& a);
}  // namespace deeploy::command
