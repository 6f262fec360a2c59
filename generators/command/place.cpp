// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <generators/command/flow.hpp>
#include <generators/command/place.hpp>
#include <generators/plan/placement_csv.hpp>
#include <generators/write/file.hpp>
#include <iterator>

namespace deeploy::command {
int place_file(std::string const& path, std::int64_t capacity, std::uint64_t work, bool lowest, std::string const& output) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    complain(5101, path + " cannot be read; give the path of a CSV file");
    return user_error;
  }
  std::string const content{std::istreambuf_iterator<char>(in), {}};
  plan::placement_table const table = plan::read_placement_csv(content);
  for (auto const& e : table.errors) complain(5101, fmt::format("{}: {}", path, e));
  if (!table.errors.empty()) return user_error;
  auto const begun = std::chrono::steady_clock::now();
  plan::placement_limits limits;
  if (work > 0) limits.work = work;
  plan::placement const placed = lowest ? plan::place_lowest(table.items, capacity, limits) : plan::place(table.items, capacity, limits);
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (!placed.complete) {
    for (auto const& m : placed.messages) complain(5101, m);
    if (placed.outcome == plan::placement_outcome::bad_input) return user_error;
    complain(5102, fmt::format("{}: {} within {} bytes; at least {} are live at once", path,
                               placed.outcome == plan::placement_outcome::impossible ? "proved impossible" : "no placement found with this much work (--work)",
                               capacity, placed.lower_bound_bytes));
    return infeasible;
  }
  auto const problems = plan::placement_problems(table.items, placed.offset, capacity);
  for (auto const& p : problems) complain(5102, plan::describe(p, table.items, placed.offset, capacity, table.ids));
  if (!problems.empty()) return different;
  std::string const text = plan::write_placement_csv(table, placed.offset);
  if (output.empty()) {
    fmt::print("{}", text);
  } else if (std::string const why = write::write_file(output, text); !why.empty()) {
    complain(4003, why);
    return user_error;
  }
  fmt::print(stderr, "{}: {} items placed and checked, peak {} of {} bytes, {} live at most, {} nodes, {:.3f} s\n", path, table.items.size(), placed.peak_bytes,
             capacity, placed.lower_bound_bytes, placed.work, seconds);
  return 0;
}
}  // namespace deeploy::command
