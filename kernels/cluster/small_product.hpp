// SPDX-License-Identifier: Apache-2.0
// Small matrix products, lowered: a few hundred results of a few products each, as rotations of heads are. The kernels for
// large ones take longer to prepare than these take to run.
#pragma once
#include <cluster/flat.hpp>
#include <cluster/product_class.hpp>
#include <cluster/product_signs.hpp>

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

/// sum + the sum of (a - zero_a) * (b - zero_b) over n >= 1 elements that lie any distance apart.
template <class A, class B>
DEEPLOY_ALWAYS_INLINE i32 strided_dot(i32 sum, u8 const* a, u8 const* b, i32 const (&on)[2], i32 const (&zero)[2], index n) {
#if defined(__riscv)
  i32 x, w;
  asm volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[n], 2 * (5)\n"
               ".insn r 0x0b, 7, %[load_a], %[x], %[a], %[on_a]\n.insn r 0x0b, 7, %[load_b], %[w], %[b], %[on_b]\n"
               "sub %[x], %[x], %[zero_a]\nsub %[w], %[w], %[zero_b]\n.insn r 0x33, 0, 0x21, %[sum], %[x], %[w]\n.option pop"
               : [sum] "+r"(sum), [a] "+r"(a), [b] "+r"(b), [x] "=&r"(x), [w] "=&r"(w)
               : [n] "r"(n), [on_a] "r"(on[0]), [on_b] "r"(on[1]), [zero_a] "r"(zero[0]), [zero_b] "r"(zero[1]),
                 [load_a] "i"(lowest(element_of<A>) < 0 ? 0 : 0x20), [load_b] "i"(lowest(element_of<B>) < 0 ? 0 : 0x20));
#else
  for (; n > 0; --n) {
    i32 const x = rows::next<A>(a, on[0]), w = rows::next<B>(b, on[1]);
    sum = xpulp::mac(sum, x - zero[0], w - zero[1]);
  }
#endif
  return sum;
}

/// The same over words of four elements that lie side by side, without zero points.
///
/// @param words  at least 1
template <signs S>
DEEPLOY_ALWAYS_INLINE i32 word_dot(i32 sum, u8 const* a, u8 const* b, index words) {
  if constexpr (S == signs::su) return word_dot<signs::us>(sum, b, a, words);  // the unsigned operand comes first
#if defined(__riscv)
  u32 x, w;
  asm volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[words], 2 * (3)\n"
               ".insn i 0x0b, 2, %[x], %[a], 4\n.insn i 0x0b, 2, %[w], %[b], 4\n"
               ".insn r 0x57, 1, %[dot], %[sum], %[x], %[w]\n.option pop"
               : [sum] "+r"(sum), [a] "+r"(a), [b] "+r"(b), [x] "=&r"(x), [w] "=&r"(w)
               : [words] "r"(words), [dot] "i"(dot_code<S>));
#else
  for (; words > 0; --words) {
    u32 const x = rows::next_word(a), w = rows::next_word(b);
    sum = dot_words<S>(sum, x, w);
  }
#endif
  return sum;
}

