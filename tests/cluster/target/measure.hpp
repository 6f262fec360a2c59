// SPDX-License-Identifier: Apache-2.0
// Runs kernels on the simulated cluster: operands in L1, compared with the reference kernel, cycles of all eight cores.
#pragma once
#include <cluster/kernels.hpp>
#include <deeploy/model.hpp>
#include <reference/kernels.hpp>
#include <siracusa/board.hpp>

#include "../../simulator/runtime/runtime.hpp"
#include "../tile_parts.hpp"

namespace deeploy::target_test {
struct reference_engine {
  static constexpr char const* name = "reference";
  static constexpr bool runs_reference_kernels = true;
};

/// A layer with one form of its kernel as a value.
struct measured_layer {
  char const* name;
  layer_descriptor const* layer;
  kernel_code reference;
  kernel_code code;
  i64 scratch_bytes;
  i64 estimate;
  int bits;  ///< magnitude of the values of 32-bit operands
  void (*adjust)(int operand, u8* at) = nullptr;  ///< of what was drawn
};

template <class L, class Engine, int f>
constexpr measured_layer measured(char const* name, int bits = 16, void (*adjust)(int, u8*) = nullptr) {
  using mine = mapping_of<L, Engine>;
  static_assert(L::descriptor.first_problem.code == 0);
  static_assert(mine::takes(L::descriptor, f));
  index tile[max_axes] = {};
  for (int a = 0; a < max_axes; ++a) tile[a] = a < L::descriptor.axes ? L::descriptor.space[a].length : 1;
  return {name,
          &L::descriptor,
          mapping_of<L, reference_engine>::template code<L::descriptor, 0>,
          mine::template code<L::descriptor, f>,
          mine::scratch_bytes(L::descriptor, f, tile),
          mine::tile_cycles(L::descriptor, f, tile),
          bits,
          adjust};
}
}  // namespace deeploy::target_test
