// SPDX-License-Identifier: Apache-2.0
// How an engine that runs reference kernels is described: all types, all shapes, an estimate of Siracusa's cluster.
#pragma once
#include <deeploy/engine/mapping.hpp>
#include <reference/access.hpp>

namespace deeploy::reference {
/// Satisfied by engines whose kernels are the reference kernels.
template <class E>
concept ReferenceEngine = E::runs_reference_kernels;

/// Estimated cost on eight cores, in 1/64 cycle per unit of work. Kept in one place per operator, calibrated on silicon
/// facts for the real cluster; here it only has to rank plans sensibly.
struct work_cost {
  index per_step = 64;     ///< of one point of the whole iteration space (a multiply-accumulate, an element of a row)
  index per_result = 64;   ///< of one stored element
};
/// Barrier, argument set-up and loop entry of one kernel call.
inline constexpr i64 call_cycles = 60;

/// Points of a tile of the iteration space.
constexpr i64 points(layer_descriptor const& l, index const* tile) {
  i64 n = 1;
  for (int a = 0; a < l.axes; ++a) n *= tile[a];
  return n;
}
/// Elements of a tile without its reduced and whole axes.
constexpr i64 results(layer_descriptor const& l, index const* tile) {
  i64 n = 1;
  for (int a = 0; a < l.axes; ++a)
    if (l.space[a].kind == axis_kind::parallel) n *= tile[a];
  return n;
}

template <template <kernel_class> class Kernel, kernel_class C>
void entry(int core, int cores, kernel_arguments const& a) {
  Kernel<C>::run(core, cores, tile<C, tile_memory>{a, {}});
}

/// The name of a kernel without its class.
template <template <kernel_class> class Kernel>
constexpr deeploy::detail::text name_of_kernel() {
  deeploy::detail::text name = deeploy::detail::type_name<Kernel<kernel_class{}>>();
  int length = 0;
  while (name.begin[length] != '<') ++length;
  name.length = length;
  return name;
}

/// A mapping with one form: the whole reduction of a result in one call.
template <template <kernel_class> class Kernel, work_cost cost>
struct direct_mapping {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr kernel_template shared_kernel{"deeploy::reference::entry", name_of_kernel<Kernel>()};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    return call_cycles + (points(l, tile) * cost.per_step + results(l, tile) * cost.per_result + 63) / 64;
  }
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code{{&entry<Kernel, class_of(L, false)>}};
};

/// A mapping with a second form that takes the reduction in tiles and keeps 32-bit accumulators in scratch.
template <template <kernel_class> class Kernel, work_cost cost>
struct accumulating_mapping : direct_mapping<Kernel, cost> {
  static constexpr form forms[] = {{"direct", false}, {"accumulate", true}};
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    return form == 0 ? 0 : results(l, tile) * 4;
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    // Loading and storing the accumulators costs about two cycles per result and core.
    return direct_mapping<Kernel, cost>::tile_cycles(l, form, tile) + (form == 0 ? 0 : (results(l, tile) * 16 + 63) / 64);
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code{{&entry<Kernel, class_of(L, form == 1)>}};
};
}  // namespace deeploy::reference
