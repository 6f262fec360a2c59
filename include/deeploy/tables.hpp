// SPDX-License-Identifier: Apache-2.0
// The tables that the executor reads: geometries, steps, addresses. Plain values; program.hpp makes them.
#pragma once
#include <deeploy/kernel.hpp>
#include <deeploy/memory.hpp>
#include <deeploy/network.hpp>
#include <deeploy/plan.hpp>
#include <deeploy/region.hpp>

namespace deeploy {
/// A section of a memory and an offset in it, in one word: where the first element of an operand lies.
struct address {
  u32 word = 0;
  static constexpr int offset_bits = 27;
  constexpr address() = default;
  constexpr address(u8 memory, section where, i64 offset)
      : word((static_cast<u32>(memory) * section_count + static_cast<u32>(where)) << offset_bits |
             (static_cast<u32>(offset) & ((1u << offset_bits) - 1))) {}
  constexpr u32 base() const { return word >> offset_bits; }  ///< memory * section_count + section
  constexpr u32 offset() const { return word & ((1u << offset_bits) - 1); }
  constexpr bool operator==(address const&) const = default;
};
constexpr address operator+(address a, i64 distance_bytes) {
  a.word = (a.word & ~((1u << address::offset_bits) - 1)) | static_cast<u32>((a.offset() + distance_bytes) & ((1u << address::offset_bits) - 1));
  return a;
}
constexpr address operator-(address a, i64 distance_bytes) { return a + -distance_bytes; }
/// Bases of all sections of all memories, indexed by address::base().
inline constexpr int base_count = max_memories * section_count;

/// An operand without its address: dimensions in the order of a tile buffer.
struct operand_geometry {
  bool present = false;
  bool written = false;
  u8 rank = 0;
  u8 element_bytes = 1;
  u8 copies = 0;  ///< tile buffers; 0: used in place
  u8 slide_slot = 0;
  index slide_step = 0;
  dimension dim[max_rank] = {};
  constexpr bool streams_in() const { return present && copies != 0 && !written; }
  constexpr bool streams_out() const { return present && copies != 0 && written; }
};

/// What running a step's tiles needs to know of its geometry. One bit per operand in each mask.
struct step_head {
  kernel_code code = {};
  u8 operands = 0;
  u8 present = 0;
  u8 written = 0;
  u8 single = 0, twice = 0;  ///< streamed through one tile buffer, or through two
  u8 slides = 0;             ///< the home depends on a run-time extent
  constexpr u8 streamed_in() const { return static_cast<u8>((single | twice) & ~written); }
};

/// What steps of equal shape have in common.
struct geometry {
  u8 axes = 0;
  u8 operands = 0;
  u8 order[max_axes] = {};
  u8 slot[max_axes] = {};
  bool reduced[max_axes] = {};
  box part = {};
  index tile[max_axes] = {};
  operand_geometry with[max_operands] = {};
  step_head head = {};
};

/// One step: a geometry and the addresses.
struct step_record {
  u16 geometry_index = 0;
  u16 layer = 0;
  u16 values_at = 0;  ///< first of the layer's values in program::values
  early_operands early = {};
  u8 value_count = 0;
  address home[max_operands] = {};
  bytes buffer[max_operands][2] = {};
  bytes scratch_at = 0;
  bytes scratch_turn = 0;  ///< every other tile's scratch lies this far behind
};

/// What the executor is given: tables that live in read-only memory.
struct program_view {
  geometry const* geometries;
  step_record const* steps;
  i32 const* values;
  int step_count;
  run_time_extents most;  ///< the planned maxima
};
}  // namespace deeploy
