// SPDX-License-Identifier: Apache-2.0
// What to write instead of an operator that the importer does not take.
#include <algorithm>
#include <cctype>
#include <generators/import/lower.hpp>
#include <numeric>

namespace deeploy::import {
namespace {
/// Letters that differ, in either direction, without regard to case.
std::size_t distance(std::string const& a, std::string const& b) {
  auto const lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// Operators of ONNX that networks have, and the form in which a quantised network has them here.
std::map<std::string, char const*> const& forms() {
  static std::map<std::string, char const*> const table{
      {"AveragePool", "ReduceMean over the spatial axes (axes=[2, 3])"},
      {"GlobalAveragePool", "ReduceMean over the spatial axes (axes=[2, 3], keepdims=1)"},
      {"GlobalMaxPool", "MaxPool with kernel_shape of the whole input"},
      {"BatchNormalization", "Conv with the scale folded into its weights, then RequantShift"},
      {"InstanceNormalization", "iLayerNorm over the last axis"},
      {"LayerNormalization", "iLayerNorm over the last axis"},
      {"RMSNormalization", "iRMSNorm over the last axis"},
      {"SimplifiedLayerNormalization", "iRMSNorm over the last axis"},
      {"Softmax", "iSoftmax or ITAMax over the last axis"},
      {"LogSoftmax", "iSoftmax over the last axis"},
      {"Gelu", "iGELU, then RequantShift"},
      {"HardSwish", "iHardswish, then RequantShift"},
      {"HardSigmoid", "iHardswish, then RequantShift"},
      {"Clip", "RequantShift, which clips to its n_levels"},
      {"LeakyRelu", "Relu"},
      {"PRelu", "Relu"},
      {"Div", "TrueIntegerDiv for a constant divisor, IntegerDiv for a tensor"},
      {"QuantizeLinear", "RequantShift after a layer on integers"},
      {"DequantizeLinear", "RequantShift after a layer on integers"},
      {"DynamicQuantizeLinear", "RequantShift with constant mul and add"},
      {"QLinearConv", "Conv on integers, then RequantShift"},
      {"ConvInteger", "Conv on integers, then RequantShift"},
      {"QLinearMatMul", "MatMul on integers, then RequantShift"},
      {"MatMulInteger", "MatMul on integers, then RequantShift"},
      {"QLinearAdd", "Add of two RequantShift results, then RequantShift"},
      {"ConvTranspose", "Conv on an input that Pad has enlarged"},
      {"Split", "one Slice per part"},
      {"Tile", "Concat of the same tensor several times"},
      {"ConstantOfShape", "Constant"},
      {"Sum", "one Add per pair"},
      {"Mean", "Add, then RequantShift"},
      {"Einsum", "Transpose and MatMul"},
      {"GatherElements", "Gather along one axis"},
      {"GatherND", "Gather along one axis"},
      {"Neg", "RequantShift with a negative mul"},
      {"Floor", "RequantShift, which rounds"},
      {"Round", "RequantShift, which rounds"},
      {"ReduceMax", "MaxPool over the axis"},
      {"Attention", "MatMul, iSoftmax and MatMul"},
      {"MultiHeadAttention", "MatMul, iSoftmax and MatMul"},
  };
  return table;
}
}  // namespace

std::string closest_form(std::string const& type) {
  if (auto const known = forms().find(type); known != forms().end()) return known->second;
  std::string closest;
  std::size_t best = type.size() > 256 ? 0 : std::max<std::size_t>(2, type.size() / 3) + 1;
  for (auto const& [name, entry] : operator_table())
    if (std::size_t const d = best == 0 ? 1 : distance(type, name); d < best) best = d, closest = name;
  return closest.empty() ? "none that is like it (deeploy ops lists all)" : closest;
}
}  // namespace deeploy::import
