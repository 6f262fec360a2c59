// SPDX-License-Identifier: Apache-2.0
// A candidate: one way to run one layer, with what it costs and the bytes that it needs.
#pragma once
#include <algorithm>
#include <functional>
#include <generators/plan/model.hpp>

namespace deeploy::plan {
/// Memory of each operand's tensor: a memory of the board; 0 (L1) means used in place.
using home_list = std::array<std::uint8_t, max_operands>;

/// Engine, form, tile, loop order and buffering of a layer whose operands live in given memories.
///
/// A step that fetches nothing for its successor takes fixed + tight cycles; one that also fetches e cycles for it takes
/// fixed + max(tight, loose + e): the DMA is one resource.
struct candidate {
  std::uint8_t engine = 0, form = 0;
  std::uint8_t early = 0;  ///< operands whose first tile comes under the step before
  std::array<index, max_axes> tile = {};
  std::array<std::uint8_t, max_axes> order = {};
  std::array<std::uint8_t, max_operands> copies = {};
  home_list home = {};
  std::int64_t fixed_cycles = 0;  ///< exposed: step overhead, first loads, last store, transfers of single buffers between tiles
  std::int64_t tight_cycles = 0;  ///< the pipeline of tiles: per tile the longer of compute and DMA
  std::int64_t loose_cycles = 0;  ///< its DMA alone
  std::int64_t early_cycles = 0;  ///< DMA cycles put under the step before
  std::int64_t compute_cycles = 0;
  std::int64_t ready_cycles = 0;  ///< of the cores before a unit has the first tile; hidden where the step before leaves its last one to it
  std::int64_t unit_cycles = 0;   ///< of a unit for the last tile, or two; the cores go on meanwhile where the next step allows
  std::int64_t stretch_cycles = 0;  ///< at most from one tile to the next: how long nothing can stop the run
  std::int64_t bytes = 0;         ///< L1 while the step runs
  std::int64_t early_bytes = 0;   ///< of these, already while the step before runs
  std::int64_t moved_bytes = 0;   ///< over the DMA

  std::int64_t alone() const { return fixed_cycles + tight_cycles; }
};

/// What a tile needs wherever its operands live.
struct tile_facts {
  std::int64_t scratch_bytes = 0, cycles = 0, ready_cycles = 0, refill_cycles = 0;
  unsigned resident = 0;  ///< operands that its engine and form read in place
  unsigned absent = 0;    ///< parts of constants that other forms fetch, see planned_layer::tensor
  bool by_unit = false;
};
tile_facts facts_of(planned_layer const& l, planned_board const& b, candidate const& tile);

/// Works out candidates of one layer: what depends on the tile alone is computed once per tile, what depends on the order
/// once per order.
class evaluator {
 public:
  evaluator(planned_layer const& l, planned_board const& b, home_list const& homes);

  /// Operands that move, in groups that depend on the same axes: those of a group change together and are buffered alike.
  struct group {
    unsigned operands = 0;
    unsigned axes = 0;
    bool written = false;
  };
  std::vector<group> const& groups() const { return groups_; }
  unsigned moving() const { return moving_; }
  /// Do the constants that the engine reads in place lie where it can?
  bool placeable() const { return placeable_; }

  /// Sets engine, form and tile of `c` for all that follows.
  void set_tile(candidate const& c, tile_facts const& facts);
  void set_tile(candidate const& c) { set_tile(c, facts_of(l_, b_, c)); }
  /// Of operand o's part of this tile: cycles to load it, bytes of a buffer.
  std::int64_t load_cycles(int o) const { return cycles_[o] + issue_[o]; }
  std::int64_t buffer_bytes(int o) const { return size_[o]; }
  /// Groups that are transferred more than once for this tile.
  unsigned changing() const { return changing_; }
  /// Sets the order of `c` for all that follows.
  void set_order(candidate const& c);
  /// Fills in copies, cycles and bytes of `c` for its `early`, with two buffers for the groups in `twice`.
  void finish(candidate& c, unsigned twice) const;
  /// The same from the copies that `c` has; sets tile and order too.
  void evaluate(candidate& c);
  /// What no order and no buffering of this tile is below: single buffers, every operand loaded as rarely as its own axes
  /// allow, and nothing exposed but the first loads and the last store.
  void bound(candidate& c) const;

