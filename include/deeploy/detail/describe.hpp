// SPDX-License-Identifier: Apache-2.0
// layer_builder: how an operator header writes its region rule. Binds logical axes of operands to axes of the layer.
#pragma once
#include <deeploy/layer.hpp>

namespace deeploy {
/// Optional operands, given by name after the parameters: op::conv2d<..., bias<B>, scale<Mul, Add>>.
template <Operand B>
struct bias {};
template <Operand Mul, Operand Add>
struct scale {};
}  // namespace deeploy

namespace deeploy::detail {
struct none {};
/// The bias operand in a pack of options, or none.
template <class... Options>
struct bias_in {
  using type = none;
};
template <class B, class... Rest>
struct bias_in<bias<B>, Rest...> {
  using type = B;
};
template <class First, class... Rest>
struct bias_in<First, Rest...> : bias_in<Rest...> {};
/// The scale operands in a pack of options, or none.
template <class... Options>
struct scale_in {
  using mul = none;
  using add = none;
};
template <class Mul, class Add, class... Rest>
struct scale_in<scale<Mul, Add>, Rest...> {
  using mul = Mul;
  using add = Add;
};
template <class First, class... Rest>
struct scale_in<First, Rest...> : scale_in<Rest...> {};

struct layer_builder {
  layer_descriptor d;

  constexpr explicit layer_builder(operator_facts const& facts) { d.facts = &facts; }

  /// Remembers the first thing that is wrong.
  constexpr void expect(bool holds, int code, i64 found, i64 expected) {
    if (!holds && d.first_problem.code == 0) d.first_problem = {code, found, expected};
  }

  constexpr int axis(char const* name, extent length, axis_kind kind) {
    d.space[d.axes] = {length.value, kind, length.slot, name};
    return d.axes++;
  }

  /// Places operand V at `slot` (fixed per operator, so that kernels find it there).
  template <class V>
  constexpr operand& place(int slot, direction way) {
    if (slot >= d.operands) d.operands = static_cast<u8>(slot + 1);
    operand& o = d.with[slot];
    if constexpr (Operand<V>) {
      constexpr window w = viewed<V>::where;
      o.of = &viewed<V>::type::descriptor;
      o.way = way;
      o.offset = w.offset;
      o.slide_slot = w.slide_slot;
      o.slide_step = w.slide_step;
      expect(o.of->type != element::f32, 2001, static_cast<i64>(o.of->type), static_cast<i64>(element::f32));
    }
    return o;
  }

  constexpr dimension& append(operand& o, index length, index stride, u8 slot) {
    dimension& added = o.dim[o.rank++];
    added.length = length;
    added.stride = stride;
    added.slot = slot;
    return added;
  }

  /// Binds logical axis `logical` of window w to axis a, subscript = axis. Length 1 against a longer axis broadcasts.
  constexpr void bind(operand& o, window const& w, int logical, int a) {
    extent const e = w.logical_extent(logical);
    extent const along{d.space[a].length, d.space[a].slot};
    if (e.value == 1 && along.value != 1 && e.slot == 0) return;
    expect(e.value == along.value, 1101, e.value, along.value);
    expect(e.slot == along.slot, 1105, e.slot, along.slot);
    int const first = w.first_of(logical), parts = w.parts_of(logical);
    index inner = 1;
    for (int i = parts - 1; i >= 0; --i) {
      extent const part = w.of[first + i];
      if (w.stride[first + i] == 0 && part.value > 1) {
        expect(parts == 1, 1102, parts, 1);  // a broadcast cannot be one of several parts
        return;
      }
      dimension& x = append(o, part.value, w.stride[first + i], part.slot);
      x.axis = static_cast<i8>(a);
      x.divisor = inner;
      x.modulus = i > 0 ? part.value : 0;
      inner *= part.value;
    }
  }

  /// subscript = scale * axis + window_scale * window_axis + shift, cut to [0, length).
  constexpr void bind_window(operand& o, window const& w, int logical, int a, index factor, int window_axis,
                             index window_factor, index shift) {
    expect(w.parts_of(logical) == 1, 1102, w.parts_of(logical), 1);
    extent const e = w.of[w.first_of(logical)];
    dimension& x = append(o, e.value, w.stride[w.first_of(logical)], e.slot);
    x.axis = static_cast<i8>(a);
    x.scale = factor;
    x.window_axis = static_cast<i8>(window_axis);
    x.window_scale = window_factor;
    x.shift = shift;
  }

  /// Binds a channel axis that grouped operators split in two: channel = group * per_group + member.
  constexpr void bind_grouped(operand& o, window const& w, int logical, int groups, int member) {
    index const g = d.space[groups].length, m = d.space[member].length;
    if (g == 1) return bind(o, w, logical, member);
    extent const e = w.logical_extent(logical);
    expect(w.parts_of(logical) == 1, 1102, w.parts_of(logical), 1);
    expect(e.value == g * m, 1101, e.value, g * m);
    index const s = w.stride[w.first_of(logical)];
    if (s == 0) return;  // one value for all channels
    append(o, g, m * s, 0).axis = static_cast<i8>(groups);
    if (m > 1) append(o, m, s, 0).axis = static_cast<i8>(member);
  }

  /// Binds all logical axes of w, aligned at the last one, to the `count` axes in `axes` (numpy's broadcast rule).
  constexpr void bind_broadcast(operand& o, window const& w, int const* axes, int count) {
    int const rank = w.logical_rank();
    expect(rank <= count, 1103, rank, count);
    for (int i = 0; i < rank && i < count; ++i) bind(o, w, rank - 1 - i, axes[count - 1 - i]);
  }

  constexpr void add_class(auto... values) { ((d.classes[d.class_count++] = static_cast<index>(values)), ...); }
  constexpr void add_value(auto... values) { ((d.values[d.value_count++] = static_cast<i32>(values)), ...); }

  /// What a kernel needs of a requantisation: class = present, rounding, scaled; values = shift mul add zero low high.
  constexpr void add(requantisation const& q, bool scaled) {
    add_class(q.present, q.round, scaled);
    add_value(q.shift, q.mul, q.add, q.zero, q.low, q.high);
  }
  /// The requantisation of the result, with its scale operands at `slot` and `slot + 1`; `bind_to(operand, window)` says
  /// how one of them lies along the axes.
  template <class Scale>
  constexpr void add_result(requantisation const& q, int slot, auto bind_to) {
    constexpr bool scaled = Operand<typename Scale::mul>;
    add(q, scaled);
    operand& mul = place<typename Scale::mul>(slot, direction::in);
    operand& offset = place<typename Scale::add>(slot + 1, direction::in);
    if constexpr (scaled) {
      bind_to(mul, viewed<typename Scale::mul>::where);
      bind_to(offset, viewed<typename Scale::add>::where);
      expect(mul.of->type == element::i32, 2002, static_cast<i64>(mul.of->type), static_cast<i64>(element::i32));
      expect(offset.of->type == element::i32, 2002, static_cast<i64>(offset.of->type), static_cast<i64>(element::i32));
      expect(q.present, 2003, q.present, 1);
    }
    expect(q.shift <= 31, 2004, q.shift, 31);
    expect(q.low <= q.high, 2005, q.low, q.high);
  }
  /// The result must hold what the clip lets through.
  constexpr void expect_holds(operand const& y, requantisation const& q) {
    if (q.present && y.of->type != element::f32) {
      expect(q.low >= lowest(y.of->type), 2006, q.low, lowest(y.of->type));
      expect(q.high <= highest(y.of->type), 2006, q.high, highest(y.of->type));
    }
  }
};
}  // namespace deeploy::detail
