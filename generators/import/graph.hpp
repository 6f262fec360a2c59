// SPDX-License-Identifier: Apache-2.0
// An ONNX graph as read: nodes, values, constants. Nothing of ONNX's library is visible here.
#pragma once
#include <cstdint>
#include <deeploy/types.hpp>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace deeploy::import {
using dims = std::vector<std::int64_t>;

/// Thrown where a node cannot be lowered; whoever walks the nodes reports it with the node's name and goes on.
struct refused {
  int code = 0;
  std::string text;
};

/// Product that stays at the highest number instead of wrapping: extents come from files and may be anything.
inline std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
  std::int64_t n = 0;
  return __builtin_mul_overflow(a, b, &n) ? std::numeric_limits<std::int64_t>::max() : n;
}
inline std::int64_t elements_of(dims const& d) {
  std::int64_t n = 1;
  for (std::int64_t x : d) {
    if (x == 0) return 0;
    n = saturating_product(n, x);
  }
  return n;
}
/// Tensors and axes beyond these are refused: bytes of a tensor are 32-bit numbers on the target.
inline constexpr std::int64_t most_elements = (std::int64_t{1} << 29) - 1;
/// Constants that the importer computes itself (folding): what no microcontroller's memory holds is a mistake in the file.
inline constexpr std::int64_t most_folded_elements = std::int64_t{1} << 26;
inline constexpr std::size_t most_axes = 16;

/// Values of a constant. Numbers that are all integers are kept as integers, whatever the file calls them.
struct constant_data {
  dims shape;
  bool integral = true;
  std::vector<std::int64_t> integers;  ///< when integral
  std::vector<double> reals;           ///< when not
  std::string name;                    ///< of the initializer or the value
  std::int64_t elements() const { return elements_of(shape); }
};

/// An attribute in whichever form the file has it.
struct attribute {
  std::vector<double> numbers;  ///< int, float, lists of them, tensors
  std::vector<std::int64_t> integers;
  std::string text;
  std::optional<constant_data> tensor;
  bool is_list = false;
};

struct node {
  std::string type, domain, name;
  std::vector<int> inputs;   ///< values; -1 where left out
  std::vector<int> outputs;
  std::map<std::string, attribute> attributes;

  bool has(std::string const& a) const { return attributes.count(a) != 0; }
  /// A number in any of its spellings (int, float, 0-d tensor, one-element tensor or list). An attribute of another kind is
  /// refused, never taken for a missing one.
  double number(std::string const& a, double otherwise) const;
  std::int64_t integer(std::string const& a, std::int64_t otherwise) const;
  std::vector<std::int64_t> list(std::string const& a) const;  ///< a bare number is a list of one
  std::string text(std::string const& a, std::string const& otherwise) const;
};

struct value {
  std::string name;
  std::optional<dims> shape;
  std::optional<constant_data> constant;
  int producer = -1;  ///< node
  std::vector<int> consumers;
  bool is_input = false, is_output = false;
  bool float_declared = true;
};

struct graph {
  std::string name;
  int opset = 0;
  std::vector<node> nodes;  ///< after order_nodes(): each after its producers
  std::vector<value> values;
  std::vector<int> inputs, outputs;

  value& of(int id) { return values[static_cast<std::size_t>(id)]; }
  value const& of(int id) const { return values[static_cast<std::size_t>(id)]; }
  bool is_constant(int id) const { return id >= 0 && of(id).constant.has_value(); }
  std::string label(node const& n) const { return n.name.empty() ? n.type : n.name; }
};
}  // namespace deeploy::import
