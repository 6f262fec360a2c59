// SPDX-License-Identifier: Apache-2.0
// mapping<Kind, Engine>: how an engine runs an operator. The primary template means "it does not".
#pragma once
#include <deeploy/kernel.hpp>
#include <deeploy/region.hpp>

namespace deeploy {
/// One way in which an engine runs an operator.
struct form {
  char const* name;
  bool accumulates;  ///< takes a reduction in several tiles
};

/// A mapping whose code is the one phase entry<kernel, class_of(layer, accumulates)> says so with this: programs for many
/// networks then compile each class once, in a file of its own.
struct kernel_template {
  char const* entry = "";  ///< the function template, with its namespaces
  detail::text kernel;     ///< its first argument
};

/// Bytes before and behind an operand of a tile that an engine's streamers may address without needing them.
struct reach_beyond {
  i64 before = 0, behind = 0;
};

/// The values of a layer's constants as they stand in the network; null for what is no constant.
struct constant_values {
  void const* of[max_operands] = {};
};

/// Specialised for what an engine runs:
///
///     static constexpr bool supported = true;
///     static constexpr form forms[];
///     static constexpr bool takes(layer_descriptor const&, int form);              all operands, types, limits
///     static constexpr index multiple(layer_descriptor const&, int form, int axis);   tile lengths: multiple of this
///     static constexpr i64 scratch_bytes(layer_descriptor const&, int form, index const* tile);
///     static constexpr i64 tile_cycles(layer_descriptor const&, int form, index const* tile);   compute, data in L1;
///         must not fall when a tile length grows
///     static constexpr i64 code_bytes(layer_descriptor const&, int form, index const* tile);   optional: of the instructions
///         that a step runs through; its first tile brings them into the instruction cache
///     static constexpr i64 apart_cycles(layer_descriptor const&);   optional, of an operator that an import makes of several
///         layers: about what these take one by one, data in L1, their steps included
///     template <layer_descriptor const& L, int form> static constexpr kernel_code code;
///     static constexpr kernel_template shared_kernel;   optional, see there
///
/// An engine that has a storage of its own for constants adds
///
///     static constexpr operand packed(layer_descriptor const&, int form, int o);
///         operand o as the engine stores it, its dimensions in bytes; of == null: as the network stores it. Such a
///         constant is packed when the images are written, lies in a memory with read_in_place and has no tile buffer.
///         In the place of an operand that the layer does not have, it may be a part behind a packed constant: `of` is that
///         constant's, `offset` its first byte. Such a part is fetched as any operand is
///     static void pack(layer_descriptor const&, int form, int o, void const* values, u8* packed);
///     static constexpr bool exact(layer_descriptor const&, int form, constant_values const&);
///         does the form give the operator's results with these constants? Asked when planning and when packing
///     static constexpr u32 by_unit(layer_descriptor const&, int form);   optional: bit o: operand o of a lowered tile is
///         touched by a unit, which computes while the cores make the next tile ready; 0: the cores wait for it
///     static constexpr u32 by_both(layer_descriptor const&, int form);   optional: of these, inputs that the cores read too
///         when they make a tile ready
///     static constexpr i64 ready_cycles(layer_descriptor const&, int form, index const* tile);   then: of the cores, to make a
///         tile ready; tile_cycles() are the unit's
///     static constexpr reach_beyond beyond(layer_descriptor const&, int form, int o, index const* tile, bool in_place);
///         of an operand in L1, or of the scratch bytes (o == -1)
///
/// @tparam Kind    an operator's kind, or one layer for a kernel of its own
/// @tparam Engine  an engine of a board
template <class Kind, class Engine>
struct mapping {
  static constexpr bool supported = false;
};

/// The mapping of a layer: its own, if there is one, else its kind's.
template <class L, class Engine>
struct mapping_of : mapping<typename L::kind, Engine> {};
template <class L, class Engine>
  requires(mapping<L, Engine>::supported)
struct mapping_of<L, Engine> : mapping<L, Engine> {};

/// Satisfied when an engine has a mapping for the layer's kind.
template <class L, class Engine>
concept RunsOn = mapping_of<L, Engine>::supported;

/// A mapping as a value; what the planner and the proof call.
struct mapping_facts {
  char const* engine = "";
  form const* forms = nullptr;
  int form_count = 0;
  bool (*takes)(layer_descriptor const&, int) = nullptr;
  index (*multiple)(layer_descriptor const&, int, int) = nullptr;
  i64 (*scratch_bytes)(layer_descriptor const&, int, index const*) = nullptr;
  i64 (*tile_cycles)(layer_descriptor const&, int, index const*) = nullptr;
  kernel_template shared_kernel = {};
  i64 (*code_bytes)(layer_descriptor const&, int, index const*) = nullptr;
  i64 (*apart_cycles)(layer_descriptor const&) = nullptr;
  operand (*packed)(layer_descriptor const&, int, int) = nullptr;
  void (*pack)(layer_descriptor const&, int, int, void const*, u8*) = nullptr;
  bool (*exact)(layer_descriptor const&, int, constant_values const&) = nullptr;
  u32 (*by_unit)(layer_descriptor const&, int) = nullptr;
  u32 (*by_both)(layer_descriptor const&, int) = nullptr;
  i64 (*ready_cycles)(layer_descriptor const&, int, index const*) = nullptr;
  reach_beyond (*beyond)(layer_descriptor const&, int, int, index const*, bool) = nullptr;

