// SPDX-License-Identifier: Apache-2.0
// Random elementwise layers: add sub mul requantise copy pad igelu ihardswish inonorm integer_div.
#pragma once
#include <support/requantised.hpp>

namespace deeploy::test {
/// Axes of the result; up to two of them have run-time extents.
struct drawn_axes {
  int rank = 1;
  extent of[max_rank] = {};
  constexpr drawn_axes(drawn& d, int least, int most, index longest, bool run_time = true)
      : rank(d.one_of(least, most)) {
    u8 slot = 1;
    for (int a = 0; a < rank; ++a) {
      index const n = d.chance(15) ? 1 : d.one_of(2, rank > 4 ? 3 : longest);
      of[a] = run_time && n > 1 && slot <= 2 && d.chance(20) ? extent(n, slot++) : extent(n);
    }
  }
};

enum class binary { add, sub, mul };
template <int seed, binary what>
struct binary_case {
  static constexpr int result = 4;
  static constexpr setup s = [] {
    drawn d(1000 * static_cast<int>(what) + seed);
    drawn_axes const y(d, 1, 6, 7);
    setup s;
    for (int o = 0; o < 2; ++o) {
      element const type = d.pick(integer_types);
      s.with[o] = lay_out(d, type, y.rank, y.of, {});
      draw_range(d, s.with[o]);
      if (d.chance(40)) s.q[1 + o] = draw_requantisation(d, element::i8);
    }
    draw_result(d, s, 4, 2, y.rank, y.of, element::i32);
    s.p[0] = y.rank;
    return s;
  }();
  using A = part<binary_case, 0>;
  using B = part<binary_case, 1>;
  using Y = part<binary_case, 4>;
  using scaled = scale_of<binary_case, 2>;
  struct added : op::add<added, A, B, Y, op::add_params{s.q[1], s.q[2], s.q[0]}, scaled> {};
  struct subtracted : op::sub<subtracted, A, B, Y, op::sub_params{s.q[1], s.q[2], s.q[0]}, scaled> {};
  struct multiplied : op::mul<multiplied, A, B, Y, op::mul_params{s.q[1], s.q[2], s.q[0]}, scaled> {};
  using layer = detail::nth<static_cast<int>(what), detail::types<added, subtracted, multiplied>>;
  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    wide const a = requantised(s.q[1], o.get(0, at, n)), b = requantised(s.q[2], o.get(1, at, n));
    return result_of(o, wrapped(what == binary::add ? a + b : what == binary::sub ? a - b : a * b), 2, at, n);
  }
};
template <int seed>
using add_case = binary_case<seed, binary::add>;
template <int seed>
using sub_case = binary_case<seed, binary::sub>;
template <int seed>
using mul_case = binary_case<seed, binary::mul>;

enum class unary { requantise, igelu, ihardswish };
template <int seed, unary what>
struct unary_case {
  static constexpr int result = 3;
  static constexpr setup s = [] {
    drawn d(10000 + 1000 * static_cast<int>(what) + seed);
    drawn_axes const y(d, 1, 6, 8);
    setup s;
    element const type = d.pick(integer_types);
    s.with[0] = lay_out(d, type, y.rank, y.of, {});
    draw_range(d, s.with[0]);
    do {
      s.scaled = false;
      s.q[0] = no_requantisation;
      draw_result(d, s, 3, 1, y.rank, y.of, element::i32);
    } while (what == unary::requantise && !s.q[0].present);
    s.p[0] = y.rank;
    if (what == unary::igelu) s.p[1] = -d.one_of(1, 300), s.p[2] = d.one_of(0, 30000);
    if (what == unary::ihardswish) s.p[1] = d.one_of(1, 300), s.p[2] = d.one_of(0, 200), s.p[3] = d.one_of(1, 400);
    if (!s.scaled) s.with[1] = s.with[2] = {};
    return s;
  }();
  using X = part<unary_case, 0>;
  using Y = part<unary_case, 3>;
  using scaled = scale_of<unary_case, 1>;
  struct scale_only : op::requantise<scale_only, X, Y, op::requantise_params{s.q[0]}, scaled> {};
  struct gelu : op::igelu<gelu, X, Y, op::igelu_params{s.p[1], s.p[2], s.q[0]}, scaled> {};
  struct hardswish : op::ihardswish<hardswish, X, Y, op::ihardswish_params{s.p[1], s.p[2], s.p[3], s.q[0]}, scaled> {};
  using layer = detail::nth<static_cast<int>(what), detail::types<scale_only, gelu, hardswish>>;
  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    wide x = o.get(0, at, n);
    if (what == unary::igelu) {
      wide const q = (x < 0 ? -x : x) < -s.p[1] ? (x < 0 ? -x : x) : -s.p[1],
                 bent = s.p[2] - (q + s.p[1]) * (q + s.p[1]);
      x = wrapped(x * floor_div(s.p[2] + (x > 0 ? bent : x < 0 ? -bent : 0), 2));
    }
    if (what == unary::ihardswish) {
      wide const gate = x + s.p[2] < 0 ? 0 : x + s.p[2] > s.p[3] ? s.p[3] : x + s.p[2];
      x = wrapped(x * gate * s.p[1]);
    }
    return result_of(o, x, 1, at, n);
  }
};
template <int seed>
using requantise_case = unary_case<seed, unary::requantise>;
template <int seed>
using igelu_case = unary_case<seed, unary::igelu>;
template <int seed>
using ihardswish_case = unary_case<seed, unary::ihardswish>;

