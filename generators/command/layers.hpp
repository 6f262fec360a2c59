// SPDX-License-Identifier: Apache-2.0
// Comparing what layers made with what they should have made. A target tells checksums of all tensors first; values are asked
// for only where checksums do not settle it.
#pragma once
#include <generators/command/values.hpp>
#include <map>

namespace deeploy::command {
/// CRC-32 of tensors by name, as a target tells them.
using tensor_checksums = std::map<std::string, std::uint32_t>;

class layer_comparison {
 public:
  /// @param checksums  empty: all values are there
  layer_comparison(nlohmann::ordered_json const& model, data::arrays const& expected, tensor_checksums const& checksums);

  /// The tensors whose values must be seen: the first that differs, and those of which the expected values are only a part.
  std::vector<std::string> unsettled() const;

  /// Compares, in the order of the graph, and names the first layer that differs. Values come from <tensor>.out in `folder`.
  ///
  /// @returns whether all that was compared is equal
  bool compare(std::string const& folder, nlohmann::ordered_json& report) const;

 private:
  enum class verdict { unknown, equal, differs };
  struct compared_value {
    std::string name;
    nlohmann::ordered_json at;
    data::array const* expected;
    std::string tensor() const { return at.at("tensor"); }
  };
  verdict of(std::string const& tensor) const;

  std::vector<compared_value> values_;  ///< that the archive has, in the order of the graph
  std::map<std::string, verdict> verdicts_;
  std::int64_t fused_ = 0;
  bool by_checksums_;
};
}  // namespace deeploy::command
