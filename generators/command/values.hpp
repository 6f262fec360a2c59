// SPDX-License-Identifier: Apache-2.0
// Values of the graph in the bytes of tensors: where model.json says that each element lies.
#pragma once
#include <cstdint>
#include <generators/data/npz.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace deeploy::command {
element type_named(std::string const& name);

/// Where a value lies in a tensor, as model.json says: for each element in row-major order its place.
class placement_of_value {
 public:
  explicit placement_of_value(nlohmann::ordered_json const& at);
  template <class F>
  void for_each(F f) const {
    std::vector<std::int64_t> at(parts_.size(), 0);
    std::int64_t place = offset_;
    for (std::int64_t i = 0;; ++i) {
      f(i, place);
      std::size_t a = parts_.size();
      for (; a-- > 0;) {
        place += parts_[a].second;
        if (++at[a] < parts_[a].first) break;
        place -= parts_[a].second * parts_[a].first;
        at[a] = 0;
      }
      if (a == static_cast<std::size_t>(-1)) return;
    }
  }

 private:
  std::int64_t offset_;
  std::vector<std::pair<std::int64_t, std::int64_t>> parts_;
};

/// Can the type hold the number?
bool fits(double x, element type);
void store_value(std::string& tensor, std::int64_t place, element type, double x);
/// One value of the graph as an array, out of its tensor's bytes; nothing when they end too early.
std::optional<data::array> unpack(nlohmann::ordered_json const& at, std::vector<std::int64_t> const& shape, std::string const& tensor);
/// The same, out of the file <tensor>.out in `folder`.
std::optional<data::array> unpack_file(nlohmann::ordered_json const& at, std::vector<std::int64_t> const& shape, std::string const& folder);
std::int64_t count_different(data::array const& a, data::array const& b);
}  // namespace deeploy::command
