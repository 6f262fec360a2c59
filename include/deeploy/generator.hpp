// SPDX-License-Identifier: Apache-2.0
// generate<Net, Board>(): the main function of a model's generator. Hands the types to the planner as plain arrays.
#pragma once
#include <deeploy/proof.hpp>

namespace deeploy::generator {
/// A network and a board as arrays; tensors and layers in the order of graph<Net>.
struct type_facts {
  /// Sizes of what both sides look into: a library of another build than the headers would read something else.
  static constexpr u32 layout_now = (sizeof(layer_descriptor) << 16) ^ (sizeof(tensor_descriptor) << 8) ^ (sizeof(mapping_facts) << 4) ^ sizeof(memory_facts);
  u32 layout;
  detail::text network;
  u64 model_hash;
  int layer_count;
  layer_descriptor const* const* layers;
  detail::text const* layer_names;
  int engine_count;
  mapping_facts const* mappings;  ///< layer_count x engine_count
  i16 const (*tensor_ids)[max_operands];
  int tensor_count;
  tensor_descriptor const* const* tensors;
  char const* board;
  u64 board_hash;
  int cores;
  int memory_count;
  memory_facts const* memories;
  execution_costs costs;
};

/// In the planner library.
int plan_main(type_facts const& facts, int argument_count, char** arguments);
/// In the tools library, without a solver: weight images for a plan that is there.
int pack_main(type_facts const& facts, place const* places, memory_use const* used, step const* steps, int step_count, int argument_count, char** arguments);

template <Network Net, Board B>
type_facts facts_of_types() {
  using g = graph<Net>;
  using mappings = detail::mappings<Net, B>;
  static_assert(check<Net>());
  return {type_facts::layout_now, detail::type_name<Net>(), model_hash<Net>, g::layers, g::table::of, g::table::name, mappings::engines,
                   mappings::of[0].of, g::tensors.id, g::tensor_count, g::tensors.of, B::name, board_hash<B>,
                   B::cores, memory_count<B>, B::memories, B::costs};
}

/// The generator of a network: plans it and writes plan.hpp, plan.json and the weight images.
template <Network Net, Board B>
int generate(int argument_count, char** arguments) {
  return plan_main(facts_of_types<Net, B>(), argument_count, arguments);
}

/// The packer of a network whose plan is included: proves the plan and writes the weight images.
template <Network Net, Board B>
int pack(int argument_count, char** arguments) {
  static_assert(proved<Net, B>());
  return pack_main(facts_of_types<Net, B>(), plan_of<Net>::tensors, plan_of<Net>::memories, plan_of<Net>::steps, detail::steps_of<Net>, argument_count, arguments);
}
}  // namespace deeploy::generator
