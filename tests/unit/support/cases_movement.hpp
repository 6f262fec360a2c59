// SPDX-License-Identifier: Apache-2.0
// Random layers that move elements: copy with reversed axes, pad, gather.
#pragma once
#include <support/cases_elements.hpp>

namespace deeploy::test {
template <int seed>
struct copy_case {
  static constexpr int result = 1;
  static constexpr setup s = [] {
    drawn d(40000 + seed);
    bool const reversed = d.chance(40);
    drawn_axes const y(d, 1, 6, 8, !reversed);
    element const type = d.pick(integer_types);
    setup s;
    s.with[0] = lay_out(d, type, y.rank, y.of, {.split = !reversed, .broadcast = !reversed});
    s.with[1] = lay_out(d, type, y.rank, y.of, {.split = !reversed, .broadcast = false});
    s.p[0] = y.rank;
    s.p[1] = reversed ? d.one_of(1, (1 << y.rank) - 1) : 0;
    return s;
  }();
  struct layer : op::copy<layer, part<copy_case, 0>, part<copy_case, 1>, op::copy_params{static_cast<u8>(s.p[1])}> {};
  static wide plain(operands const& o, index const* at) {
    index from[max_rank] = {};
    for (int a = 0; a < s.p[0]; ++a) from[a] = s.p[1] >> a & 1 ? s.with[1].of[a].value - 1 - at[a] : at[a];
    return o.get(0, from, s.p[0]);
  }
};

template <int seed>
struct pad_case {
  static constexpr int result = 1;
  static constexpr setup s = [] {
    drawn d(50000 + seed);
    drawn_axes const x(d, 1, 6, 6, false);
    element const type = d.pick(integer_types);
    setup s;
    s.with[0] = lay_out(d, type, x.rank, x.of, {.split = false, .broadcast = false});
    s.p[0] = x.rank;
    s.p[1] = d.one_of(-100, 100);
    drawn_axes y = x;
    for (int a = 0; a < x.rank; ++a) {
      s.p[2 + a] = d.one_of(-2, 3);  // before; negative cuts off
      index const after = d.one_of(-2, 3), length = x.of[a].value + s.p[2 + a] + after;
      y.of[a] = length < 1 ? extent(1) : extent(length);
    }
    s.with[1] = lay_out(d, type, y.rank, y.of, {.split = true, .broadcast = false});
    return s;
  }();
  struct layer : op::pad<layer, part<pad_case, 0>, part<pad_case, 1>,
                         op::pad_params{s.p[1], {s.p[2], s.p[3], s.p[4], s.p[5], s.p[6], s.p[7]}}> {};
  static wide plain(operands const& o, index const* at) {
    index from[max_rank] = {};
    for (int a = 0; a < s.p[0]; ++a) {
      from[a] = at[a] - s.p[2 + a];
      if (from[a] < 0 || from[a] >= s.with[0].of[a].value) return s.p[1];
    }
    return o.get(0, from, s.p[0]);
  }
};

template <int seed>
struct gather_case {
  static constexpr int result = 2;
  static constexpr setup s = [] {
    drawn d(60000 + seed);
    drawn_axes const a(d, 3, 3, 6);
    index const length = d.one_of(1, 7);
    element const type = d.pick(integer_types);
    extent const from[] = {a.of[0], length, a.of[2]}, which[] = {a.of[1]};
    setup s;
    s.with[0] = lay_out(d, type, 3, from, {.broadcast = false});
    s.with[1] = lay_out(d, element::i32, 1, which, {.broadcast = false});
    s.with[1].low = -length;
    s.with[1].high = length - 1;
    s.with[2] = lay_out(d, type, 3, a.of, {.broadcast = false});
    s.p[0] = length;
    return s;
  }();
  struct layer : op::gather<layer, part<gather_case, 0>, part<gather_case, 1>, part<gather_case, 2>> {};
  static wide plain(operands const& o, index const* at) {
    index const asked = static_cast<index>(o.get(1, {at[1]}));
    return o.get(0, {at[0], asked < 0 ? asked + s.p[0] : asked, at[2]});
  }
};
}  // namespace deeploy::test
