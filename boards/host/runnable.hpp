// SPDX-License-Identifier: Apache-2.0
// runnable: a planned network as plain tables, for programs that are compiled once for all networks.
#pragma once
#include <deeploy/image.hpp>
#include <deeploy/program.hpp>
#include <deeploy/placed_tensors.hpp>
#include <host/board.hpp>

namespace deeploy::host {
/// A network, its plan and its kernels. Kernels stand in it as addresses: they may come from other translation units.
struct runnable {
  program_view program;
  memory_use const* memories;
  u64 model_hash;
  u64 layout_hash[memory_count<board::host>];
  placed_tensor const* tensors;
  int tensor_count;
};

template <Network Net>
constexpr runnable runnable_of() {
  runnable r{program<Net, board::host>::view, plan_of<Net>::memories, model_hash<Net>, {}, placed_tensors_of<Net>.of, graph<Net>::tensor_count};
  for (int m = 0; m < memory_count<board::host>; ++m) r.layout_hash[m] = layout_hash<Net, board::host>(m);
  return r;
}
}  // namespace deeploy::host
