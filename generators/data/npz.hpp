// SPDX-License-Identifier: Apache-2.0
// NumPy's .npz archives: arrays by name, read and written.
#pragma once
#include <cstdint>
#include <deeploy/types.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace deeploy::data {
/// An array with its element type and row-major bytes.
struct array {
  std::optional<element> type;     ///< none: a type that the library does not have (int64, float64 ..)
  std::string numpy_type;          ///< as in the file, e.g. |u1
  std::vector<std::int64_t> shape;
  std::string bytes;
  std::int64_t elements() const {
    std::int64_t n = 1;
    for (std::int64_t d : shape) n *= d;
    return n;
  }
};

using arrays = std::map<std::string, array>;

/// Reads all arrays; `problem` says why not.
std::optional<arrays> read_npz(std::string const& path, std::string& problem);
/// The archive as bytes, stored uncompressed with fixed times: same arrays, same bytes.
std::string npz_bytes(arrays const& a);
/// Its element type in words: "i8", or what NumPy calls a type that networks do not have.
std::string type_text(array const& a);
/// One value as a number.
double value_at(array const& a, std::int64_t i);
}  // namespace deeploy::data
