// SPDX-License-Identifier: Apache-2.0
// From a lowered network to files: model.hpp, constants.bin, model.json.
#pragma once
#include <generators/import/lower.hpp>

namespace deeploy::import {
/// One axis of an operand in memory: the dimensions that it is spread over, none where the operand does not have it.
using axis_parts = std::vector<view_axis>;

/// An operand as it will be written: a tensor and a window.
struct written_operand {
  std::string tensor;
  std::int64_t offset = 0;
  std::vector<axis_parts> axes;  ///< per axis of the layer
  dims own;                      ///< lengths of its own axes, before it was given the layer's
};

/// A layer with its axes merged as far as all operands allow.
struct written_layer {
  lowered_layer const* from = nullptr;
  std::string name;
  std::vector<std::int64_t> lengths;           ///< of its axes; empty for operators of a fixed form
  std::vector<written_operand> inputs;
  written_operand result;
  std::optional<written_operand> bias, mask, mul, add;
  std::uint32_t reduced = 0;
};

/// A constant as it will be stored.
struct stored_constant {
  std::string name;
  element type = element::i8;
  dims shape;
  std::vector<std::int64_t> values;
  std::int64_t offset = 0;  ///< in constants.bin
  std::uint64_t digest = 0;
};

struct written_tensor {
  std::string name;
  int buffer = -1;
  dims shape;
};

struct written_network {
  std::vector<stored_constant> constants;
  std::vector<written_tensor> tensors;
  std::vector<written_layer> layers;
  std::map<int, std::string> tensor_name;  ///< by buffer
};

written_network arrange(lowering& l);

/// The three files as text.
std::string model_header(lowering const& l, written_network const& w, std::string const& file);
std::string constants_image(written_network& w);
std::string model_json(lowering const& l, written_network const& w, std::string const& file);
}  // namespace deeploy::import
