// SPDX-License-Identifier: Apache-2.0
// The choice problem for one order of layers: a candidate per step and a memory per tensor, under live-byte capacities.
#pragma once
#include <generators/plan/candidate.hpp>
#include <generators/plan/solver.hpp>
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

/// Which engines take what, as fronts of candidates; equal layers share theirs, for all orders.
class front_store {
 public:
  front_store(planned_model const& m, plan_options const& o);
  front const& of(int layer, home_list const& homes, unsigned early_ready);
  int class_of(int layer) const { return class_of_[layer]; }
  int classes() const { return classes_; }
  front_statistics total() const { return total_; }

 private:
  planned_model const& m_;
  plan_options const& options_;
  std::vector<int> class_of_;
  int classes_ = 0;
  std::map<std::tuple<int, home_list, unsigned>, std::unique_ptr<front>> fronts_;
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
};

class choice_problem {
 public:
  choice_problem(planned_model const& m, plan_options const& o, front_store& fronts, schedule const& order);

  std::vector<infeasibility> const& infeasible() const { return infeasible_; }
  /// Best candidates for given homes: a dynamic program over the steps, exact. Empty when they do not fit.
  std::optional<choice> best_for(std::vector<std::uint8_t> const& homes, std::int64_t l1_bytes) const;
  /// A good plan: homes by local search, starting from `start` (empty: everything in its first home).
  std::optional<choice> search(std::vector<std::uint8_t> const& start, std::uint64_t evaluations, std::int64_t l1_bytes) const;
  /// Objective of any choice; the integer program's objective function.
  std::int64_t objective_of(choice const&) const;
  /// Is it within all capacities, and does each column agree with the homes?
  bool legal(choice const&) const;
  /// Bytes live in a memory during a step.
  std::int64_t live_bytes(choice const&, int memory, int step) const;

  integer_program program() const;
  std::vector<double> values_of(choice const&) const;
  std::optional<choice> choice_of(std::vector<double> const& values) const;
  /// Homes that a relaxation leans to.
  std::vector<std::uint8_t> leaning(std::vector<double> const& values) const;
  std::int64_t thinning_per_mille() const { return thinning_per_mille_; }

  struct column {
    candidate const* of;
    home_list home;
  };
  std::vector<column> const& columns(int step) const { return steps_[step].columns; }
  std::vector<std::uint8_t> const& options_of(int tensor) const { return homes_[tensor]; }
  schedule const& order() const { return order_; }
  std::int64_t size_of_tensor(int tensor) const { return size_[tensor]; }
  int steps() const { return static_cast<int>(steps_.size()); }
  /// Representative of memories that cost the same (two halves of weight memory are one choice).
  int group(int memory) const { return group_[memory]; }
  std::int64_t capacity_of_group(int memory) const;

 private:
  struct step_data {
    std::vector<column> columns;
    std::map<home_list, std::vector<int>> by_home;
  };
  void find_homes();
  void find_columns();
  home_list homes_of_step(int step, std::vector<std::uint8_t> const& homes) const;
  bool fits_outside(std::vector<std::uint8_t> const& homes) const;
  std::int64_t cost(std::int64_t cycles, std::int64_t moved) const;

  planned_model const& m_;
  plan_options const& options_;
  front_store& fronts_;
  schedule const order_;
  std::vector<int> group_;
  std::vector<std::vector<std::uint8_t>> homes_;
  std::vector<std::int64_t> size_;
  std::vector<step_data> steps_;
  std::vector<int> tight_memories_;  ///< beside L1, those whose capacity can bind
  std::int64_t thinning_per_mille_ = 0;
  std::vector<infeasibility> infeasible_;
  // Layout of the integer program.
  std::vector<int> first_column_, tensor_column_, time_column_;
  void lay_out();
  int column_count_ = 0;
};
}  // namespace deeploy::plan
