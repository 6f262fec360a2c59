// SPDX-License-Identifier: Apache-2.0
// Reads an ONNX file into a graph.
#pragma once
#include <generators/import/diagnostics.hpp>
#include <generators/import/graph.hpp>

namespace deeploy::import {
/// Reads `path`. External tensor data must lie inside of the model's folder. What is wrong goes to `found`.
graph read_onnx(std::string const& path, diagnostics& found);

/// Sorts the nodes so that each stands after its producers; reports cycles, values without a producer, values with two.
/// Drops nodes that no output needs.
void order_nodes(graph& g, diagnostics& found);
}  // namespace deeploy::import
