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

/// Specialised for what an engine runs:
///
///     static constexpr bool supported = true;
///     static constexpr form forms[];
///     static constexpr bool takes(layer_descriptor const&, int form);              all operands, types, limits
///     static constexpr index multiple(layer_descriptor const&, int form, int axis);   tile lengths: multiple of this
///     static constexpr i64 scratch_bytes(layer_descriptor const&, int form, index const* tile);
///     static constexpr i64 tile_cycles(layer_descriptor const&, int form, index const* tile);   compute, data in L1;
///         must not fall when a tile length grows
///     template <layer_descriptor const& L, int form> static constexpr kernel_code code;
///     static constexpr kernel_template shared_kernel;   optional, see there
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
};

template <class L, class Engine>
constexpr mapping_facts facts_of() {
  using m = mapping_of<L, Engine>;
  if constexpr (m::supported) {
    mapping_facts f{Engine::name, m::forms, sizeof(m::forms) / sizeof(form), m::takes, m::multiple, m::scratch_bytes,
                    m::tile_cycles};
    if constexpr (requires { m::shared_kernel; }) f.shared_kernel = m::shared_kernel;
    return f;
  } else {
    return {Engine::name};
  }
}
}  // namespace deeploy