  constexpr bool packs(layer_descriptor const& l, int form, int o) const {
    return packed != nullptr && l.with[o].of != nullptr && l.with[o].of->use == role::constant && packed(l, form, o).of != nullptr;
  }
  /// Operand o as this engine's form finds it in memory: as the engine stores it, or a part behind a packed constant.
  constexpr operand seen(layer_descriptor const& l, int form, int o) const {
    operand const& own = l.with[o];
    if (packed == nullptr || (own.of != nullptr && own.of->use != role::constant)) return own;
    operand const stored = packed(l, form, o);
    return stored.of != nullptr ? stored : own;
  }
  /// The operand of the layer whose tensor `seen` is, the o-th as it is seen: o, or the constant that it is a part of; -1: none.
  static constexpr int whose(layer_descriptor const& l, operand const& seen, int o) {
    if (l.with[o].of != nullptr || seen.of == nullptr) return l.with[o].of != nullptr ? o : -1;
    for (int k = 0; k < l.operands; ++k)
      if (l.with[k].of == seen.of) return k;
    return -1;
  }
  /// Operands that the unit alone touches, up to the time when a tile is ready.
  constexpr u32 by_unit_alone(layer_descriptor const& l, int form) const { return by_unit == nullptr ? 0 : by_unit(l, form) & ~(by_both == nullptr ? 0 : by_both(l, form)); }
  /// From a tile's scratch bytes to those of the next one, which is made ready while a unit is at work; 0: they share them, as
  /// tiles do whose accumulators stay there.
  constexpr i64 scratch_turn(layer_descriptor const& l, int form, index const* tile) const {
    if (by_unit == nullptr || by_unit(l, form) == 0 || forms[form].accumulates) return 0;
    bool cut = false;
    for (int a = 0; a < l.axes; ++a) cut = cut || tile[a] < l.space[a].length;
    return cut ? (scratch_bytes(l, form, tile) + 31) / 32 * 32 : 0;
  }
  /// Scratch bytes of a step.
  constexpr i64 scratch_of_step(layer_descriptor const& l, int form, index const* tile) const {
    return scratch_turn(l, form, tile) + scratch_bytes(l, form, tile);
  }
  constexpr reach_beyond reaches(layer_descriptor const& l, int form, int o, index const* tile, bool in_place) const {
    return beyond == nullptr ? reach_beyond{} : beyond(l, form, o, tile, in_place);
  }
};

template <class L, class Engine>
constexpr mapping_facts facts_of() {
  using m = mapping_of<L, Engine>;
  if constexpr (m::supported) {
    mapping_facts f{Engine::name, m::forms, sizeof(m::forms) / sizeof(form), m::takes, m::multiple, m::scratch_bytes,
                    m::tile_cycles};
    if constexpr (requires { m::shared_kernel; }) f.shared_kernel = m::shared_kernel;
    if constexpr (requires { m::code_bytes; }) f.code_bytes = m::code_bytes;
    if constexpr (requires { m::apart_cycles; }) f.apart_cycles = m::apart_cycles;
    if constexpr (requires { m::packed; }) f.packed = m::packed, f.pack = m::pack;
    if constexpr (requires { m::exact; }) f.exact = m::exact;
    if constexpr (requires { m::by_unit; }) f.by_unit = m::by_unit, f.ready_cycles = m::ready_cycles;
    if constexpr (requires { m::by_both; }) f.by_both = m::by_both;
    if constexpr (requires { m::beyond; }) f.beyond = m::beyond;
    return f;
  } else {
    return {Engine::name};
  }
}
}  // namespace deeploy
