// SPDX-License-Identifier: Apache-2.0
// What a plan is made of. plan.hpp of a model specialises plan_of<Net> with arrays of these.
#pragma once
#include <deeploy/memory.hpp>
#include <deeploy/region.hpp>

namespace deeploy {
/// Where a tensor lives: memory, section, bytes from the section's base.
struct place {
  u8 memory = 0;
  section where = section::scratch;
  bytes offset = 0;
};

/// The tile buffers of one operand, in the scratch section of L1. No copies: the tensor lives in L1 and is used in place.
struct tile_buffer {
  u8 copies = 0;
  bytes at[2] = {};
};

/// Operands of a step whose first tiles are fetched while a step before it runs, which may be the last one or the one before that.
inline constexpr int most_steps_early = 2;
struct early_operands {
  u8 by[most_steps_early] = {};  ///< bit o of by[n - 1]: operand o is fetched n steps before
  constexpr u8 all() const { return static_cast<u8>(by[0] | by[1]); }
  /// How many steps before operand o is fetched; 0: with the step.
  constexpr int steps(int o) const { return by[0] >> o & 1 ? 1 : by[1] >> o & 1 ? 2 : 0; }
};

/// One step: a box of a layer's iteration space, run tile by tile on one engine.
struct step {
  u16 layer = 0;
  u8 engine = 0;  ///< of the board's engines
  u8 form = 0;    ///< of the mapping's forms
  early_operands early = {};
  box part = {};
  index tile[max_axes] = {};
  u8 order[max_axes] = {};  ///< axes from the outermost loop to the innermost
  tile_buffer buffer[max_operands] = {};
  bytes scratch_at = 0;
};

/// Who made the plan, from what, and how good it is.
struct plan_header {
  int format = 0;
  int tool = 0;
  u64 model = 0;
  u64 board = 0;
  char const* board_name = "";
  i64 objective = 0;  ///< estimated cycles, or what was asked for
  i64 bound = 0;      ///< no legal plan in this order of layers is below
};

/// Bytes that the plan uses of each memory, section by section.
struct memory_use {
  bytes used[section_count] = {};
  constexpr bytes total() const { return used[0] + used[1] + used[2]; }
};

/// The plan of a network; the generated header specialises it:
///
///     static constexpr plan_header header;
///     static constexpr memory_use memories[];   one per memory of the board
///     static constexpr place tensors[];         one per tensor, in the order of graph<Net>::tensors
///     static constexpr step steps[];            in the order of execution
template <class Net>
struct plan_of {
  static constexpr bool planned = false;
};

template <class Net>
concept Planned = requires { plan_of<Net>::header.format; };
}  // namespace deeploy
