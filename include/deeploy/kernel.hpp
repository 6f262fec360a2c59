// SPDX-License-Identifier: Apache-2.0
// What a kernel is called with, and the class of shapes that it is compiled for.
#pragma once
#include <deeploy/layer.hpp>

namespace deeploy {
/// The part of a layer that a kernel is compiled for. Layers of one class share one copy of the code.
struct kernel_class {
  // No member has padding before it: clang 19 reads the members of a template argument with padding at wrong places.
  index classes[max_classes] = {};
  element type[max_operands] = {};
  bool present[max_operands] = {};
  bool accumulates = false;  ///< the reduction comes in several tiles
  u8 class_count = 0;
};
static_assert(sizeof(kernel_class) - sizeof(kernel_class::classes) < 2 * max_operands + 2 + alignof(index));

constexpr kernel_class class_of(layer_descriptor const& l, bool accumulates) {
  kernel_class c;
  for (int o = 0; o < l.operands; ++o)
    if (l.with[o].of != nullptr) {
      c.present[o] = true;
      c.type[o] = l.with[o].of->type;
    }
  c.accumulates = accumulates;
  c.class_count = l.class_count;
  for (int i = 0; i < l.class_count; ++i) c.classes[i] = l.classes[i];
  return c;
}

/// One operand of a tile: element (i, j, ..) of the tile's box is at[origin + stride[0]*i + stride[1]*j + ..].
struct kernel_operand {
  void* at = nullptr;
  index origin = 0;
  index stride[max_axes] = {};  ///< elements per step along each axis; 0 where the operand does not depend on it
  bool operator==(kernel_operand const&) const = default;
};

/// What a kernel is called with, on every core alike.
struct kernel_arguments {
  kernel_operand with[max_operands];
  index length[max_axes];  ///< of the tile, along each axis
  /// Operand 0, dimensions with a window or a shift: first + step[axis]*i + step[window_axis]*j must lie in [0, limit),
  /// else the element is padding. Indexed by the dimension's axis.
  index first[max_axes];
  index limit[max_axes];
  index step[max_axes];
  i32 const* values;   ///< the layer's run-time parameters, as described by its operator
  void* scratch;       ///< bytes as the mapping asked for, aligned as the board's L1 buffers are: to 4 bytes at least
  bool begins;         ///< first tile of a reduction: the accumulators start at zero
  bool ends;           ///< last tile of a reduction: the result is stored
  bool operator==(kernel_arguments const&) const = default;
};

/// One phase of a kernel. All cores call it; between phases the executor puts a barrier.
using kernel_phase = void (*)(int core, int cores, kernel_arguments const&);

struct lowered_tile;  // lowered.hpp
/// Lowers a tile, if there is code for tiles like it. Called by the compiler where tiles are known then, else at run time.
///
/// @param a        the tile without addresses
/// @param aligned  bit o: the tile's part of operand o begins at a multiple of 4 bytes
using kernel_lowering = bool (*)(kernel_arguments const& a, u32 aligned, lowered_tile& to);

/// The phases of a kernel, at most three, ended by null.
struct kernel_code {
  kernel_phase phase[4] = {};
  kernel_lowering lower = nullptr;
};
}  // namespace deeploy
