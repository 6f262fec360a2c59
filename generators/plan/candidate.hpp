// SPDX-License-Identifier: Apache-2.0
// A candidate: one way to run one layer, with what it costs and the bytes that it needs.
#pragma once
#include <generators/plan/model.hpp>

namespace deeploy::plan {
/// Memory of an operand's tensor for the planner: a memory of the board; 0 (L1) means used in place.
using home_list = std::array<std::uint8_t, max_operands>;

/// Engine, form, tile, loop order and buffering of a layer whose operands live in given memories.
///
/// A step that fetches nothing for its successor takes `fixed + tight`; one that also fetches e cycles for it takes
/// fixed + max(tight, loose + e): the DMA is one resource.
struct candidate {
  std::uint8_t engine = 0, form = 0;
  std::uint8_t early = 0;  ///< operands whose first tile comes under the step before
  std::array<index, max_axes> tile = {};
  std::array<std::uint8_t, max_axes> order = {};
  std::array<std::uint8_t, max_operands> copies = {};
  home_list home = {};
  std::int64_t fixed_cycles = 0;  ///< exposed: step overhead, first loads, last store, `serial_cycles`
  std::int64_t serial_cycles = 0; ///< transfers of single buffers between tiles
  std::int64_t tight_cycles = 0;  ///< the pipeline of tiles: per tile the longer of compute and DMA
  std::int64_t loose_cycles = 0;  ///< its DMA alone
  std::int64_t early_cycles = 0;  ///< DMA cycles put under the step before
  std::int64_t compute_cycles = 0;
  std::int64_t bytes = 0;         ///< L1 while the step runs
  std::int64_t early_bytes = 0;   ///< of these, already while the step before runs
  std::int64_t moved_bytes = 0;   ///< over the DMA

  std::int64_t alone() const { return fixed_cycles + tight_cycles; }
};

/// A layer without its tensors: equal layers have equal fronts of candidates.
struct layer_class {
  std::vector<int> layers;  ///< members, by number in the model
};

struct front_statistics {
  std::uint64_t considered = 0;  ///< legal tiles x forms x orders x buffering that the front covers
  std::uint64_t kept = 0;        ///< not dominated
  std::uint64_t thinned = 0;     ///< left after thinning
};

/// The candidates of one layer for one choice of homes, none dominated.
struct front {
  std::vector<candidate> of;
  std::int64_t thinning_per_mille = 0;  ///< by how much the thinned front may miss the best
  front_statistics statistics;
};

/// Legal lengths of tiles along an axis: for every number of tiles the smallest length, rounded up to the mapping's multiple.
/// A longer one has as many tiles, moves as much and needs more bytes, and no mapping is faster on it.
std::vector<index> tile_lengths(planned_layer const& l, mapping_facts const& m, int form, int axis, bool reduced_grid);

/// Evaluates one candidate: fills in all cycles and bytes from engine, form, tile, order, copies, homes and `early`.
void evaluate(planned_layer const& l, planned_board const& b, candidate& c);

/// All candidates that are not dominated.
///
/// @param early_ready  operands whose tensors are complete before the step before begins
/// @param l1_bytes     no candidate needs more
front candidates_of(planned_layer const& l, planned_board const& b, home_list const& homes, unsigned early_ready,
                    std::int64_t l1_bytes, plan_options const& options);

/// The tile that needs least bytes, whatever it costs: explains why a layer does not fit.
candidate smallest_tile(planned_layer const& l, planned_board const& b, home_list const& homes, plan_options const& options);
}  // namespace deeploy::plan
