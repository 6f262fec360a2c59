// SPDX-License-Identifier: Apache-2.0
// Siracusa: eight RISC-V cores with DSP instructions on a shared L1. The only file with facts of its engines.
#pragma once
#include <deeploy/layer.hpp>
#include <siracusa/memories.hpp>

namespace deeploy::siracusa {
struct npu_driver;  // runtime/npu.hpp
}

namespace deeploy::engine {
/// Instructions of the cluster's cores. Silicon has mac&load; the public simulator traps on it.
enum class instructions : u8 { xpulpv2, mac_load };

/// The cluster's cores. Its kernels are kernels/cluster.
template <instructions set>
struct cluster {
  static constexpr char const* name = "cluster";
  static constexpr bool runs_cluster_kernels = true;
  static constexpr instructions has = set;
};

/// N-EUREKA: products of bytes with constants that lie packed in weight memory. Its mappings are kernels/npu.
struct neureka {
  static constexpr char const* name = "npu";
  using driver = siracusa::npu_driver;
  /// Cycles per 32-byte word of weights: the chip's published peaks need 1 (MRAM), its simulations with SRAM 2.
  static constexpr int weight_memory_cycles = 1;
};
}  // namespace deeploy::engine

namespace deeploy::board {
/// What the run-time keeps of each memory for itself. link.ld lays it out and asserts that it is enough.
namespace siracusa_reserved {
inline constexpr bytes control_stack_bytes = 6144;  ///< of core 0, which may hold two tiles that it makes ready
inline constexpr bytes kernel_stack_bytes = 2048;   ///< of each other core
/// Pages of the program's stream: one is read while the next is fetched.
inline constexpr bytes page_bytes = 2048;
inline constexpr int pages = 2;
inline constexpr bytes l1_control_bytes = 256;  ///< offload mailbox, DMA counters, step and tile for a debugger
inline constexpr bytes l1_bytes = control_stack_bytes + (siracusa_cores - 1) * kernel_stack_bytes + pages * page_bytes + l1_control_bytes;
inline constexpr bytes l2_bytes = 256 * 1024;  ///< code, tables, the fabric controller's stack, an application's own data
}  // namespace siracusa_reserved

/// Siracusa's memories with what the run-time keeps of them.
struct memories_of_siracusa {
  memory_facts of[sizeof(siracusa_memories) / sizeof(memory_facts)];
};
inline constexpr memories_of_siracusa siracusa_with_run_time = [] {
  memories_of_siracusa m{};
  for (size_t i = 0; i < sizeof(siracusa_memories) / sizeof(memory_facts); ++i) m.of[i] = siracusa_memories[i];
  m.of[0].reserved_bytes = siracusa_reserved::l1_bytes;
  m.of[1].reserved_bytes = siracusa_reserved::l2_bytes;
  return m;
}();

/// How the program's stream is laid out, and the DMA's commands in it: 17 bits of length, then direction, incremental,
/// two-dimensional, event.
struct siracusa_stream {
  static constexpr bytes page_bytes = siracusa_reserved::page_bytes;
  static constexpr int block_cycles = 60, unit_cycles = 110;  ///< of core 0, to make a tile's block ready, and to write a job's registers
  static constexpr bytes long_copy_bytes = 4096;  ///< takes the DMA longer than core 0 a block with code that is not in its cache
  struct dma {
    static constexpr u32 most_bytes = 131'071, to_l1 = 1u << 17, incremental = 1u << 18, two_dimensional = 1u << 19, raise_event = 1u << 20;
    static constexpr u32 word(bool in, bool of_lines, u32 length_bytes) {
      return length_bytes | (in ? to_l1 : 0) | incremental | (of_lines ? two_dimensional : 0) | raise_event;
    }
  };
};

/// Siracusa with Xpulpv2 alone: runs on silicon and on every simulator.
struct siracusa {
  static constexpr char const* name = "siracusa";
  static constexpr auto const& memories = siracusa_with_run_time.of;
  static constexpr int cores = siracusa_cores;
  static constexpr execution_costs const& costs = siracusa_costs;
  using stream = siracusa_stream;
  using engines = detail::types<engine::cluster<engine::instructions::xpulpv2>, engine::neureka>;
};

/// The same with mac&load.
struct siracusa_macload {
  static constexpr char const* name = "siracusa:macload";
  static constexpr auto const& memories = siracusa_with_run_time.of;
  static constexpr int cores = siracusa_cores;
  static constexpr execution_costs const& costs = siracusa_costs;
  using stream = siracusa_stream;
  using engines = detail::types<engine::cluster<engine::instructions::mac_load>, engine::neureka>;
};
}  // namespace deeploy::board
