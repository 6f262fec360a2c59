// SPDX-License-Identifier: Apache-2.0
// A network between ONNX and C++ types: layers on buffers, operands as views.
#pragma once
#include <array>
#include <deeploy/requantisation.hpp>
#include <deeploy/tensor.hpp>
#include <generators/import/diagnostics.hpp>
#include <generators/import/views.hpp>

namespace deeploy::import {
/// What a tensor of the generated model will be.
struct buffer {
  std::string name;
  element type = element::i8;
  role use = role::scratch;
  dims shape;                            ///< numbering of elements: row-major over this
  std::vector<std::int64_t> values;      ///< of a constant, by element number
  int writer = -1;                       ///< layer that writes it, when one does
  /// Where the elements lie: empty is dense in the order of the numbers.
  layout order;
  /// A part of another buffer (concat, state): its memory is that buffer's element numbers, from `inside->offset`.
  struct part_of {
    int buffer = -1;
    std::int64_t offset = 0;
    view place, shown;                   ///< the region there and what is shown in it, for undoing
  };
  std::optional<part_of> inside;
  dims declared;                         ///< shape that the generated tensor has, where it is not `shape`
  std::int64_t elements() const { return elements_of(shape); }
};

/// A requantisation in the course of fusion; scale operands instead of numbers where it is not one for all.
struct lowered_requant {
  requantisation q = no_requantisation;
  std::optional<view> mul, add;
};

/// How a layer treats the order of its axes when the text is written.
enum class axes_form : std::uint8_t {
  fixed,        ///< as many as the operator says (conv2d, max_pool, gather)
  elementwise,  ///< any; adjacent ones merge where all operands allow
  rows,         ///< the last stays, the others merge
  matrix,       ///< the last two stay, the others merge
  reduction,    ///< merge among reduced and among kept ones
};

struct lowered_layer {
  std::string kind;              ///< of op::<kind>
  std::string name;              ///< identifier
  axes_form form = axes_form::elementwise;
  std::vector<view> inputs;      ///< in the order of the operator's template parameters
  view result;
  element result_type = element::i32;  ///< before requantisation
  std::optional<view> bias;
  std::optional<view> mask;            ///< of the scores of attention
  lowered_requant requant;             ///< of the result
  bool requant_fused = false;
  std::vector<std::pair<std::string, requantisation>> before;  ///< params .a and .b
  std::vector<std::pair<std::string, std::string>> params;     ///< designated initialisers in declared order
  std::uint32_t reduced = 0;           ///< axes of a reduction
  std::vector<std::int64_t> per_axis;  ///< values that run along the axes (pad's `before`), merged with them
  bool of_several = false;             ///< made of layers that would do without it
  bool dropped = false;
  /// Largest magnitude that the 32-bit accumulator may reach, for the warning.
  double accumulator_bound = 0;
};

/// What became of a value of the graph: a view, perhaps times a factor that a requantisation takes over later.
struct traced_value {
  std::optional<view> at;
  bool fused = false;            ///< vanished in a fusion: no tensor holds it
  std::int64_t factor = 1;       ///< pending TrueIntegerDiv
  double bound = 0;              ///< largest magnitude, 0: by type
  std::optional<view> as_output = std::nullopt;  ///< of an input that is an output as well: a tensor of its own
};

/// A cache that goes in and comes out with more rows: the input is a window of the output's tensor.
struct state_pair {
  int input = -1, output = -1;   ///< values of the graph
  int concat = -1;               ///< node
  int buffer = -1;
  bool asked = false;            ///< by --state
};

struct lowered_network {
  std::string name;
  std::vector<buffer> buffers;
  std::vector<lowered_layer> layers;
  std::vector<traced_value> values;  ///< per value of the graph
  std::vector<state_pair> states;
  std::vector<int> input_buffers;
};
}  // namespace deeploy::import
