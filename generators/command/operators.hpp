// SPDX-License-Identifier: Apache-2.0
// deeploy ops: which operators which engines run, and which ONNX operators the importer takes.
#pragma once
#include <string>

namespace deeploy::command {
/// The tables as Markdown; docs and README are generated from them.
std::string operator_tables();
}  // namespace deeploy::command
