// SPDX-License-Identifier: Apache-2.0
// Normalisation of one row, lowered: what a language model does for each token. All cores share the row.
#pragma once
#include <cluster/norm_rows.hpp>
#include <cluster/small_shares.hpp>

namespace deeploy::cluster {
/// @tparam centred  as norm_rows
template <row_class C, bool centred>
struct norm_row {
  static constexpr int element_cycles = 22;  ///< about, of a result
  using x_t = element_type<C.x>;
  using y_t = element_type<C.y>;
  using result_requantiser = requantiser<C.result.of, true>;
  static constexpr int y_operand = centred ? 5 : 4, pointers = centred ? 4 : 3;
  struct constants : result_requantiser {
    small_shares elements;
    i32 shift;
    rows::divider by_length;
    i32 x_on, weight_on, bias_on, y_on;  ///< bytes
    constexpr explicit constants(i32 const* values) : result_requantiser(values), shift(values[6]), by_length(0), x_on(0), weight_on(0), bias_on(0), y_on(0) {}
  };

  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    for (int axis = 0; axis < max_axes; ++axis)
      if (axis != C.axis && a.length[axis] != 1) return false;
    if (a.length[C.axis] > small_shares::most_items) return false;
    constants c(a.values);
    c.elements = small_shares(a.length[C.axis]);
    c.by_length = rows::divider(static_cast<u32>(c.elements.total));
    c.x_on = a.with[0].stride[C.axis];
    c.weight_on = a.with[1].stride[C.axis] * 4;
    c.y_on = a.with[y_operand].stride[C.axis] * static_cast<i32>(sizeof(y_t));
    t.point(0, a.with[0].origin);
    t.point(1, i64{a.with[1].origin} * 4);
    if constexpr (centred) {
      c.bias_on = a.with[2].stride[C.axis] * 4;
      t.point(2, i64{a.with[2].origin} * 4);
    }
    t.point(y_operand, i64{a.with[y_operand].origin} * static_cast<i64>(sizeof(y_t)));
    t.set(c);
    t.phase[0] = &run;
    t.one_core_less_cycles = c.elements.one_core_less_cycles(element_cycles);
    return true;
  }

  /// One core's part of the row.
  struct part {
    u8 const *x, *weight, *bias;
    u8* y;
    index left;
    i32 mean;
  };
  static i32 stored(constants const& c, i32 value) { return requantise_element<C.result>(c, static_cast<result_requantiser const&>(c).scale, value); }

  static void run(int core, int cores, kernel_arguments const& a) {
    auto const& block = lowered_block<pointers, constants>::of(a);
    constants const& c = block.constants;
    small_shares::share const mine = c.elements.of(core, cores);
    if (mine.count <= 0) return;
    index const length = c.elements.total;
    row_sums const sums = sums_of<x_t, centred>(static_cast<u8 const*>(block.at[0]), c.x_on, length);
    u32 squares = sums.squares;
    i32 mean = 0;
    if constexpr (centred) {
      mean = static_cast<i32>(sums.sum) / length;
      squares -= static_cast<u32>(mean) * (2 * sums.sum - static_cast<u32>(mean) * static_cast<u32>(length));
    }
    rows::divider const by(rows::square_root(c.by_length(squares) + 1));
    part const p{static_cast<u8 const*>(block.at[0]) + mine.begin * c.x_on, static_cast<u8 const*>(block.at[1]) + mine.begin * c.weight_on,
                 centred ? static_cast<u8 const*>(block.at[2]) + mine.begin * c.bias_on : nullptr,
                 static_cast<u8*>(block.at[pointers - 1]) + mine.begin * c.y_on, mine.count, mean};
    if (!narrow(c, p, by)) wide(c, p, by.by);
  }

 private:
  /// In 32 bits; false when a weight did not fit 23 bits and a sign. Then the results are not those of the operator.
  DEEPLOY_ALWAYS_INLINE static bool narrow(constants const& c, part p, rows::divider const& by) {
    u32 any = 0;
    for (; p.left > 0; --p.left) {
      i32 const d = rows::next<x_t>(p.x, c.x_on) - p.mean, weight = rows::next<i32>(p.weight, c.weight_on);
      any |= static_cast<u32>(xpulp::abs(weight));
      u32 quotient = static_cast<u32>(by.quotient_by_little(static_cast<i32>(static_cast<u32>(d) * static_cast<u32>(weight))));
      if constexpr (centred) quotient += static_cast<u32>(rows::next<i32>(p.bias, c.bias_on));
      i32 const value = static_cast<i32>(quotient) >> c.shift;
      rows::put<y_t>(p.y, stored(c, centred ? static_cast<i8>(value) : xpulp::clip8(value)), c.y_on);
    }
    return any >> 23 == 0;
  }
  [[gnu::noinline, gnu::cold]] static void wide(constants const& c, part p, u32 by) {
    for (; p.left > 0; --p.left) {
      i64 const d = rows::next<x_t>(p.x, c.x_on) - p.mean;
      i64 const quotient = d * rows::next<i32>(p.weight, c.weight_on) / static_cast<i64>(by);
      i64 const value = (quotient + (centred ? rows::next<i32>(p.bias, c.bias_on) : 0)) >> c.shift;
      i32 const kept = centred ? static_cast<i8>(value) : value < -128 ? -128 : value > 127 ? 127 : static_cast<i32>(value);
      rows::put<y_t>(p.y, stored(c, kept), c.y_on);
    }
  }
};
}  // namespace deeploy::cluster
