// SPDX-License-Identifier: Apache-2.0
// Small random networks as the planner sees them.
#pragma once
#include <deeploy/generator.hpp>
#include <generators/plan/planner.hpp>
#include <host/kernels.hpp>
#include <support/drawn.hpp>

namespace deeploy::test {
/// A chain with a branch: linear, requantise, linear beside them, sum, linear, softmax; the first `layers` of them.
template <int seed>
struct small_net {
  struct numbers {
    index rows, width[3];
    int layers;
  };
  static constexpr numbers n = [] {
    drawn d(5000 + seed);
    return numbers{d.one_of(2, 9), {d.one_of(2, 12), d.one_of(2, 12), d.one_of(2, 12)}, d.pick({2, 4, 5, 6, 6})};
  }();
  template <int t, class Element, index width>
  struct held
      : tensor<held<t, Element, width>, Element, shape<n.rows, width>, t == n.layers ? role::output : role::scratch> {};
  template <int t, index in, index out>
  struct weights : constant<weights<t, in, out>, i8, shape<in, out>, image_place{1024 * t, 1 + t}> {};
  struct x : tensor<x, i8, shape<n.rows, n.width[0]>, role::input> {};
  using t1 = held<1, i8, n.width[1]>;
  using t2 = held<2, i8, n.width[1]>;
  using t3 = held<3, i8, n.width[1]>;
  using t4 = held<4, i8, n.width[1]>;
  using t5 = held<5, i8, n.width[2]>;
  using t6 = held<6, u8, n.width[2]>;
  struct first
      : op::matmul<first, x, weights<1, n.width[0], n.width[1]>, t1, op::matmul_params{.result = {.shift = 4}}> {};
  struct scaled : op::requantise<scaled, t1, t2, op::requantise_params{{.shift = 2, .mul = 3}}> {};
  struct beside
      : op::matmul<beside, x, weights<3, n.width[0], n.width[1]>, t3, op::matmul_params{.result = {.shift = 4}}> {};
  struct sum : op::add<sum, t2, t3, t4, op::add_params{.result = {.shift = 1}}> {};
  struct last
      : op::matmul<last, t4, weights<5, n.width[1], n.width[2]>, t5, op::matmul_params{.result = {.shift = 4}}> {};
  struct soft : op::isoftmax<soft, t5, t6, op::isoftmax_params{1, 85, 3770, 63}> {};
  struct two : network<two, first, scaled> {};
  struct four : network<four, first, scaled, beside, sum> {};
  struct five : network<five, first, scaled, beside, sum, last> {};
  struct six : network<six, first, scaled, beside, sum, last, soft> {};
  using net = detail::nth<n.layers == 2 ? 0 : n.layers - 3, detail::types<two, four, five, six>>;
};

/// What the generator's main function makes of the types, without files.
inline plan::planned_model model_of(generator::type_facts const& f) {
  plan::planned_model m;
  m.name = m.short_name = "test";
  for (int t = 0; t < f.tensor_count; ++t) m.tensors.push_back({f.tensors[t], "t" + std::to_string(t), {}, {}, {}});
  for (int l = 0; l < f.layer_count; ++l) {
    plan::planned_layer layer{f.layers[l],
                              "l" + std::to_string(l),
                              {f.mappings + l * f.engine_count, f.mappings + (l + 1) * f.engine_count},
                              {}};
    for (int o = 0; o < max_operands; ++o) {
      int const t = layer.tensor[o] = f.tensor_ids[l][o];
      if (t >= 0)
        (layer.d->with[o].way == direction::out ? m.tensors[t].writers : m.tensors[t].readers).push_back({l, o});
    }
    layer.find_parts();
    m.layers.push_back(std::move(layer));
  }
  m.board.name = f.board;
  m.board.memories.assign(f.memories, f.memories + f.memory_count);
  for (int e = 0; e < f.engine_count; ++e) m.board.engines.push_back(f.mappings[e].engine);
  m.board.cores = f.cores;
  m.board.costs = f.costs;
  return m;
}
/// The layer as if a unit computed it beside the cores.
inline void give_to_unit(plan::planned_layer& l) {
  for (mapping_facts& m : l.engines) {
    m.by_unit = [](layer_descriptor const&, int) { return u32{1}; };
    m.ready_cycles = [](layer_descriptor const& d, int, index const*) { return i64{20} + d.axes; };
  }
}
template <int... seed>
std::vector<plan::planned_model> small_models(std::integer_sequence<int, seed...>) {
  return {model_of(generator::facts_of_types<typename small_net<seed + 1>::net, board::host>())...};
}
inline std::vector<plan::planned_model> const& small_models() {
  static auto const all = small_models(std::make_integer_sequence<int, 16>{});
  return all;
}
inline plan::plan_options options_for(plan::planned_model const& m, std::int64_t l1_bytes, bool reduced) {
  plan::plan_options o;
  for (memory_facts const& f : m.board.memories) o.capacity.push_back(f.capacity_bytes);
  o.capacity[0] = l1_bytes;
  o.reduced_grids = reduced;
  return o;
}
}  // namespace deeploy::test
