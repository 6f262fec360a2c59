// SPDX-License-Identifier: Apache-2.0
// The choice problem as an integer program, and back.
//
//   x[s,c]  step s runs by candidate c (binary)          z[t,h]  tensor t lives in memory h (binary; where it has a choice)
//   T[s]    cycles of the pipeline of step s beside what is exposed
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
}

void choice_problem::lay_out() {
  column_count_ = 0;
  for (int s = 0; s < steps(); ++s) {
    first_column_.push_back(column_count_);
    column_count_ += static_cast<int>(columns(s).size());
  }
  for (auto const& options : homes_) {
    tensor_column_.push_back(options.size() > 1 ? column_count_ : -1);
    if (options.size() > 1) column_count_ += static_cast<int>(options.size());
  }
  for (int s = 0; s < steps(); ++s) {
    bool const followed = s + 1 < steps() && std::any_of(columns(s + 1).begin(), columns(s + 1).end(),
                                                         [](column const& c) { return c.of->early_cycles > 0; });
    time_column_.push_back(followed ? column_count_++ : -1);
  }
}

integer_program choice_problem::program() const {
  integer_program p;
  p.columns.resize(column_count_);
  double const per_cycle = static_cast<double>(cost(1000, 0)) / 1000.0;
  auto const alignment = [&](int memory) { return std::int64_t{m_.board.memories[memory].alignment_bytes}; };
  auto const aligned = [&](std::size_t t, int memory) {
    return static_cast<double>((size_[t] + alignment(memory) - 1) / alignment(memory) * alignment(memory));
  };
  for (int s = 0; s < steps(); ++s) {
    integer_program::row pick{{}, 1, 1, fmt::format("pick_{}", s)};
    integer_program::row tight{{}, 0, infinite, fmt::format("tight_{}", s)}, loose{{}, 0, infinite, fmt::format("loose_{}", s)};
    int const time = time_column_[s];
    if (time >= 0) {
      p.columns[time] = {per_cycle, -1, false, fmt::format("T_{}", s)};
      tight.entries.push_back({time, 1});
      loose.entries.push_back({time, 1});
    }
    for (std::size_t c = 0; c < columns(s).size(); ++c) {
      candidate const& k = *columns(s)[c].of;
      int const at = first_column_[s] + static_cast<int>(c);
      p.columns[at] = {static_cast<double>(cost(k.fixed_cycles + (time >= 0 ? 0 : k.tight_cycles), k.moved_bytes)), 1, true,
                       fmt::format("x_{}_{}", s, c)};
      pick.entries.push_back({at, 1});
      tight.entries.push_back({at, -static_cast<double>(k.tight_cycles)});
      if (k.loose_cycles > 0) loose.entries.push_back({at, -static_cast<double>(k.loose_cycles)});
    }
    p.rows.push_back(std::move(pick));
    if (time < 0) continue;
    for (std::size_t c = 0; c < columns(s + 1).size(); ++c)
      if (columns(s + 1)[c].of->early_cycles > 0)
        loose.entries.push_back({first_column_[s + 1] + static_cast<int>(c), -static_cast<double>(columns(s + 1)[c].of->early_cycles)});
    p.rows.push_back(std::move(tight));
    p.rows.push_back(std::move(loose));
  }
  for (std::size_t t = 0; t < homes_.size(); ++t) {
    if (tensor_column_[t] < 0) continue;
    integer_program::row home{{}, 1, 1, fmt::format("home_{}", t)};
    for (std::size_t h = 0; h < homes_[t].size(); ++h) {
      p.columns[tensor_column_[t] + static_cast<int>(h)] = {0, 1, true, fmt::format("z_{}_{}", t, int{homes_[t][h]})};
      home.entries.push_back({tensor_column_[t] + static_cast<int>(h), 1});
    }
    p.rows.push_back(std::move(home));
    std::vector<int> layers;
    for (auto const* uses : {&m_.tensors[t].writers, &m_.tensors[t].readers})
      for (use const& u : *uses)
        if (std::find(layers.begin(), layers.end(), u.layer) == layers.end()) layers.push_back(u.layer);
    for (int l : layers) {
      int const s = order_.step_of[l];
      int operand_of_t = 0;
      while (m_.layers[l].tensor[operand_of_t] != static_cast<int>(t)) ++operand_of_t;
      for (std::size_t h = 1; h < homes_[t].size(); ++h) {
        integer_program::row agree{{{tensor_column_[t] + static_cast<int>(h), -1}}, 0, 0, fmt::format("agree_{}_{}_{}", t, s, h)};
        for (std::size_t c = 0; c < columns(s).size(); ++c)
          if (columns(s)[c].home[operand_of_t] == homes_[t][h]) agree.entries.push_back({first_column_[s] + static_cast<int>(c), 1});
        p.rows.push_back(std::move(agree));
      }
    }
  }
  std::vector<int> memories{0};
  memories.insert(memories.end(), tight_memories_.begin(), tight_memories_.end());
  for (int memory : memories) {
    for (int s = 0; s < steps(); ++s) {
      double room = static_cast<double>(memory == 0 ? options_.capacity[0] : capacity_of_group(memory)), most = 0;
      integer_program::row live{{}, -infinite, 0, fmt::format("live_{}_{}", memory, s)};
      for (std::size_t t = 0; t < homes_.size(); ++t) {
        if (order_.born[t] > s || s > order_.dies[t]) continue;
        for (std::size_t h = 0; h < homes_[t].size(); ++h) {
          if (homes_[t][h] != memory || size_[t] == 0) continue;
          if (tensor_column_[t] < 0) {
            room -= aligned(t, memory);
          } else {
            live.entries.push_back({tensor_column_[t] + static_cast<int>(h), aligned(t, memory)});
            most += aligned(t, memory);
          }
        }
      }
      if (memory == 0) {
        double own = 0, ahead = 0;
        for (std::size_t c = 0; c < columns(s).size(); ++c) {
          double const n = static_cast<double>(columns(s)[c].of->bytes);
          if (n > 0) live.entries.push_back({first_column_[s] + static_cast<int>(c), n});
          own = std::max(own, n);
        }
        for (std::size_t c = 0; s + 1 < steps() && c < columns(s + 1).size(); ++c) {
          double const n = static_cast<double>(columns(s + 1)[c].of->early_bytes);
          if (n > 0) live.entries.push_back({first_column_[s + 1] + static_cast<int>(c), n});
          ahead = std::max(ahead, n);
        }
        most += own + ahead;
      }
      live.upper = room;
      if (most > room) p.rows.push_back(std::move(live));  // else it can never bind
    }
  }
  return p;
}

