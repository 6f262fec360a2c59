// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::conv2d.
#pragma once
#include <cluster/conv2d_cost.hpp>
#include <cluster/conv2d_dense.hpp>
#include <cluster/conv2d_depthwise.hpp>
#include <cluster/conv2d_pairs.hpp>
#include <cluster/conv2d_taps.hpp>
#include <cluster/mapping.hpp>

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::conv2d_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}, {"accumulate", true}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr cluster::conv_class class_of_form(layer_descriptor const& l, int form) {
    return cluster::conv_class_of(l, form == 1, Engine::has == decltype(Engine::has)::mac_load);
  }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    return cluster::conv_scratch(class_of_form(l, form), form == 1, tile).end;
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    using namespace cluster;
    conv_class const c = class_of_form(l, form);
    // Results of an image that is narrower than a strip are stored one by one.
    bool const narrow = c.path == conv_path::depthwise && c.stride == 1 && l.space[conv_axis::out_columns].length < 4;
    i64 results = narrow ? 1 : 0;
    for (int a = 0; a <= conv_axis::out_channels; ++a) results *= tile[a];
    return conv_cycles(c, form == 1, storage_step(l.with[0], conv_axis::out_columns) == c.steps.columns, tile) + parts_of(results * 104, cost_cores);
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int form, index const*) {
    return cluster::conv_code_bytes(class_of_form(l, form));
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = [] {
    constexpr kernel_class c = deeploy::class_of(L, form == 1);
    constexpr cluster::conv_class v = class_of_form(L, form);
    kernel_code k;
    int phase = 0;
    if constexpr (v.prepares()) k.phase[phase++] = &cluster::conv_common<c, v>::prepare;
    if constexpr (v.path == cluster::conv_path::dense) {
      k.phase[phase] = &cluster::conv_dense<c, v>::compute;
      if constexpr (cluster::conv_dense<c, v>::has_panels) k.lower = &cluster::conv_dense<c, v>::lower;
    } else if constexpr (v.path == cluster::conv_path::depthwise && v.stride == 1)
      k.phase[phase] = &cluster::conv_depthwise<c, v>::compute;
    else if constexpr (v.path == cluster::conv_path::planes)
      k.phase[phase] = &cluster::conv_taps<c, v>::compute;
    else if constexpr (v.path == cluster::conv_path::depthwise)
      k.phase[phase] = &cluster::conv_pairs<c, v>::compute;
    else
      k.phase[phase] = &cluster::conv_common<c, v>::compute_in_general;
    return k;
  }();
};
}  // namespace deeploy
