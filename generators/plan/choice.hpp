// SPDX-License-Identifier: Apache-2.0
// The choice problem for one order of layers: a candidate per step and a memory per tensor, under live-byte capacities.
#pragma once
#include <generators/plan/candidate.hpp>
#include <generators/plan/solver.hpp>
#include <array>
#include <map>
#include <memory>
#include <optional>

namespace deeploy::plan {
/// An order of execution and what it means for lifetimes. A tensor lives in the steps [born, dies].
struct schedule {
  std::vector<int> layer_at;  ///< step -> layer
  std::vector<int> step_of;   ///< layer -> step
  std::vector<int> born, dies;

  schedule(planned_model const& m, std::vector<int> order);
};

/// The fronts of candidates; equal layers share theirs, for all orders.
class front_store {
 public:
  front_store(planned_model const& m, plan_options const& o);
  front const& of(int layer, home_list const& homes, unsigned early_ready);
  int classes() const { return classes_; }
  int class_of(int layer) const { return class_of_[static_cast<std::size_t>(layer)]; }
  front_statistics total() const { return total_; }

 private:
  planned_model const& m_;
  plan_options const& options_;
  std::vector<int> class_of_;
  int classes_ = 0;
  std::map<std::tuple<int, home_list, unsigned>, std::unique_ptr<front>> fronts_;
  std::vector<known_tile> tiles_;  ///< of the class asked for last: it is asked for with other homes next
  int tiles_class_ = -1;
  front_statistics total_;
};

/// A solution: per step a column of its list, per tensor a memory.
struct choice {
  std::vector<int> column;
  std::vector<std::uint8_t> home;
  std::int64_t objective = 0;
};

/// Why there is no plan.
struct infeasibility {
  int code = 0;
  std::string text;
  int layer = -1;            ///< that runs nowhere by itself, whatever the others do
  std::int64_t needs = 0;    ///< bytes of L1 for its smallest tile, when an engine takes it
};

/// All candidates of all steps form the problem; of these, the columns at hand are `columns(step)`. More come in by pricing,
/// so that the relaxation is solved over all candidates while the program stays small.
class choice_problem {
 public:
  choice_problem(planned_model const& m, plan_options const& o, front_store& fronts, schedule const& order);

  std::vector<infeasibility> const& infeasible() const { return infeasible_; }
  /// Best columns at hand for given homes: a dynamic program over the steps, exact. Empty when they do not fit.
  std::optional<choice> best_for(std::vector<std::uint8_t> const& homes, memory_bytes const& room) const;
  /// A good plan: homes by local search, starting from `start` (empty: everything in its first home).
  ///
  /// @param room  of each memory; at most what the options offer
  std::optional<choice> search(std::vector<std::uint8_t> const& start, std::uint64_t evaluations, memory_bytes const& room) const;
  /// Objective of any choice; the integer program's objective function.
  std::int64_t objective_of(choice const&) const;
  /// Is it within all capacities, and does each column agree with the homes?
  bool legal(choice const&) const;
  /// Bytes live in a memory during a step.
  std::int64_t live_bytes(choice const&, int memory, int step) const;

  /// The integer program over the columns at hand.
  integer_program program() const;
  /// Brings in candidates whose reduced cost is below `limit`, at most `most_each` per step and choice of homes.
  /// @returns the columns for the program, and in `least` the sum over the steps of the smallest reduced cost (<= 0)
  std::vector<integer_program::late_column> price(std::vector<double> const& duals, double limit, std::size_t most_each, double& least);
  /// The least reduced cost, up to `most`, of a candidate that is not at hand.
  double least_beyond(std::vector<double> const& duals, double most) const;
  bool is_column(int variable) const { return variable >= first_column_; }
  std::vector<double> values_of(choice const&) const;
  std::optional<choice> choice_of(std::vector<double> const& values) const;
  /// Homes that a relaxation leans to.
  std::vector<std::uint8_t> leaning(std::vector<double> const& values) const;
  /// Columns with this candidate at this step and these homes; brings it in when it is not at hand.
  int bring_in(int step, home_list const& homes, std::size_t candidate_number);

  struct column {
    candidate const* of;
    home_list home;
    int variable;
  };
  std::vector<column> const& columns(int step) const { return steps_[step].columns; }
  /// All candidates of a step with given homes of its operands.
  front const& candidates(int step, home_list const& homes) const { return *steps_[step].by_home.at(homes).all; }
  home_list homes_of_step(int step, std::vector<std::uint8_t> const& homes) const;
  std::vector<std::uint8_t> const& options_of(int tensor) const { return homes_[tensor]; }
  schedule const& order() const { return order_; }
  std::int64_t size_of_tensor(int tensor) const { return size_[tensor]; }
  int steps() const { return static_cast<int>(steps_.size()); }
  /// Representative of memories that cost the same (two halves of weight memory are one choice).
  int group(int memory) const { return group_[memory]; }
  std::int64_t capacity_of_group(int memory) const { return capacity_of_group(memory, options_.capacity); }
  std::int64_t capacity_of_group(int memory, memory_bytes const& room) const;
  /// The memory of each constant, of those that cost the same as its home: large ones first, into the first that has room, as each lies
  /// in one. Nothing when one finds none.
  std::optional<std::vector<std::uint8_t>> divided(std::vector<std::uint8_t> const& homes, memory_bytes const& room, std::vector<std::int64_t> const& sizes) const;
  std::optional<std::vector<std::uint8_t>> divided(std::vector<std::uint8_t> const& homes, memory_bytes const& room) const { return divided(homes, room, size_); }

 private:
  struct home_entry {
    front const* all = nullptr;
    std::vector<int> active;       ///< columns at hand
    std::vector<bool> at_hand;     ///< per candidate
  };
  struct step_data {
    std::vector<column> columns;
    std::map<home_list, home_entry> by_home;
  };
  void find_homes();
  void find_columns();
  void explain(int layer);
  void seed(int step);
  bool fits_outside(std::vector<std::uint8_t> const& homes, memory_bytes const& room) const;
  std::int64_t largest_of_group(int memory) const;
  std::int64_t cost(std::int64_t cycles, std::int64_t moved) const;
  double column_cost(int step, candidate const& k) const;
  /// Rows that a column enters, with its factors.
  template <class F>
  void for_each_entry(int step, candidate const& k, home_list const& homes, F f) const;
  void number_rows();

  planned_model const& m_;
  plan_options const& options_;
  front_store& fronts_;
  schedule const order_;
  std::vector<int> group_;
  std::vector<std::vector<std::uint8_t>> homes_;
  std::vector<std::int64_t> size_;
  std::vector<int> constants_;  ///< large ones first
  std::vector<step_data> steps_;
  std::vector<bool> fetches_;        ///< per step: may it fetch first tiles for the next one?
  std::vector<int> tight_memories_;  ///< beside L1, those whose capacity can bind
  std::vector<infeasibility> infeasible_;
  // Layout of the integer program: tensors and times first, then columns as they come in.
  std::vector<int> tensor_variable_, time_variable_;
  int variables_ = 0, first_column_ = 0;
  std::vector<int> pick_row_, tight_row_, loose_row_, live_row_;
  struct agreement {
    int tensor, first_row;  ///< one row per home but the first
  };
  std::vector<std::vector<agreement>> agree_;  ///< per step
  std::vector<std::array<int, max_operands>> agreement_of_;  ///< per step and operand: which of agree_, or -1
  int rows_ = 0;
};
}  // namespace deeploy::plan