std::vector<double> choice_problem::values_of(choice const& c) const {
  std::vector<double> x(column_count_, 0);
  for (int s = 0; s < steps(); ++s) {
    x[first_column_[s] + c.column[s]] = 1;
    if (time_column_[s] < 0) continue;
    candidate const& now = *columns(s)[c.column[s]].of;
    x[time_column_[s]] = static_cast<double>(
        std::max(now.tight_cycles, now.loose_cycles + columns(s + 1)[c.column[s + 1]].of->early_cycles));
  }
  for (std::size_t t = 0; t < homes_.size(); ++t)
    for (std::size_t h = 0; tensor_column_[t] >= 0 && h < homes_[t].size(); ++h)
      if (homes_[t][h] == c.home[t]) x[tensor_column_[t] + static_cast<int>(h)] = 1;
  return x;
}

std::optional<choice> choice_problem::choice_of(std::vector<double> const& values) const {
  if (static_cast<int>(values.size()) != column_count_) return std::nullopt;
  choice c;
  c.home = leaning(values);
  for (int s = 0; s < steps(); ++s) {
    auto const begin = values.begin() + first_column_[s];
    c.column.push_back(static_cast<int>(std::max_element(begin, begin + static_cast<int>(columns(s).size())) - begin));
  }
  c.objective = objective_of(c);
  if (!legal(c)) return std::nullopt;
  return c;
}

std::vector<std::uint8_t> choice_problem::leaning(std::vector<double> const& values) const {
  std::vector<std::uint8_t> homes;
  for (std::size_t t = 0; t < homes_.size(); ++t) {
    std::size_t best = 0;
    for (std::size_t h = 1; tensor_column_[t] >= 0 && h < homes_[t].size(); ++h)
      if (values[tensor_column_[t] + static_cast<int>(h)] > values[tensor_column_[t] + static_cast<int>(best)]) best = h;
    homes.push_back(homes_[t][best]);
  }
  return homes;
}
}  // namespace deeploy::plan