template <int seed>
struct inonorm_case {
  static constexpr int result = 5;
  static constexpr setup s = [] {
    drawn d(20000 + seed);
    drawn_axes const y(d, 1, 6, 7);
    setup s;
    for (int o = 0; o < 3; ++o) {
      s.with[o] = lay_out(d, o == 0 ? d.pick({element::i8, element::u8}) : element::i32, y.rank, y.of, {});
      draw_range(d, s.with[o]);
    }
    draw_result(d, s, 5, 3, y.rank, y.of, element::i8);
    s.p[0] = y.rank;
    s.p[1] = d.chance(30) ? 2000000000 : d.one_of(-500, 500);
    s.p[2] = d.one_of(0, 20);
    return s;
  }();
  struct layer
      : op::inonorm<layer, part<inonorm_case, 0>, part<inonorm_case, 1>, part<inonorm_case, 2>, part<inonorm_case, 5>,
                    op::inonorm_params{s.p[1], s.p[2], s.q[0]}, scale_of<inonorm_case, 3>> {};
  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    wide const sum = wrapped(o.get(0, at, n) * o.get(1, at, n) + o.get(2, at, n));
    wide const y = wrapped(floor_div(wrapped(sum * s.p[1]), static_cast<wide>(1) << s.p[2]), 8);
    return result_of(o, y, 3, at, n);
  }
};

template <int seed>
struct integer_div_case {
  static constexpr int result = 4;
  static constexpr setup s = [] {
    drawn d(30000 + seed);
    drawn_axes const y(d, 1, 6, 7);
    setup s;
    for (int o = 0; o < 2; ++o) {
      s.with[o] = lay_out(d, d.pick({element::i8, element::i32, element::i16, element::u8}), y.rank, y.of, {});
      draw_range(d, s.with[o]);
    }
    draw_result(d, s, 4, 2, y.rank, y.of, element::i32);
    s.p[0] = y.rank;
    s.p[1] = d.one_of(1, 1000);
    s.p[2] = d.one_of(1, 1000);
    s.p[3] = d.one_of(-2, 3);
    return s;
  }();
  struct layer
      : op::integer_div<layer, part<integer_div_case, 0>, part<integer_div_case, 1>, part<integer_div_case, 4>,
                        op::integer_div_params{s.p[1], s.p[2], s.p[3], s.q[0]}, scale_of<integer_div_case, 2>> {};
  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    wide const below = s.p[2] * o.get(1, at, n) + s.p[3], above = static_cast<wide>(s.p[1]) * s.p[2] * o.get(0, at, n);
    wide const half = floor_div(below, 2);
    wide const y = below == 0 ? 0 : (above >= 0 ? above + half : above - half) / below;
    return result_of(o, wrapped(y), 2, at, n);
  }
};
}  // namespace deeploy::test
