// SPDX-License-Identifier: Apache-2.0
// Weight images and what makes them part of a program.
#pragma once
#include <deeploy/packing.hpp>
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
  std::vector<stored_tensor> stored = {};  ///< per tensor
  layer_descriptor const* const* layers = nullptr;
  mapping_facts const* mappings = nullptr;  ///< layers x engines
  int engine_count = 0;
  i16 const (*tensor_ids)[max_operands] = nullptr;

  mapping_facts const& facts(int layer, int engine) const { return mappings[layer * engine_count + engine]; }
};

/// Fills in how the steps of a plan store the tensors.
void set_steps(image_source& s, step const* steps, int step_count);

/// The constants of a layer as they stand in the network.
constant_values values_of(layer_descriptor const& l, std::string const& constants);

/// Steps of a plan whose engine does not give the operator's results with these constants, in words; empty when all do.
std::vector<std::string> inexact_steps(image_source const& s, step const* steps, int step_count, std::string const& constants);

/// Constants that lie beyond the end of constants.bin, in words; empty when all are there.
std::vector<std::string> missing_constants(image_source const& s, std::string const& constants);

/// weights_<memory>.bin for every memory that holds constants; weights_l3.bin, which has them all one behind the other, each at
/// a multiple of 64; and what makes a program of them: weights.cpp with the images or weights_room.cpp with room for them, and
/// network.hpp. File names and contents.
///
/// @param name    of the model; names the functions and arrays
/// @param header  file name of the network's header
std::vector<std::pair<std::string, std::string>> image_files(image_source const& s, std::string const& constants, std::string const& name,
                                                             std::string const& header, std::string const& board);
}  // namespace deeploy::write
