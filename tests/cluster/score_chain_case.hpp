// SPDX-License-Identifier: Apache-2.0
// The score chain as five layers and as one pass, on the same operands. Runs on the target too.
#pragma once
#include <cluster/binary.hpp>
#include <cluster/integer_div.hpp>
#include <cluster/requantise.hpp>
#include <cluster/score_chain.hpp>
#include <deeploy/model.hpp>
#include <deeploy/op/kinds.hpp>
#include <reference/kernels.hpp>

#include "tile_parts.hpp"

namespace deeploy::rows_test {
/// The numbers of the chain's layers.
struct chain_numbers {
  requantisation scores = {.shift = 12, .mul = 40, .add = 300};
  op::integer_div_params division = {.delta = 40, .eta = 3, .eps = 1, .result = {.shift = 5, .mul = 21, .add = 8}};
  op::add_params sum = {.a = {.shift = 7, .mul = 100, .add = 3},
                        .b = {.shift = 3, .mul = 8},
                        .result = {.shift = 8, .mul = 230, .add = 40}};
  op::isoftmax_params softmax = {.coefficient_a = 1, .coefficient_b = 40, .coefficient_c = 500, .log2 = 17};
  requantisation probability = {.shift = 8, .mul = 250, .add = 30, .low = 0, .high = 255};
  bool probabilities_signed = false;
  requantisation result = {.shift = 14, .mul = 300, .add = 50};
};

struct chain_engine {
  static constexpr char const* name = "reference";
  static constexpr bool runs_reference_kernels = true;
};

template <bool is_signed>
struct probability_type {
  using type = u8;
};
template <>
struct probability_type<true> {
  using type = i8;
};

template <index heads, index queries, index keys, index width, chain_numbers numbers>
struct chain_case {
  static constexpr index results = heads * queries * width, scores = heads * queries * keys;
  using p_t = typename probability_type<numbers.probabilities_signed>::type;
  template <int number, class E, index... n>
  struct t : tensor<t<number, E, n...>, E, shape<n...>> {};
  using q_t = t<0, i8, heads, queries, width>;
  using k_t = t<1, i8, heads, keys, width>;
  using v_t = t<2, i8, heads, keys, width>;
  using mask_t = t<3, i8, queries, keys>;
  using s1_t = t<4, i8, heads, queries, keys>;
  using s2_t = t<5, i8, heads, queries, keys>;
  using s3_t = t<6, i8, heads, queries, keys>;
  using p_tensor = t<7, p_t, heads, queries, keys>;
  using y_t = t<8, i8, heads, queries, width>;
  using divisor_t = t<9, i32, 1>;
  using keys_turned = view<k_t, {.of = {heads, width, keys}, .stride = {keys * width, 1, width}}>;

  struct scores_layer : op::matmul<scores_layer, q_t, keys_turned, s1_t, op::matmul_params{.result = numbers.scores}> {
  };
  struct division_layer : op::integer_div<division_layer, s1_t, divisor_t, s2_t, numbers.division> {};
  struct mask_layer : op::add<mask_layer, s2_t, mask_t, s3_t, numbers.sum> {};
  static constexpr op::isoftmax_params softmax_params = [] {
    op::isoftmax_params p = numbers.softmax;
    p.result = numbers.probability;
    return p;
  }();
  struct softmax_layer : op::isoftmax<softmax_layer, s3_t, p_tensor, softmax_params> {};
  struct values_layer : op::matmul<values_layer, p_tensor, v_t, y_t, op::matmul_params{.result = numbers.result}> {};

  alignas(4) i8 q[heads * queries * width], k[heads * keys * width], v[heads * keys * width], mask[queries * keys];
  alignas(4) i8 s1[scores], s2[scores], s3[scores], expected[results], result[results];
  alignas(4) p_t p[scores];
  i32 divisor = 5;
  i32 values[5][max_values];  ///< of the layers, near the cores
  cluster::score_tables tables;
  alignas(4) u8 prepared[queries * keys];
  alignas(4) u32 exponentials[8][keys];
  alignas(4) u8 probabilities[8][(keys + 3) & ~3];

