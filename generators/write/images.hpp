// SPDX-License-Identifier: Apache-2.0
// Weight images and what makes them part of a program.
#pragma once
#include <deeploy/plan.hpp>
#include <deeploy/tensor.hpp>
#include <string>
#include <utility>
#include <vector>

namespace deeploy::write {
/// What images are made from: tensors and their places, in the order of graph<Net>::tensors.
struct image_source {
  tensor_descriptor const* const* tensors = nullptr;
  place const* places = nullptr;
  int tensor_count = 0;
  memory_facts const* memories = nullptr;
  memory_use const* used = nullptr;
  int memory_count = 0;
  u64 model_hash = 0;
};

/// Constants that lie beyond the end of constants.bin, in words; empty when all are there.
std::vector<std::string> missing_constants(image_source const& s, std::string const& constants);

/// weights_<memory>.bin for every memory that holds constants, and weights.cpp and network.hpp, which make a program of them:
/// file names and contents.
///
/// @param name    of the model; names the functions and arrays
/// @param header  file name of the network's header
std::vector<std::pair<std::string, std::string>> image_files(image_source const& s, std::string const& constants, std::string const& name,
                                                             std::string const& header, std::string const& board);
}  // namespace deeploy::write
