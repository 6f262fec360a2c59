// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::gather.
#pragma once
#include <cluster/copy.hpp>
#include <reference/gather.hpp>

namespace deeploy::cluster {
/// Axes: outer indices inner picked_from. Operands: x indices y. @cores all; each takes an equal part of the result
template <bytes size>
struct gather_elements {
  static void run(int core, int cores, kernel_arguments const& a) {
    using T = typename element_of_size<size>::type;
    constexpr int picked_from = 3;
    constexpr walked_operands walked = walks(0, 1, 2);
    index const length = a.length[picked_from], slice = a.with[0].stride[picked_from];
    runs r;
    merge_axes<walked>(a, 1u << picked_from, 1, r);
    for_runs<walked>(a, r, core_share(r.total, core, cores, 4), [&](index n, index const* at) DEEPLOY_INLINE_LAMBDA {
      i32 const* which = data<i32>(a, 1) + at[1];
      T const* x = data<T>(a, 0) + at[0];
      T* y = data<T>(a, 2) + at[2];
      // Along a run of the inner axis one index serves all; else every element has its own.
      index const part = step_of(a, r, 1) == 0 ? n : 1;
      for (; n > 0; n -= part) {
        i32 const asked = *which, wanted = asked < 0 ? asked + length : asked;
        index const picked = xpulp::max(xpulp::min(wanted, length - 1), 0);
        move_elements<T>(reinterpret_cast<u8*>(y), step_of(a, r, 2) * size,
                         reinterpret_cast<u8 const*>(x + picked * slice), step_of(a, r, 0) * size, part);
        which += step_of(a, r, 1);
        x += step_of(a, r, 0);
        y += step_of(a, r, 2);
      }
    });
  }
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::gather_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 scratch_bytes(layer_descriptor const&, int, index const*) { return 0; }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int, index const* tile) {
    i64 const results = static_cast<i64>(tile[0]) * tile[1] * tile[2], each = size_of(l.with[2].of->type);
    return cluster::walk_cycles + (results * each + 7) / 8 + (static_cast<i64>(tile[0]) * tile[1] + 7) / 8 * 40;
  }
  static constexpr i64 code_bytes(layer_descriptor const&, int, index const*) { return 1800; }
  template <layer_descriptor const& L, int>
  static constexpr kernel_code code = [] {
    constexpr bytes x = size_of(L.with[0].of->type), y = size_of(L.with[2].of->type);
    if constexpr (x == y)
      return kernel_code{{&cluster::gather_elements<y>::run}};
    else
      return kernel_code{{&reference::entry<reference::gather, class_of(L, false)>}};
  }();
};
}  // namespace deeploy
