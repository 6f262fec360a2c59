// SPDX-License-Identifier: Apache-2.0
// Small elementwise tiles, lowered: all axes are one run, what the operator needs is in constants, and the code is short.
// Networks of one token run hundreds of such tiles once each, so instruction-cache lines count as much as instructions.
#pragma once
#include <cluster/elementwise.hpp>
#include <cluster/small_shares.hpp>

namespace deeploy::cluster {
/// The axes of a tile as one run, if they are one for all operands.
struct flat_run {
  index length = 1;
  index step[max_walked] = {};  ///< elements between neighbours
  bool one = true;
};

/// @param walked  the operands, the result last
constexpr flat_run flat_run_of(kernel_arguments const& a, walked_operands walked) {
  int axes[max_axes] = {}, count = 0;
  kernel_operand const& result = a.with[walked[walked.count - 1]];
  for (int axis = 0; axis < max_axes; ++axis) {
    if (a.length[axis] == 1) continue;
    int at = count++;
    for (; at > 0 && result.stride[axes[at - 1]] > result.stride[axis]; --at) axes[at] = axes[at - 1];
    axes[at] = axis;
  }
  flat_run r;
  for (int i = 0; i < count; ++i) {
    for (int o = 0; o < walked.count; ++o) {
      index const stride = a.with[walked[o]].stride[axes[i]];
      if (i == 0)
        r.step[o] = stride;
      else
        r.one = r.one && stride == r.step[o] * r.length;
    }
    r.length *= a.length[axes[i]];
  }
  return r;
}

/// Tiles of more elements than this are better served by the loops of elementwise.
inline constexpr index most_flat_elements = 1024;

template <class Op, int only>
struct flat_elements {
  static constexpr int element_cycles = 15;  ///< about
  static constexpr index granule = 4;        ///< of long runs: whole words
  using general = elementwise<Op, only>;
  static constexpr element_class of = Op::of;
  static constexpr int inputs = of.inputs;
  using out = element_type<of.out>;
  using result_requantiser = requantiser<of.result.of, true>;
  struct constants : Op, result_requantiser {
    small_shares elements;
    i32 step_bytes[inputs + 1];  ///< of the inputs, of the result
    constexpr constants(i32 const* values) : Op(values), result_requantiser(values), step_bytes{} {}
  };
  static constexpr bool fits = !general::scaled && sizeof(constants) <= sizeof(u32) * lowered_tile::max_words;

  template <int... i>
  static constexpr bool lower_inputs(kernel_arguments const& a, lowered_tile& t, detail::indices<i...>) {
    flat_run const r = flat_run_of(a, general::walked);
    bool const is_long = r.length > most_flat_elements;
    if (!r.one || (is_long && (r.length % granule != 0 || r.length / granule > small_shares::most_items))) return false;
    constants c(a.values);
    c.elements = small_shares(is_long ? r.length / granule : r.length);
    index const size[] = {static_cast<index>(sizeof(element_type<of.in[i]>))..., static_cast<index>(sizeof(out))};
    for (int o = 0; o <= inputs; ++o) {
      int const operand = o < inputs ? o : general::result_operand;
      c.step_bytes[o] = r.step[o] * size[o];
      t.point(operand, i64{a.with[operand].origin} * size[o]);
    }
    if (r.length == 1) c.step_bytes[inputs] = 1;  // so that the loop ends
    t.set(c);
    t.phase[0] = is_long ? &run_long : &run;
    t.one_core_less_cycles = c.elements.one_core_less_cycles(is_long ? granule * element_cycles : element_cycles);
    return true;
  }
  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) { return lower_inputs(a, t, detail::first<inputs>{}); }

  static void run(int core, int cores, kernel_arguments const& a) { run_inputs(core, cores, a, detail::first<inputs>{}); }
  template <int... i>
  DEEPLOY_ALWAYS_INLINE static void run_inputs(int core, int cores, kernel_arguments const& a, detail::indices<i...>) {
    auto const& block = lowered_block<inputs + 1, constants>::of(a);
    constants const c = block.constants;  // in registers: stores may not change it
    small_shares::share const mine = block.constants.elements.of(core, cores);
    u8 const* x[] = {static_cast<u8 const*>(block.at[i]) + mine.begin * c.step_bytes[i]...};
    u8* y = static_cast<u8*>(block.at[inputs]) + mine.begin * c.step_bytes[inputs];
    u8* const end = y + mine.count * c.step_bytes[inputs];
    if (mine.count <= 0) return;
    do {
      i32 const v[] = {rows::next<element_type<of.in[i]>>(x[i], c.step_bytes[i])...};
      i32 const value = static_cast<Op const&>(c)(v[i]...);
      rows::put<out>(y, requantise_element<of.result>(c, static_cast<result_requantiser const&>(c).scale, value), c.step_bytes[inputs]);
    } while (y != end);
  }

  /// Of more elements: the loops of elementwise, without a walk around them.
  static void run_long(int core, int cores, kernel_arguments const& a) { run_inputs_long(core, cores, a, detail::first<inputs>{}); }
  template <int... i>
  DEEPLOY_ALWAYS_INLINE static void run_inputs_long(int core, int cores, kernel_arguments const& a, detail::indices<i...> all) {
    auto const& block = lowered_block<inputs + 1, constants>::of(a);
    constants const c = block.constants;
    small_shares::share const mine = block.constants.elements.of(core, cores);
    index const begin = mine.begin * granule;
    u8 const* x[] = {static_cast<u8 const*>(block.at[i]) + begin * c.step_bytes[i]...};
    u8* y = static_cast<u8*>(block.at[inputs]) + begin * c.step_bytes[inputs];
    if (mine.count > 0) general::along(c, static_cast<result_requantiser const&>(c), static_cast<result_requantiser const&>(c).scale, x, c.step_bytes, y, c.step_bytes[inputs], mine.count * granule, all);
  }
};

template <class Op, int only>
constexpr kernel_lowering flat_lowering() {
  if constexpr (flat_elements<Op, only>::fits)
    return &flat_elements<Op, only>::lower;
  else
    return nullptr;
}
}  // namespace deeploy::cluster
