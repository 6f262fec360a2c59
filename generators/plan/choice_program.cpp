// SPDX-License-Identifier: Apache-2.0
// The choice problem as an integer program, and back.
//
//   x[s,c]  step s runs by candidate c (binary)          z[t,h]  tensor t lives in memory h (binary; where it has a choice)
//   T[s]    cycles of the pipeline of step s, where the step may fetch for the next one
//
//   minimise   sum T[s] + fixed[c] x[s,c]
//   pick       sum over c of x[s,c] = 1                  home    sum over h of z[t,h] = 1
//   agree      for each use of t by step s and each h:   sum over c with t in h of x[s,c] = z[t,h]
//   tight      T[s] >= sum tight[c] x[s,c]               loose   T[s] >= sum loose[c] x[s,c] + sum early[c] x[s+1,c]
//   live       for each memory and step: bytes of candidates, of the next step's early tiles and of tensors <= capacity
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <generators/plan/choice.hpp>
#include <limits>

namespace deeploy::plan {
namespace {
constexpr double infinite = std::numeric_limits<double>::infinity();
}  // namespace

void choice_problem::number_rows() {
  for (auto const& options : homes_) {
    tensor_variable_.push_back(options.size() > 1 ? variables_ : -1);
    if (options.size() > 1) variables_ += static_cast<int>(options.size());
  }
  agree_.resize(steps());
  agreement_of_.resize(steps());
  for (int s = 0; s < steps(); ++s) {
    time_variable_.push_back(fetches_[s] ? variables_++ : -1);
    pick_row_.push_back(rows_++);
    tight_row_.push_back(fetches_[s] ? rows_++ : -1);
    loose_row_.push_back(fetches_[s] ? rows_++ : -1);
    live_row_.push_back(rows_++);
    planned_layer const& l = m_.layers[order_.layer_at[s]];
    agreement_of_[s].fill(-1);
    for (int o = 0; o < l.d->operands; ++o) {
      int const t = l.tensor[o];
      if (t < 0 || tensor_variable_[t] < 0) continue;
      auto const known = std::any_of(agree_[s].begin(), agree_[s].end(), [&](agreement const& a) { return a.tensor == t; });
      if (known) continue;  // the first operand speaks for the tensor
      agreement_of_[s][o] = static_cast<int>(agree_[s].size());
      agree_[s].push_back({t, rows_});
      rows_ += static_cast<int>(homes_[t].size()) - 1;
    }
  }
  first_column_ = variables_;
  for (int s = 0; s < steps(); ++s) seed(s);
}

double choice_problem::column_cost(int s, candidate const& k) const {
  return static_cast<double>(cost(k.fixed_cycles + (time_variable_[s] >= 0 ? 0 : k.tight_cycles), k.moved_bytes));
}

template <class F>
void choice_problem::for_each_entry(int s, candidate const& k, home_list const& homes, F f) const {
  f(pick_row_[s], 1.0);
  if (tight_row_[s] >= 0) {
    f(tight_row_[s], -static_cast<double>(k.tight_cycles));
    if (k.loose_cycles > 0) f(loose_row_[s], -static_cast<double>(k.loose_cycles));
  }
  if (k.bytes > 0) f(live_row_[s], static_cast<double>(k.bytes));
  if (s > 0 && k.early_cycles > 0) {
    f(loose_row_[s - 1], -static_cast<double>(k.early_cycles));
    f(live_row_[s - 1], static_cast<double>(k.early_bytes));
  }
  for (int o = 0; o < max_operands; ++o) {
    int const a = agreement_of_[s][o];
    if (a < 0) continue;
    auto const& options = homes_[agree_[s][a].tensor];
    for (std::size_t h = 1; h < options.size(); ++h)
      if (options[h] == homes[o]) f(agree_[s][a].first_row + static_cast<int>(h) - 1, 1.0);
  }
}

int choice_problem::bring_in(int s, home_list const& homes, std::size_t number) {
  home_entry& entry = steps_[s].by_home.at(homes);
  if (entry.at_hand[number]) {
    for (int c : entry.active)
      if (steps_[s].columns[c].of == &entry.all->of[number]) return c;
  }
  entry.at_hand[number] = true;
  int const id = static_cast<int>(steps_[s].columns.size());
  entry.active.push_back(id);
  steps_[s].columns.push_back({&entry.all->of[number], homes, variables_++});
  return id;
}

/// Columns to begin with.
void choice_problem::seed(int s) {
  for (auto& [homes, entry] : steps_[s].by_home)
    for (std::size_t number : entry.all->seeds) bring_in(s, homes, number);
}

integer_program choice_problem::program() const {
  integer_program p;
  p.columns.resize(variables_);
  p.rows.resize(rows_);
  double const per_cycle = static_cast<double>(cost(1000, 0)) / 1000.0;
  auto const aligned = [&](std::size_t t, int memory) {
    std::int64_t const alignment = m_.board.memories[memory].alignment_bytes;
    return static_cast<double>((size_[t] + alignment - 1) / alignment * alignment);
  };
  for (int s = 0; s < steps(); ++s) {
    p.rows[pick_row_[s]] = {{}, 1, 1, fmt::format("pick_{}", s)};
    p.rows[live_row_[s]] = {{}, -infinite, static_cast<double>(options_.capacity[0]), fmt::format("live_0_{}", s)};
    if (int const time = time_variable_[s]; time >= 0) {
      p.columns[time] = {per_cycle, -1, false, fmt::format("T_{}", s)};
      p.rows[tight_row_[s]] = {{{time, 1}}, 0, infinite, fmt::format("tight_{}", s)};
      p.rows[loose_row_[s]] = {{{time, 1}}, 0, infinite, fmt::format("loose_{}", s)};
    }
  }
  for (int s = 0; s < steps(); ++s) {
    for (agreement const& a : agree_[s])
      for (std::size_t h = 1; h < homes_[a.tensor].size(); ++h)
        p.rows[a.first_row + static_cast<int>(h) - 1] = {{{tensor_variable_[a.tensor] + static_cast<int>(h), -1}}, 0, 0, fmt::format("agree_{}_{}_{}", a.tensor, s, h)};
  }
  for (int s = 0; s < steps(); ++s)
    for (std::size_t c = 0; c < columns(s).size(); ++c) {
      column const& k = columns(s)[c];
      p.columns[k.variable] = {column_cost(s, *k.of), 1, true, fmt::format("x_{}_{}", s, c)};
      for_each_entry(s, *k.of, k.home, [&](int row, double factor) { p.rows[row].entries.push_back({k.variable, factor}); });
    }
  for (std::size_t t = 0; t < homes_.size(); ++t) {
    if (tensor_variable_[t] < 0) continue;
    integer_program::row home{{}, 1, 1, fmt::format("home_{}", t)};
    for (std::size_t h = 0; h < homes_[t].size(); ++h) {
      int const z = tensor_variable_[t] + static_cast<int>(h);
      p.columns[z] = {0, 1, true, fmt::format("z_{}_{}", t, int{homes_[t][h]})};
      home.entries.push_back({z, 1});
      if (homes_[t][h] == 0)
        for (int s = order_.born[t]; s <= order_.dies[t]; ++s) p.rows[live_row_[s]].entries.push_back({z, aligned(t, 0)});
    }
    p.rows.push_back(std::move(home));
  }
  for (int memory : tight_memories_) {
    for (int s = 0; s < steps(); ++s) {
      double room = static_cast<double>(capacity_of_group(memory)), most = 0;
      integer_program::row live{{}, -infinite, 0, fmt::format("live_{}_{}", memory, s)};
      for (std::size_t t = 0; t < homes_.size(); ++t) {
        if (order_.born[t] > s || s > order_.dies[t]) continue;
        for (std::size_t h = 0; h < homes_[t].size(); ++h) {
          if (homes_[t][h] != memory || size_[t] == 0) continue;
          if (tensor_variable_[t] < 0) {
            room -= aligned(t, memory);
          } else {
            live.entries.push_back({tensor_variable_[t] + static_cast<int>(h), aligned(t, memory)});
            most += aligned(t, memory);
          }
        }
      }
      live.upper = room;
      if (most > room) p.rows.push_back(std::move(live));  // else it can never bind
    }
  }
  return p;
}

std::vector<integer_program::late_column> choice_problem::price(std::vector<double> const& duals, double limit, std::size_t most_each, double& least) {
  std::vector<integer_program::late_column> late;
  least = 0;
  for (int s = 0; s < steps(); ++s) {
    double least_of_step = 0;
    for (auto& [homes, entry] : steps_[s].by_home) {
      std::vector<std::pair<double, std::size_t>> found;
      for (std::size_t i = 0; i < entry.all->of.size(); ++i) {
        candidate const& k = entry.all->of[i];
        double reduced = column_cost(s, k);
        for_each_entry(s, k, homes, [&](int row, double factor) { reduced -= duals[row] * factor; });
        least_of_step = std::min(least_of_step, reduced);
        if (!entry.at_hand[i] && reduced < limit) found.emplace_back(reduced, i);
      }
      if (found.size() > most_each) {
        std::partial_sort(found.begin(), found.begin() + static_cast<long>(most_each), found.end());
        found.resize(most_each);
      }
      for (auto const& [reduced, i] : found) {
        column const& k = steps_[s].columns[bring_in(s, homes, i)];
        integer_program::late_column c{{column_cost(s, *k.of), 1, true, fmt::format("x_{}_{}", s, columns(s).size() - 1)}, {}};
        for_each_entry(s, *k.of, homes, [&](int row, double factor) { c.entries.emplace_back(row, factor); });
        late.push_back(std::move(c));
      }
    }
    least += least_of_step;
  }
  return late;
}

double choice_problem::least_beyond(std::vector<double> const& duals, double most) const {
  double least = most;
  for (int s = 0; s < steps(); ++s)
    for (auto const& [homes, entry] : steps_[s].by_home)
      for (std::size_t i = 0; i < entry.all->of.size(); ++i) {
        if (entry.at_hand[i]) continue;
        double reduced = column_cost(s, entry.all->of[i]);
        for_each_entry(s, entry.all->of[i], homes, [&](int row, double factor) { reduced -= duals[row] * factor; });
        least = std::min(least, reduced);
      }
  return least;
}

std::vector<double> choice_problem::values_of(choice const& c) const {
  std::vector<double> x(variables_, 0);
  for (int s = 0; s < steps(); ++s) {
    x[columns(s)[c.column[s]].variable] = 1;
    if (time_variable_[s] < 0) continue;
    candidate const& now = *columns(s)[c.column[s]].of;
    x[time_variable_[s]] = static_cast<double>(std::max(now.tight_cycles, now.loose_cycles + columns(s + 1)[c.column[s + 1]].of->early_cycles));
  }
  for (std::size_t t = 0; t < homes_.size(); ++t)
    for (std::size_t h = 0; tensor_variable_[t] >= 0 && h < homes_[t].size(); ++h)
      if (homes_[t][h] == c.home[t]) x[tensor_variable_[t] + static_cast<int>(h)] = 1;
  return x;
}

std::optional<choice> choice_problem::choice_of(std::vector<double> const& values) const {
  if (static_cast<int>(values.size()) != variables_) return std::nullopt;
  choice c;
  c.home = leaning(values);
  for (int s = 0; s < steps(); ++s) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < columns(s).size(); ++i)
      if (values[columns(s)[i].variable] > values[columns(s)[best].variable]) best = i;
    c.column.push_back(static_cast<int>(best));
  }
  c.objective = objective_of(c);
  if (!legal(c)) return std::nullopt;
  return c;
}

std::vector<std::uint8_t> choice_problem::leaning(std::vector<double> const& values) const {
  std::vector<std::uint8_t> homes;
  for (std::size_t t = 0; t < homes_.size(); ++t) {
    std::size_t best = 0;
    for (std::size_t h = 1; tensor_variable_[t] >= 0 && h < homes_[t].size(); ++h)
      if (values[tensor_variable_[t] + static_cast<int>(h)] > values[tensor_variable_[t] + static_cast<int>(best)]) best = h;
    homes.push_back(homes_[t][best]);
  }
  return homes;
}
}  // namespace deeploy::plan
