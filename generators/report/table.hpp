// SPDX-License-Identifier: Apache-2.0
// Tables of text.
#pragma once
#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace deeploy::report {
inline std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n < 0 ? -n : n);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return (n < 0 ? "-" : "") + digits;
}

/// Columns as wide as their widest entry; `right`: those that are flush right.
struct table {
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> right;
  std::string render() const {
    std::vector<std::size_t> width;
    for (auto const& row : rows)
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (width.size() <= i) width.push_back(0);
        width[i] = std::max(width[i], row[i].size());
      }
    std::string t;
    for (auto const& row : rows) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i)
        line += right[i] ? fmt::format("{:>{}}  ", row[i], width[i]) : fmt::format("{:<{}}  ", row[i], width[i]);
      while (!line.empty() && line.back() == ' ') line.pop_back();
      t += line + "\n";
    }
    return t;
  }
};
}  // namespace deeploy::report
