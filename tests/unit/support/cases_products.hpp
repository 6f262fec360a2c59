// SPDX-License-Identifier: Apache-2.0
// Random products: convolutions of all kinds, matrix products with batches, pooling windows.
#pragma once
#include <support/cases_elements.hpp>

namespace deeploy::test {
/// One spatial axis of a window operator: taps, stride, dilation, padding, and the extents that follow.
struct drawn_window {
  index taps, stride, dilation, before, after, in, out;
  constexpr drawn_window(drawn& d, bool flat)
      : taps(flat ? 1 : d.one_of(1, 4)),
        stride(d.one_of(1, 3)),
        dilation(d.chance(30) ? d.one_of(1, 3) : 1),
        before(flat ? 0 : d.one_of(0, 3)),
        after(flat ? 0 : d.one_of(0, 3)),
        in(0),
        out(flat ? 1 : d.one_of(1, 6)) {
    index const reach = dilation * (taps - 1) + 1;
    // Some inputs have a rest that no window reaches.
    in = (out - 1) * stride + reach - before - after + d.one_of(0, stride - 1);
    if (in < 1) {
      in = d.one_of(1, 3);
      after = 0;
      while (in + before + after < reach) ++after;
      out = (in + before + after - reach) / stride + 1;
    }
  }
};

template <int seed>
struct conv2d_case {
  static constexpr int result = 5;
  static constexpr setup s = [] {
    drawn d(70000 + seed);
    bool const flat = d.chance(25);
    drawn_window const h(d, flat), w(d, false);
    index const groups = d.chance(50) ? 1 : d.one_of(2, 4);
    index const in = d.chance(30) ? 1 : d.one_of(1, 5), out = groups > 1 && d.chance(50) ? 1 : d.one_of(1, 5);
    index const n = d.chance(70) ? 1 : d.one_of(2, 3);
    extent const batch = n > 1 && d.chance(40) ? extent(n, 1) : extent(n);
    extent const x[] = {batch, h.in, w.in, in * groups}, k[] = {out * groups, h.taps, w.taps, in},
                 y[] = {batch, h.out, w.out, out * groups};
    setup s;
    bool const whole = groups == 1;
    s.with[0] = lay_out(d, d.pick(short_types), 4, x, {.split = false, .broadcast = false});
    s.with[1] = lay_out(d, d.pick(short_types), 4, k, {.split = false, .broadcast = false});
    s.biased = d.chance(50);
    if (s.biased) {
      extent const b[] = {out * groups};
      s.with[2] = lay_out(d, element::i32, 1, b, {.split = whole, .broadcast = false});
    }
    draw_result(d, s, 5, 3, 4, y, element::i32, false);
    index const p[] = {h.stride,
                       w.stride,
                       h.before,
                       w.before,
                       h.after,
                       w.after,
                       h.dilation,
                       w.dilation,
                       groups,
                       d.chance(70) ? 0 : d.one_of(-100, 100),
                       d.chance(80) ? 0 : d.one_of(-100, 100),
                       in,
                       out};
    for (int i = 0; i < 13; ++i) s.p[i] = p[i];
    return s;
  }();
  static constexpr op::conv2d_params parameters{.stride = {s.p[0], s.p[1]},
                                                .pad = {s.p[2], s.p[3], s.p[4], s.p[5]},
                                                .dilation = {s.p[6], s.p[7]},
                                                .groups = s.p[8],
                                                .x_zero = s.p[9],
                                                .w_zero = s.p[10],
                                                .result = s.q[0]};
  struct layer : op::conv2d<layer, part<conv2d_case, 0>, part<conv2d_case, 1>, part<conv2d_case, 5>, parameters,
                            typename option_if<s.biased, bias<part<conv2d_case, 2>>>::type, scale_of<conv2d_case, 3>> {
  };
  static wide plain(operands const& o, index const* at) {
    index const group = at[3] / s.p[12];
    wide sum = 0;
    for (index r = 0; r < s.with[1].of[1].value; ++r)
      for (index q = 0; q < s.with[1].of[2].value; ++q) {
        index const row = at[1] * s.p[0] + r * s.p[6] - s.p[2], column = at[2] * s.p[1] + q * s.p[7] - s.p[3];
        if (row < 0 || row >= s.with[0].of[1].value || column < 0 || column >= s.with[0].of[2].value) continue;
        for (index c = 0; c < s.p[11]; ++c)
          sum +=
              (o.get(0, {at[0], row, column, group * s.p[11] + c}) - s.p[9]) * (o.get(1, {at[3], r, q, c}) - s.p[10]);
      }
    if (s.biased) sum += o.get(2, {at[3]});
    return result_of(o, wrapped(sum), 3, at, 4);
  }
};

template <int seed>
struct max_pool_case {
  static constexpr int result = 3;
  static constexpr setup s = [] {
    drawn d(80000 + seed);
    drawn_window const h(d, d.chance(25)), w(d, false);
    index const n = d.chance(70) ? 1 : 2, channels = d.one_of(1, 6);
    extent const c = channels > 1 && d.chance(30) ? extent(channels, 1) : extent(channels);
    extent const x[] = {n, h.in, w.in, c}, y[] = {n, h.out, w.out, c};
    setup s;
    element const type = d.pick(integer_types);
    s.with[0] = lay_out(d, type, 4, x, {.split = false, .broadcast = false});
    draw_result(d, s, 3, 1, 4, y, type, false);
    index const p[] = {h.taps,   w.taps,  h.stride, w.stride,   h.before,
                       w.before, h.after, w.after,  h.dilation, w.dilation};
    for (int i = 0; i < 10; ++i) s.p[i] = p[i];
    return s;
  }();
  static constexpr op::max_pool_params parameters{.kernel = {s.p[0], s.p[1]},
                                                  .stride = {s.p[2], s.p[3]},
                                                  .pad = {s.p[4], s.p[5], s.p[6], s.p[7]},
                                                  .dilation = {s.p[8], s.p[9]},
                                                  .result = s.q[0]};
  struct layer
      : op::max_pool<layer, part<max_pool_case, 0>, part<max_pool_case, 3>, parameters, scale_of<max_pool_case, 1>> {};
  static wide plain(operands const& o, index const* at) {
    wide best = lowest(s.with[0].type);
    for (index r = 0; r < s.p[0]; ++r)
      for (index q = 0; q < s.p[1]; ++q) {
        index const row = at[1] * s.p[2] + r * s.p[8] - s.p[4], column = at[2] * s.p[3] + q * s.p[9] - s.p[5];
        if (row < 0 || row >= s.with[0].of[1].value || column < 0 || column >= s.with[0].of[2].value) continue;
        wide const x = o.get(0, {at[0], row, column, at[3]});
        if (x > best) best = x;
      }
    return result_of(o, best, 1, at, 4);
  }
};

template <int seed>
struct matmul_case {
  static constexpr int result = 5;
  static constexpr setup s = [] {
    drawn d(90000 + seed);
    drawn_axes const y(d, 2, 5, 6);
    index const k = d.one_of(1, 9);
    extent const depth = k > 1 && d.chance(25) ? extent(k, 3) : extent(k);
    int const ra = d.one_of(2, y.rank), rb = d.one_of(2, y.rank);
    extent a[5] = {}, b[5] = {};
    for (int i = 0; i < ra; ++i) a[i] = i == ra - 1 ? depth : y.of[y.rank - ra + i];
    for (int i = 0; i < rb; ++i) b[i] = i == rb - 2 ? depth : y.of[y.rank - rb + i];
    for (int i = 0; i < ra - 2; ++i)
      if (d.chance(20)) a[i] = 1;
    for (int i = 0; i < rb - 2; ++i)
      if (d.chance(20)) b[i] = 1;
    setup s;
    bool const full = d.chance(20);
    s.with[0] = lay_out(d, full ? element::i32 : d.pick(short_types), ra, a, {.broadcast = false});
    s.with[1] = lay_out(d, d.pick(short_types), rb, b, {.broadcast = false});
    s.biased = d.chance(50);
    if (s.biased) {
      s.with[2] = lay_out(d, d.pick({element::i32, element::i8}), y.rank, y.of, {});
      draw_range(d, s.with[2]);
    }
    draw_result(d, s, 5, 3, y.rank, y.of, element::i32);
    index const p[] = {y.rank,
                       d.chance(60) ? 1 : d.one_of(-4, 4),
                       d.chance(60) ? 1 : d.one_of(-4, 4),
                       d.chance(70) ? 0 : d.one_of(-100, 100),
                       d.chance(70) ? 0 : d.one_of(-100, 100),
                       ra,
                       rb};
    for (int i = 0; i < 7; ++i) s.p[i] = p[i];
    return s;
  }();
  static constexpr op::matmul_params parameters{
      .alpha = s.p[1], .beta = s.p[2], .a_zero = s.p[3], .b_zero = s.p[4], .result = s.q[0]};
  struct layer : op::matmul<layer, part<matmul_case, 0>, part<matmul_case, 1>, part<matmul_case, 5>, parameters,
                            typename option_if<s.biased, bias<part<matmul_case, 2>>>::type, scale_of<matmul_case, 3>> {
  };
  static wide plain(operands const& o, index const* at) {
    int const rank = s.p[0];
    index a[5] = {}, b[5] = {};
    for (int i = 0; i < rank; ++i) a[i] = b[i] = at[i];
    wide sum = 0;
    for (index k = 0; k < o.length(0, s.p[5] - 1); ++k) {
      a[rank - 1] = b[rank - 2] = k;
      sum += (o.get(0, a, rank) - s.p[3]) * (o.get(1, b, rank) - s.p[4]);
    }
    sum = sum * s.p[1] + (s.biased ? s.p[2] * o.get(2, at, rank) : 0);
    return result_of(o, wrapped(sum), 3, at, rank);
  }
};
}  // namespace deeploy::test
