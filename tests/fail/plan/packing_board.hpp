// SPDX-License-Identifier: Apache-2.0
// A board whose engine packs weights, reads them where they lie, and addresses bytes around its operands.
#pragma once
#include <deeploy/model.hpp>
#include <host/kernels.hpp>

struct packing_engine {
  static constexpr char const* name = "packing";
  static constexpr bool runs_reference_kernels = true;
};
#ifndef BEHIND
#define BEHIND 64
#endif
template <>
struct deeploy::mapping<deeploy::op::matmul_kind, packing_engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"packed", false}, {"as stored", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const&, int, index const*) { return 1; }
  /// 32 bytes for each output; with PART, 16 more of each behind them, in the place of the bias.
  static constexpr operand packed(layer_descriptor const& l, int form, int o) {
    operand p;
#ifdef PART
    if (o == 2 && form == 0) {
      p.of = l.with[1].of;
      p.rank = 2;
      p.offset = 32 * l.space[4].length;
      p.dim[0] = {.length = l.space[4].length, .stride = 16, .axis = 4};
      p.dim[1] = {.length = 16, .stride = 1};
    }
#endif
    if (o != 1 || form != 0) return p;
    p.of = l.with[1].of;
    p.rank = 2;
    p.dim[0] = {.length = l.space[4].length, .stride = 32, .axis = 4};
    p.dim[1] = {.length = 32, .stride = 1};
    return p;
  }
  static void pack(layer_descriptor const&, int, int, void const*, u8*) {}
  static constexpr reach_beyond beyond(layer_descriptor const&, int, int o, index const*, bool) {
    return o == 5 ? reach_beyond{0, BEHIND} : reach_beyond{};
  }
};
struct packing_board : deeploy::board::host {
  static constexpr char const* name = "packing";
  using engines = deeploy::detail::types<packing_engine, deeploy::engine::host_cluster>;
};
#define BOARD packing_board
#define CONSTANT_BYTES 0
#ifdef PART
#define WEIGHT_MEMORY_BYTES 384
#else
#define WEIGHT_MEMORY_BYTES 256
#endif
