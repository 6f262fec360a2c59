// SPDX-License-Identifier: Apache-2.0
// Small matrix products, lowered: a few hundred results of a few products each, as rotations of heads are. The kernels for
// large ones take longer to prepare than these take to run.
#pragma once
#include <cluster/flat.hpp>
#include <cluster/product_class.hpp>

namespace deeploy::cluster {
/// The results of a product as two nested loops, with the steps of its operands in elements.
struct result_loops {
  static constexpr int operands[] = {0, 1, 2, 5}, count = 4;  ///< a, b, bias, y
  index inner = 1, total = 1;
  index inner_step[count] = {}, outer_step[count] = {};
  bool two = true;  ///< no more than these loops
};

constexpr result_loops result_loops_of(kernel_arguments const& a) {
  result_loops r;
  int axes[product_axis::depth] = {}, found = 0, loops = 0;
  kernel_operand const& y = a.with[5];
  for (int axis = 0; axis < product_axis::depth; ++axis) {
    if (a.length[axis] == 1) continue;
    int at = found++;
    for (; at > 0 && y.stride[axes[at - 1]] > y.stride[axis]; --at) axes[at] = axes[at - 1];
    axes[at] = axis;
  }
  index outer = 1;
  for (int i = 0; i < found; ++i) {
    index const length = a.length[axes[i]];
    r.total *= length;
    index* const steps = loops <= 1 ? r.inner_step : r.outer_step;
    index& reach = loops <= 1 ? r.inner : outer;
    bool merges = loops != 0;
    for (int o = 0; o < r.count; ++o) merges = merges && a.with[r.operands[o]].stride[axes[i]] == steps[o] * reach;
    if (merges) {
      reach *= length;
      continue;
    }
    if (++loops > 2) r.two = false;
    for (int o = 0; o < r.count; ++o) (loops == 1 ? r.inner_step : r.outer_step)[o] = a.with[r.operands[o]].stride[axes[i]];
    (loops == 1 ? r.inner : outer) = length;
  }
  return r;
}

template <kernel_class C, product_class P>
struct small_product {
  static constexpr int depth = product_axis::depth;
  using A = element_type<C.type[0]>;
  using B = element_type<C.type[1]>;
  using bias_t = element_type<C.type[2]>;
  using out = element_type<C.type[5]>;
  using result_requantiser = requantiser<P.result, true>;
  struct constants : result_requantiser {
    i32 total, inner, depth;
    i32 step_bytes[2];  ///< along the reduction, of a and b
    i32 inner_bytes[result_loops::count], outer_bytes[result_loops::count];
    i32 zero[2];
    constexpr explicit constants(i32 const* values) : result_requantiser(values), total(0), inner(0), depth(0), step_bytes{}, inner_bytes{}, outer_bytes{}, zero{values[8], values[9]} {}
  };
  static constexpr bool serves = !C.accumulates && one_byte(C.type[0]) && one_byte(C.type[1]) && !P.result.scaled;

  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    if (a.values[6] != 1 || a.values[7] != 1) return false;
    result_loops const r = result_loops_of(a);
    if (!r.two || small_product_work(r.total, a.length[depth]) > most_small_product_work(P)) return false;
    constants c(a.values);
    constexpr i32 size[] = {sizeof(A), sizeof(B), sizeof(bias_t), sizeof(out)};
    c.total = r.total;
    c.inner = r.inner;
    c.depth = a.length[depth];
    for (int o = 0; o < 2; ++o) c.step_bytes[o] = a.with[o].stride[depth] * size[o];
    for (int o = 0; o < r.count; ++o) {
      c.inner_bytes[o] = r.inner_step[o] * size[o];
      c.outer_bytes[o] = r.outer_step[o] * size[o];
      t.point(r.operands[o], i64{a.with[r.operands[o]].origin} * size[o]);
    }
    t.set(c);
    t.phase[0] = &run;
    return true;
  }

  static void run(int core, int cores, kernel_arguments const& a) {
    auto const& block = lowered_block<result_loops::count, constants>::of(a);
    constants const& c = block.constants;
    core_share const mine(c.total, core, cores, 1);
    index outer = mine.begin / c.inner, inner = mine.begin - outer * c.inner;
    auto const place = [&](int o) DEEPLOY_INLINE_LAMBDA { return static_cast<u8*>(block.at[o]) + outer * c.outer_bytes[o] + inner * c.inner_bytes[o]; };
    for (index left = mine.end - mine.begin; left > 0; --left) {
      u8 const *x = place(0), *w = place(1);
      i32 sum = 0;
      if constexpr (C.present[2]) sum = static_cast<i32>(*reinterpret_cast<bias_t const*>(place(2)));
      for (index k = c.depth; k > 0; --k) {
        i32 const from_a = rows::next<A>(x, c.step_bytes[0]), from_b = rows::next<B>(w, c.step_bytes[1]);
        sum = xpulp::mac(sum, from_a - c.zero[0], from_b - c.zero[1]);
      }
      *reinterpret_cast<out*>(place(3)) = static_cast<out>(static_cast<result_requantiser const&>(c)(sum));
      if (++inner == c.inner) inner = 0, ++outer;
    }
  }
};

template <kernel_class C, product_class P>
constexpr kernel_lowering small_product_lowering() {
  if constexpr (small_product<C, P>::serves)
    return &small_product<C, P>::lower;
  else
    return nullptr;
}
}  // namespace deeploy::cluster
