// SPDX-License-Identifier: Apache-2.0
// The one door to an integer-programming library. GLPK stands behind it; any other solver can, or reads the .lp file.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace deeploy::plan {
/// minimise cost * x, rows lower <= A x <= upper, x >= 0, some x binary.
struct integer_program {
  struct column {
    double cost = 0;
    double upper = 1;  ///< < 0: unbounded
    bool integer = true;
    std::string name;
  };
  struct entry {
    int column;
    double factor;
  };
  struct row {
    std::vector<entry> entries;
    double lower, upper;  ///< equal: an equation; infinite where absent
    std::string name;
  };
  std::vector<column> columns;
  std::vector<row> rows;
  /// A column that comes in later, with its entries by row.
  struct late_column {
    column what;
    std::vector<std::pair<int, double>> entries;
  };
};

/// Counted work. The clock is only an emergency stop.
struct solver_limits {
  std::uint64_t nodes = 2000;
  std::uint64_t pivots = 400000;
  double emergency_seconds = 300;
  double gap = 0;  ///< relative; good enough when reached
};

struct solver_result {
  enum class outcome { optimal, good, none, infeasible } status = outcome::none;
  double objective = 0;       ///< of `values`
  double bound = 0;           ///< no solution is below
  std::vector<double> values;
  std::uint64_t nodes = 0;
  bool stopped_by_clock = false;
};

/// The relaxation: all columns continuous. `reduced` are reduced costs, `duals` the prices of the rows.
struct relaxation_result {
  bool solved = false;
  bool infeasible = false;
  bool stopped_by_clock = false;
  double objective = 0;
  std::vector<double> values, reduced, duals;
};

class solver {
 public:
  explicit solver(integer_program const& p);
  ~solver();
  solver(solver const&) = delete;
  solver& operator=(solver const&) = delete;

  relaxation_result relax(solver_limits const&);
  void add(std::vector<integer_program::late_column> const& columns);
  /// Fixes a column, in later calls of relax and solve.
  void fix(int column, double value);
  /// Branch and bound from a known solution (empty: none). relax() must have succeeded before.
  solver_result solve(solver_limits const&, std::vector<double> const& incumbent);
  /// Writes the program as CPLEX LP text. False when the file cannot be written.
  bool write_lp(std::string const& path) const;

 private:
  struct state;
  state* state_;
};
}  // namespace deeploy::plan