 private:
  void ends(candidate& c, std::int64_t serial) const;
  planned_layer const& l_;
  planned_board const& b_;
  home_list const homes_;
  storage_order storage_[max_operands];
  unsigned moving_ = 0, written_ = 0;
  unsigned resident_ = 0;  ///< of the tile's engine and form: operands that it reads in place, or has no use for
  bool placeable_ = true;
  std::vector<group> groups_;
  // Of the tile.
  std::int64_t trips_[max_axes] = {}, tiles_ = 1, compute_ = 0, scratch_ = 0, refill_ = 0, ready_ = 0, unit_ = 0, last_ = 0;
  std::int64_t cycles_[max_operands] = {}, issue_[max_operands] = {}, size_[max_operands] = {};
  std::int64_t group_issue_[max_operands] = {}, group_latency_[max_operands] = {}, group_size_[max_operands] = {};
  /// Transfers that run at once: both directions move data at the same time, and share the port for requests.
  struct transfers {
    std::int64_t in = 0, out = 0, request = 0;
    void add(transfers const& t, std::int64_t times) { in += times * t.in, out += times * t.out, request += times * t.request; }
    std::int64_t one_by_one() const { return in + out; }
    std::int64_t at_once() const { return std::max({in, out, request}); }
  } group_dma_[max_operands];
  std::int64_t least_dma_ = 0, least_moved_ = 0;
  unsigned changing_ = 0;
  // Of the order: loops that advance, how often, and the groups that change then.
  struct advance {
    std::int64_t times;
    unsigned groups;
  };
  advance advances_[max_axes] = {};
  int advance_count_ = 0;
};

/// Cycles until so many bytes of code are in the instruction cache.
std::int64_t fetch_cycles(std::int64_t code_bytes, execution_costs const& costs);
/// What that costs a step of which nothing is known but its kernel. Kernels come again, and of small ones much is still there then;
/// two of half the cache's size leave nothing of each other.
std::int64_t refill_cycles(std::int64_t code_bytes, execution_costs const& costs);

struct front_statistics {
  std::uint64_t considered = 0;  ///< legal tiles x forms x orders x buffering that the front covers
  std::uint64_t kept = 0;        ///< not dominated
};

/// The candidates of one layer for one choice of homes, none dominated.
struct front {
  std::vector<candidate> of;  ///< by bytes, then cycles
  std::vector<std::size_t> seeds;  ///< of these, columns that a choice problem begins with
  front_statistics statistics;
};

/// Legal lengths of tiles along an axis: for every number of tiles the smallest length, rounded up to the mapping's multiple.
/// A longer one has as many tiles, moves as much and needs more bytes, and no mapping is faster on it. Two things are left for the size
/// of the search: along an axis of windows an uneven cut can move less, where a window's overlap falls into the padding; and small
/// kernels take whole words of results sooner than a part of one, so that a few elements more can be faster.
std::vector<index> tile_lengths(planned_layer const& l, mapping_facts const& m, int form, int axis, bool reduced_grid);

/// Calls `visit` with every legal engine, form and tile of a layer (the rest of the candidate is empty).
void for_each_tile(planned_layer const& l, plan_options const& options, std::function<void(candidate const&)> const& visit);

/// May the plan use an engine of this name?
bool is_allowed(plan_options const& options, char const* engine);

/// Calls `visit` with operand and bytes of every constant that an engine would read in place, form by form.
void for_each_packing(planned_layer const& l, plan_options const& options, std::function<void(int, std::int64_t)> const& visit);

/// Calls `visit` with every legal loop order of the tile that `c` has, up to orders that cost the same.
void for_each_order(planned_layer const& l, evaluator const& e, candidate& c, std::function<void()> const& visit);

/// A legal engine, form and tile of a layer.
struct known_tile {
  std::uint8_t engine = 0, form = 0;
  std::array<index, max_axes> tile = {};
  tile_facts facts = {};
};
std::vector<known_tile> tiles_of(planned_layer const& l, planned_board const& b, plan_options const& options);

/// All candidates that are not dominated.
///
/// @param tiles        tiles_of the layer: the same for all homes
/// @param early_ready  operands whose tensors are complete before the step before begins
/// @param l1_bytes     no candidate needs more
front candidates_of(planned_layer const& l, planned_board const& b, std::vector<known_tile> const& tiles, home_list const& homes,
                    unsigned early_ready, std::int64_t l1_bytes, plan_options const& options);
inline front candidates_of(planned_layer const& l, planned_board const& b, home_list const& homes, unsigned early_ready, std::int64_t l1_bytes,
                           plan_options const& options) {
  return candidates_of(l, b, tiles_of(l, b, options), homes, early_ready, l1_bytes, options);
}

/// The tile that needs least bytes, whatever it costs: explains why a layer does not fit. bytes < 0: no engine takes it.
candidate smallest_tile(planned_layer const& l, planned_board const& b, home_list const& homes, plan_options const& options);
}  // namespace deeploy::plan
