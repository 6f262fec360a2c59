// SPDX-License-Identifier: Apache-2.0
// layer_descriptor: a layer as a value. Its axes, its operands and, per operand, the region rule as data.
#pragma once
#include <deeploy/requantisation.hpp>
#include <deeploy/view.hpp>

namespace deeploy {
inline constexpr int max_axes = 8;
inline constexpr int max_operands = 6;
inline constexpr int max_classes = 20;
inline constexpr int max_values = 20;

/// What the planner may do with an axis of the iteration space.
enum class axis_kind : u8 {
  parallel,   ///< tiles are independent
  reduction,  ///< tiles add up in an accumulator
  whole,      ///< may not be tiled: a kernel window, the row of a softmax
};

struct axis {
  index length = 1;  ///< the largest; run-time extents lower it
  axis_kind kind = axis_kind::parallel;
  u8 slot = 0;
  char const* name = "";
};

/// What is wrong with a layer or a plan: a code of detail/codes.hpp and the two numbers that do not agree.
struct problem {
  int code = 0;  ///< 0: nothing
  i64 found = 0;
  i64 expected = 0;
};

/// One dimension of an operand and which of its subscripts a box of the iteration space touches. This is the region rule:
///
///     subscript = scale * axis + window_scale * window_axis + shift          (axis -1: none)
///
/// cut to [0, length). A box [from, to) of the axes touches the subscripts from the smallest to the largest.
/// With a divisor or modulus the axis is spread over several dimensions: subscript = axis / divisor % modulus.
/// A dimension without an axis is touched as a whole.
struct dimension {
  index length = 1;
  index stride = 0;  ///< elements of the storage
  i8 axis = -1;
  i8 window_axis = -1;
  u8 slot = 0;  ///< run-time slot of `length`
  index scale = 1;
  index window_scale = 1;
  index shift = 0;
  index divisor = 1;
  index modulus = 0;  ///< 0: none

  constexpr bool split() const { return divisor != 1 || modulus != 0; }
  constexpr bool windowed() const { return window_axis >= 0; }
};

enum class direction : u8 { in, out };

/// An operand: a window of a tensor, its dimensions bound to the axes. `of` is null where an optional operand is absent.
struct operand {
  tensor_descriptor const* of = nullptr;
  direction way = direction::in;
  u8 rank = 0;
  u8 slide_slot = 0;
  index slide_step = 0;
  index offset = 0;  ///< of the first element, in elements of the storage
  dimension dim[max_rank] = {};
};

/// What all layers of one operator kind have in common. Names are for reports, errors and tuning files.
struct operator_facts {
  char const* name;
  char const* operand_name[max_operands];
  bool multiplies = false;  ///< each point of the iteration space is one multiplication and addition
  bool fused = false;       ///< made of several layers when importing, unless --no-fuse is said
};

/// A layer as a value; what the planner, the proof and the executor work on.
///
/// `classes` are the parameters that a kernel is compiled for (window, stride, rounding mode ...), `values` those that it
/// reads at run time (multipliers, clip limits), so that equal blocks with other scales share their code.
struct layer_descriptor {
  operator_facts const* facts = nullptr;
  u8 axes = 0;
  u8 operands = 0;
  u8 class_count = 0;
  u8 value_count = 0;
  axis space[max_axes] = {};
  operand with[max_operands] = {};
  index classes[max_classes] = {};
  i32 values[max_values] = {};
  problem first_problem = {};  ///< found while describing; check() reports it
};

/// Satisfied by what derives from op::<kind><...>.
template <class L>
concept Layer = requires { L::descriptor.axes; typename L::kind; };
}  // namespace deeploy