  void fill(random_numbers& random) {
    layer_descriptor const* const layers[] = {&scores_layer::descriptor, &division_layer::descriptor,
                                              &mask_layer::descriptor, &softmax_layer::descriptor,
                                              &values_layer::descriptor};
    for (int l = 0; l < 5; ++l)
      for (int i = 0; i < max_values; ++i) values[l][i] = layers[l]->values[i];
    for (i8& x : q) x = static_cast<i8>(random.next());
    for (i8& x : k) x = static_cast<i8>(random.next());
    for (i8& x : v) x = static_cast<i8>(random.next());
    for (i8& x : mask) x = static_cast<i8>(random.below(3) == 0 ? -128 : 0);
    for (i8& x : result) x = 0x5A;
  }

  template <class L>
  static void run_layer(void const* a, void const* b, void* y, int y_operand) {
    static_assert(L::descriptor.first_problem.code == 0);
    layer_descriptor const& l = L::descriptor;
    kernel_arguments args{};
    box const whole = whole_box(l);
    for (int axis = 0; axis < max_axes; ++axis) args.length[axis] = axis < l.axes ? l.space[axis].length : 1;
    args.values = l.values;
    args.begins = args.ends = true;
    auto describe = [&](int o, void const* at) {
      describe_part(l.with[o], whole, static_cast<u8*>(const_cast<void*>(at)) + l.with[o].offset, true, o == 0,
                    args.with[o], args);
    };
    describe(0, a);
    if (b != nullptr) describe(1, b);
    describe(y_operand, y);
    mapping_of<L, chain_engine>::template code<L::descriptor, 0>.phase[0](0, 1, args);
  }
  void run_layers() {
    run_layer<scores_layer>(q, k, s1, 5);
    run_layer<division_layer>(s1, &divisor, s2, 4);
    run_layer<mask_layer>(s2, mask, s3, 4);
    run_layer<softmax_layer>(s3, nullptr, p, 3);
    run_layer<values_layer>(p, v, expected, 5);
  }

  /// Phase 0 fills the tables, phase 1 prepares the mask, phase 2 runs the rows.
  void run_pass(int phase, int core, int cores) {
    using namespace cluster;
    if (phase == 1)
      return prepare_mask(core, cores, tables, reinterpret_cast<u8 const*>(mask), prepared, queries * keys);
    if (phase == 0) {
      constexpr layer_descriptor const &d = division_layer::descriptor, &m = mask_layer::descriptor,
                                       &s = softmax_layer::descriptor;
      constexpr auto quotient_class = integer_div::describe(d);
      constexpr auto sum_class = binary<arithmetic::add>::describe(m);
      constexpr auto probability_class = element_requant_of(s, 0, 0, 255);
      using sum_op = typename binary<arithmetic::add>::template of_class<sum_class>;
      rounded_division const division(values[1], divisor);
      requantiser<quotient_class.result.of> const quotient(values[1]);
      sum_op const sum(values[2]);
      requantiser<sum_class.result.of> const summed(values[2]);
      requantiser<probability_class.of> const probability(values[3]);
      value_limits const first = limits_of(sum_class, m.values, 0), second = limits_of(sum_class, m.values, 1);
      fill_score_tables(
          core, cores, tables,
          [&](i32 x) {
            return sum.template requantised<0>(
                       requantise_element<quotient_class.result>(quotient, quotient.scale, division(x))) -
                   first.low;
          },
          [&](i32 x) { return sum.template requantised<1>(x) - second.low; },
          [&](i32 i) { return requantise_element<sum_class.result>(summed, summed.scale, first.low + second.low + i); },
          [&](i32 y) { return requantise_element<probability_class>(probability, probability.scale, y); },
          values[3] + 6);
      return;
    }
    constexpr layer_descriptor const &qk = scores_layer::descriptor, &pv = values_layer::descriptor;
    constexpr score_class chain_class{.scores = element_requant_of(qk, 1, 0, width * 128 * 128),
                                      .result = requant_class_of(pv, 1, 0),
                                      .probabilities_signed = numbers.probabilities_signed};
    score_pass<chain_class> const pass(values[0], values[4], tables, static_cast<u32>(numbers.softmax.levels));
    core_share const mine(heads * queries, core, cores, 1);
    for (index r = mine.begin; r < mine.end; ++r) {
      index const head = r / queries, query = r - head * queries;
      pass.run({.query = q + r * width,
                .keys = k + head * keys * width,
                .values = v + head * keys * width,
                .mask = prepared + query * keys,
                .result = reinterpret_cast<u8*>(result) + r * width,
                .key_on = width,
                .value_on = width,
                .length = keys,
                .width = width,
                .exponentials = exponentials[core],
                .probabilities = probabilities[core]});
    }
  }
};
}  // namespace deeploy::rows_test
