// SPDX-License-Identifier: Apache-2.0
// What the planner works on: a network and a board as values, filled from the types by the generator of a model.
#pragma once
#include <array>
#include <cstdint>
#include <deeploy/engine/mapping.hpp>
#include <deeploy/memory.hpp>
#include <deeploy/plan.hpp>
#include <string>
#include <vector>

namespace deeploy::plan {
/// One operand of one layer.
struct use {
  int layer = 0;
  int operand = 0;
};

struct planned_tensor {
  tensor_descriptor const* d = nullptr;
  std::string name;
  std::vector<use> writers, readers;
  std::vector<unsigned char> values;  ///< of a hand-written constant; empty: from constants.bin
};

struct planned_layer {
  layer_descriptor const* d = nullptr;
  std::string name;
  std::vector<mapping_facts> engines;         ///< per engine of the board; forms null where it does not run the layer
  std::array<int, max_operands> tensor = {};  ///< -1: absent, from all forms too: one may see a part of a packed constant there
  std::vector<unsigned> forms;                ///< per engine: bit f, form f may be taken with these constants; empty: all
  bool may_take(std::size_t engine, int form) const {
    return (forms.empty() || (forms[engine] >> form & 1)) && engines[engine].takes(*d, form);
  }
  /// Names the tensors of what forms see in the place of operands that the layer does not have.
  void find_parts() {
    for (mapping_facts const& e : engines)
      for (int f = 0; e.packed != nullptr && f < e.form_count; ++f)
        for (int o = 0; o < d->operands && e.takes(*d, f); ++o)
          if (int const k = d->with[o].of == nullptr ? e.whose(*d, e.seen(*d, f, o), o) : -1; k >= 0) tensor[o] = tensor[k];
  }
};

/// A board as a value.
struct planned_board {
  std::string name;
  std::vector<memory_facts> memories;
  std::vector<std::string> engines;
  int cores = 0;
  execution_costs costs{};
  std::uint64_t hash = 0;
};

struct planned_model {
  std::string name;        ///< the network type: model::kws::network
  std::string short_name;  ///< kws
  std::uint64_t hash = 0;
  std::vector<planned_layer> layers;
  std::vector<planned_tensor> tensors;
  planned_board board;
};

/// What the plan shall be best at.
enum class objective { cycles, energy, bytes };

using memory_bytes = std::vector<std::int64_t>;  ///< of each memory of the board

struct plan_options {
  memory_bytes capacity;                ///< at most the board's
  std::vector<std::string> engines;     ///< names; empty: all
  objective aim = objective::cycles;
  std::uint64_t solver_nodes = 2000;    ///< branch-and-bound nodes, the deterministic limit
  std::uint64_t solver_pivots = 400000; ///< simplex iterations of one linear program
  double emergency_seconds = 300;       ///< a plan stopped by the clock is marked as not reproducible
  bool reduced_grids = false;           ///< few tile lengths per axis, for comparison with full enumeration
  std::uint64_t draw = 0;               ///< not 0: the seed that each layer's candidate is drawn with; even ones draw among those
                                        ///< of at most 1.5 times the least cycles, odd ones among all that are legal
  bool may_come_apart = false;          ///< layers made of several take no tiles that are slower than these: the caller can import them single
  std::string lp_file;                  ///< where to write the integer program, in CPLEX LP format
};

/// A finished plan as a value; what is written to plan.hpp.
struct finished_plan {
  std::vector<deeploy::place> tensors;
  std::vector<deeploy::step> steps;
  std::vector<memory_use> memories;
  std::int64_t objective = 0, bound = 0;
  bool reproducible = true;
};
}  // namespace deeploy::plan