template <kernel_class C, product_class P>
struct small_product {
  static constexpr int result_cycles = 25, product_cycles = 5;  ///< about
  static constexpr int depth = product_axis::depth;
  using A = element_type<C.type[0]>;
  using B = element_type<C.type[1]>;
  using bias_t = element_type<C.type[2]>;
  using out = element_type<C.type[5]>;
  using result_requantiser = requantiser<P.result, true>;
  struct constants : result_requantiser {
    small_shares results;
    i32 inner, depth;
    i32 inverse;        ///< of inner, rounded up: a division would take longer than a result
    i32 step_bytes[2];  ///< along the reduction, of a and b
    i32 inner_bytes[result_loops::count], outer_bytes[result_loops::count];
    i32 turn_bytes[result_loops::count];  ///< from behind an inner loop to the next one
    i32 zero[2];
    constexpr explicit constants(i32 const* values) : result_requantiser(values), inner(0), depth(0), inverse(0), step_bytes{}, inner_bytes{}, outer_bytes{}, turn_bytes{}, zero{values[8], values[9]} {}
  };
  static constexpr int inverse_bits = 20;
  static constexpr bool serves = !C.accumulates && one_byte(C.type[0]) && one_byte(C.type[1]) && !P.result.scaled;

  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    if (a.values[6] != 1 || a.values[7] != 1) return false;
    result_loops const r = result_loops_of(a);
    if (!r.two || r.total > 1 << inverse_bits / 2 || small_product_work(P, r.total, a.length[depth]) > most_small_product_work(P)) return false;
    constants c(a.values);
    constexpr i32 size[] = {sizeof(A), sizeof(B), sizeof(bias_t), sizeof(out)};
    c.results = small_shares(r.total);
    c.inner = r.inner;
    c.depth = a.length[depth];
    c.inverse = ((1 << inverse_bits) + r.inner - 1) / r.inner;
    for (int o = 0; o < 2; ++o) c.step_bytes[o] = a.with[o].stride[depth] * size[o];
    for (int o = 0; o < r.count; ++o) {
      c.inner_bytes[o] = r.inner_step[o] * size[o];
      c.outer_bytes[o] = r.outer_step[o] * size[o];
      c.turn_bytes[o] = c.outer_bytes[o] - r.inner * c.inner_bytes[o];
      t.point(r.operands[o], i64{a.with[r.operands[o]].origin} * size[o]);
    }
    bool const in_words = small_product_in_words(P, c.depth);
    if (in_words) c.depth /= 4;
    t.set(c);
    t.phase[0] = in_words ? &run<true> : &run<false>;
    t.one_core_less_cycles = c.results.one_core_less_cycles(result_cycles + (in_words ? 4 : product_cycles) * c.depth);
    return true;
  }

  /// @tparam in_words  see small_product_in_words()
  template <bool in_words>
  static void run(int core, int cores, kernel_arguments const& a) {
    auto const& block = lowered_block<result_loops::count, constants>::of(a);
    constants const& c = block.constants;
    small_shares::share const mine = c.results.of(core, cores);
    index const outer = mine.begin * c.inverse >> inverse_bits, inner = mine.begin - outer * c.inner;
    u8* at[result_loops::count];
    auto each = [](auto step) DEEPLOY_INLINE_LAMBDA {
#pragma GCC unroll 4
      for (int o = 0; o < result_loops::count; ++o)
        if (o != 2 || C.present[2]) step(o);
    };
    each([&](int o) DEEPLOY_INLINE_LAMBDA { at[o] = static_cast<u8*>(block.at[o]) + outer * c.outer_bytes[o] + inner * c.inner_bytes[o]; });
    rows::order_memory();
    index until = c.inner - inner;
    for (index left = mine.count; left > 0; --left) {
      i32 sum = 0;
      if constexpr (C.present[2]) {
        u8 const* bias = at[2];
        sum = rows::next<bias_t>(bias, 0);
      }
      if constexpr (in_words)
        sum = word_dot<signs_of<A, B>>(sum, at[0], at[1], c.depth);
      else
        sum = strided_dot<A, B>(sum, at[0], at[1], c.step_bytes, c.zero, c.depth);
      rows::put<out>(at[3], static_cast<result_requantiser const&>(c)(sum), c.inner_bytes[3]);
      each([&](int o) DEEPLOY_INLINE_LAMBDA { at[o] += o == 3 ? 0 : c.inner_bytes[o]; });
      if (--until == 0) {
        each([&](int o) DEEPLOY_INLINE_LAMBDA { at[o] += c.turn_bytes[o]; });
        until = c.inner;
      }
    }
    rows::order_memory();
  }
};
}  // namespace deeploy::cluster
