// SPDX-License-Identifier: Apache-2.0
// Requantisation by its definition, in integers wide enough for everything; and how a seed draws one.
#pragma once
#include <support/layer_case.hpp>

namespace deeploy::test {
constexpr wide floor_div(wide a, wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

/// t / 2^shift, rounded: the nearest of the two neighbours, or the one that the mode says.
constexpr wide rounded(wide t, int shift, rounding how) {
  wide const unit = static_cast<wide>(1) << shift, below = floor_div(t, unit),
             rest = t - below * unit;  // 0 <= rest < unit
  if (rest == 0) return below;
  bool const tie = 2 * rest == unit, nearer_above = 2 * rest > unit;
  switch (how) {
    case rounding::half_up:
      return below + (nearer_above || tie);
    case rounding::half_away:
      return below + (nearer_above || (tie && t > 0));
    case rounding::half_even:
      return below + (nearer_above || (tie && below % 2 != 0));
    case rounding::down:
      return below;
    default:
      return below + (t < 0);
  }
}
constexpr wide requantised(requantisation const& q, wide x, wide mul, wide add) {
  if (!q.present) return x;
  wide const y = rounded(x * mul + add, q.shift, q.round) + q.zero;
  return y < q.low ? q.low : y > q.high ? q.high : y;
}
constexpr wide requantised(requantisation const& q, wide x) { return requantised(q, x, q.mul, q.add); }

/// Modulo 2^bits, with sign.
constexpr wide wrapped(wide x, int bits = 32) {
  wide const period = static_cast<wide>(1) << bits, low = x - floor_div(x, period) * period;
  return low >= period / 2 ? low - period : low;
}

/// The result's requantisation, with scale operands at `scale` if the case has them; `at` has n subscripts.
inline wide result_of(operands const& o, wide x, int scale, index const* at, int n) {
  requantisation const& q = o.by().q[0];
  if (!o.by().scaled) return requantised(q, x);
  return requantised(q, x, o.get(scale, at, n), o.get(scale + 1, at, n));
}

constexpr requantisation draw_requantisation(drawn& d, element type) {
  requantisation q;
  q.round = d.pick({rounding::half_up, rounding::half_away, rounding::half_even, rounding::down, rounding::to_zero});
  q.shift = static_cast<u8>(d.chance(15) ? 0 : d.in(1, d.chance(20) ? 31 : 14));
  q.mul = static_cast<i32>(d.chance(30) ? 1 : d.chance(20) ? d.in(-4000000, 4000000) : d.in(-300, 300));
  q.add = static_cast<i32>(d.chance(40) ? 0 : d.in(-100000, 100000));
  q.zero = static_cast<i32>(d.chance(70) ? 0 : d.in(-130, 130));
  i64 const low = lowest(type), high = highest(type);
  q.low = static_cast<i32>(low);
  q.high = static_cast<i32>(high);
  if (d.chance(30)) {
    q.low = static_cast<i32>(d.in(low, high));
    q.high = static_cast<i32>(d.in(q.low, high));
  }
  return q;
}

/// Draws the result at operand `to` and its requantisation: present, or of the operator's own type.
constexpr void draw_result(drawn& d, setup& s, int to, int scale, int rank, extent const* of, element own,
                           bool may_split = true) {
  element type = own;
  if (d.chance(70)) {
    type = d.pick({element::i8, element::u8, element::i8, element::i16, element::u16, element::i32});
    s.q[0] = draw_requantisation(d, type);
    if (d.chance(40)) {
      s.scaled = true;
      for (int o = scale; o < scale + 2; ++o) {
        s.with[o] = lay_out(d, element::i32, rank, of, {.split = may_split});
        s.with[o].low = o == scale ? -3000000 : -2000000000;
        s.with[o].high = -s.with[o].low;
      }
    }
  }
  s.with[to] = lay_out(d, type, rank, of, {.split = may_split, .broadcast = false});
}
/// Values of an operand of 32 bits: small ones, or all.
constexpr void draw_range(drawn& d, layout& l) {
  if (l.type != element::i32 || d.chance(25)) return;
  l.high = d.pick({200, 5000, 1000000});
  l.low = -l.high;
}
inline constexpr auto short_types = {element::i8, element::u8, element::i8, element::i16};
inline constexpr auto integer_types = {element::i8, element::u8, element::i8, element::i16, element::u16, element::i32};
}  // namespace deeploy::test
