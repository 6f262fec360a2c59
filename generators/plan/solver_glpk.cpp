// SPDX-License-Identifier: Apache-2.0
// solver by GLPK 5.0: dual simplex, branch and bound with pseudo-costs and cuts, stopped by counted work.
#include <chrono>
#include <cmath>
#include <generators/plan/solver.hpp>
#include <glpk.h>
#include <limits>

namespace deeploy::plan {
struct solver::state {
  glp_prob* problem = nullptr;
  int columns = 0;
};

solver::solver(integer_program const& p) : state_(new state) {
  glp_term_out(GLP_OFF);
  glp_prob* const lp = state_->problem = glp_create_prob();
  glp_set_obj_dir(lp, GLP_MIN);
  state_->columns = static_cast<int>(p.columns.size());
  if (!p.columns.empty()) glp_add_cols(lp, state_->columns);
  for (int i = 0; i < state_->columns; ++i) {
    auto const& c = p.columns[i];
    glp_set_col_kind(lp, i + 1, c.integer ? GLP_IV : GLP_CV);
    if (c.upper < 0)
      glp_set_col_bnds(lp, i + 1, GLP_LO, 0, 0);
    else
      glp_set_col_bnds(lp, i + 1, GLP_DB, 0, c.upper);
    glp_set_obj_coef(lp, i + 1, c.cost);
    glp_set_col_name(lp, i + 1, c.name.c_str());
  }
  if (!p.rows.empty()) glp_add_rows(lp, static_cast<int>(p.rows.size()));
  std::vector<int> at;
  std::vector<double> factor;
  for (std::size_t r = 0; r < p.rows.size(); ++r) {
    auto const& row = p.rows[r];
    int const id = static_cast<int>(r) + 1;
    bool const low = std::isfinite(row.lower), high = std::isfinite(row.upper);
    glp_set_row_bnds(lp, id, low && high ? (row.lower == row.upper ? GLP_FX : GLP_DB) : low ? GLP_LO : high ? GLP_UP : GLP_FR,
                     row.lower, row.upper);
    glp_set_row_name(lp, id, row.name.c_str());
    at.assign(1, 0);
    factor.assign(1, 0);
    for (auto const& e : row.entries) {
      at.push_back(e.column + 1);
      factor.push_back(e.factor);
    }
    glp_set_mat_row(lp, id, static_cast<int>(at.size()) - 1, at.data(), factor.data());
  }
}

solver::~solver() {
  glp_delete_prob(state_->problem);
  delete state_;
}

void solver::fix(int column, double value) { glp_set_col_bnds(state_->problem, column + 1, GLP_FX, value, value); }

bool solver::write_lp(std::string const& path) const { return glp_write_lp(state_->problem, nullptr, path.c_str()) == 0; }

relaxation_result solver::relax(solver_limits const& limits) {
  relaxation_result r;
  glp_prob* const lp = state_->problem;
  glp_smcp how;
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.meth = glp_get_status(lp) == GLP_UNDEF ? GLP_DUALP : GLP_PRIMAL;  // later calls start from a primal feasible basis
  how.it_lim = static_cast<int>(std::min<std::uint64_t>(limits.pivots, std::numeric_limits<int>::max()));
  how.tm_lim = static_cast<int>(std::min(limits.emergency_seconds * 1000, 2e9));
  int code = glp_simplex(lp, &how);
  if (code != 0 || glp_get_status(lp) != GLP_OPT) {
    // Costs of candidates reach over eight orders of magnitude: where that was too much, again from the start, scaled.
    glp_scale_prob(lp, GLP_SF_AUTO);
    glp_std_basis(lp);
    how.meth = GLP_PRIMAL;
    if (code != GLP_ETMLIM) code = glp_simplex(lp, &how);
  }
  r.stopped_by_clock = code == GLP_ETMLIM;
  int const status = glp_get_status(lp);
  r.solved = code == 0 && status == GLP_OPT;
  r.infeasible = status == GLP_NOFEAS || status == GLP_INFEAS;
  r.objective = glp_get_obj_val(lp);
  for (int i = 1; i <= state_->columns; ++i) {
    r.values.push_back(glp_get_col_prim(lp, i));
    r.reduced.push_back(glp_get_col_dual(lp, i));
  }
  for (int i = 1; i <= glp_get_num_rows(lp); ++i) r.duals.push_back(glp_get_row_dual(lp, i));
  return r;
}

void solver::add(std::vector<integer_program::late_column> const& columns) {
  if (columns.empty()) return;
  glp_prob* const lp = state_->problem;
  int id = glp_add_cols(lp, static_cast<int>(columns.size()));
  state_->columns += static_cast<int>(columns.size());
  std::vector<int> at;
  std::vector<double> factor;
  for (auto const& c : columns) {
    glp_set_col_kind(lp, id, c.what.integer ? GLP_IV : GLP_CV);
    glp_set_col_bnds(lp, id, GLP_DB, 0, c.what.upper);
    glp_set_obj_coef(lp, id, c.what.cost);
    glp_set_col_name(lp, id, c.what.name.c_str());
    glp_set_col_stat(lp, id, GLP_NL);
    at.assign(1, 0);
    factor.assign(1, 0);
    for (auto const& [row, x] : c.entries) {
      at.push_back(row + 1);
      factor.push_back(x);
    }
    glp_set_mat_col(lp, id++, static_cast<int>(at.size()) - 1, at.data(), factor.data());
  }
}

namespace {
struct search {
  solver_limits const* limits;
  std::vector<double> const* incumbent;
  bool offered = false;
  bool by_count = false, by_clock = false;
  double bound = -std::numeric_limits<double>::infinity();
  std::uint64_t nodes = 0;
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

void steer(glp_tree* tree, void* info) {
  auto& s = *static_cast<search*>(info);
  int const reason = glp_ios_reason(tree);
  if (reason == GLP_IHEUR && !s.offered && !s.incumbent->empty()) {
    std::vector<double> x{0};
    x.insert(x.end(), s.incumbent->begin(), s.incumbent->end());
    glp_ios_heur_sol(tree, x.data());
    s.offered = true;
  }
  int active = 0, open = 0, total = 0;
  glp_ios_tree_size(tree, &active, &open, &total);
  s.nodes = static_cast<std::uint64_t>(total);
  if (int const best = glp_ios_best_node(tree); best != 0) s.bound = glp_ios_node_bound(tree, best);
  if (reason == GLP_ISELECT) {
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - s.begun).count();
    s.by_clock = seconds > s.limits->emergency_seconds;
    s.by_count = s.nodes > s.limits->nodes;
    if (s.by_clock || s.by_count) glp_ios_terminate(tree);
  }
}
}  // namespace

solver_result solver::solve(solver_limits const& limits, std::vector<double> const& incumbent) {
  solver_result r;
  glp_prob* const lp = state_->problem;
  search s{&limits, &incumbent};
  glp_iocp how;
  glp_init_iocp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.br_tech = GLP_BR_PCH;
  how.bt_tech = GLP_BT_BLB;
  how.mir_cuts = how.cov_cuts = how.clq_cuts = GLP_ON;
  how.mip_gap = limits.gap;
  how.cb_func = steer;
  how.cb_info = &s;
  int const code = glp_intopt(lp, &how);
  int const status = glp_mip_status(lp);
  r.nodes = s.nodes;
  r.stopped_by_clock = s.by_clock;
  if (status == GLP_NOFEAS) {
    r.status = solver_result::outcome::infeasible;
    return r;
  }
  if (status == GLP_OPT || status == GLP_FEAS) {
    r.objective = glp_mip_obj_val(lp);
    for (int i = 1; i <= state_->columns; ++i) r.values.push_back(glp_mip_col_val(lp, i));
    bool const done = code == 0 && !s.by_clock && !s.by_count && limits.gap == 0;
    r.status = done ? solver_result::outcome::optimal : solver_result::outcome::good;
    r.bound = done ? r.objective : s.bound;
  } else {
    r.bound = s.bound;
  }
  return r;
}
}  // namespace deeploy::plan
