// SPDX-License-Identifier: Apache-2.0
// A board whose engine has limits: features in multiples of 4, and a short form for up to 4 input features.
#pragma once
#include <deeploy/model.hpp>
#include <host/kernels.hpp>

struct vector_engine {
  static constexpr char const* name = "vector";
  static constexpr bool runs_reference_kernels = true;
};
template <>
struct deeploy::mapping<deeploy::op::matmul_kind, vector_engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"long", false}, {"short", false}};
  static constexpr bool takes(layer_descriptor const& l, int form) { return form == 0 || l.space[5].length <= 4; }
  static constexpr index multiple(layer_descriptor const&, int, int axis) { return axis == 4 ? 4 : 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const&, int, index const*) { return 1; }
};
struct vector_board : deeploy::board::host {
  static constexpr char const* name = "vector";
  using engines = deeploy::detail::types<vector_engine>;
};
