// SPDX-License-Identifier: Apache-2.0
// Random layers that look at rows: softmaxes, norms, means and sums.
#pragma once
#include <support/cases_elements.hpp>

namespace deeploy::test {
constexpr wide root(wide n) {  // floor of the square root, by counting down in halves
  wide r = 0;
  for (wide bit = static_cast<wide>(1) << 40; bit > 0; bit /= 2)
    if ((r + bit) * (r + bit) <= n) r += bit;
  return r;
}
/// Calls f with every position of the row that `at` lies in.
template <class F>
void along_row(operands const& o, index const* at, int rank, F f) {
  index i[max_rank] = {};
  for (int a = 0; a < rank; ++a) i[a] = at[a];
  for (i[rank - 1] = 0; i[rank - 1] < o.length(0, rank - 1); ++i[rank - 1]) f(o.get(0, i, rank));
}

enum class row_kind { isoftmax, ita_max, ita_partial_max, ilayer_norm, irms_norm };
template <int seed, row_kind what>
struct row_case {
  static constexpr int extras = what == row_kind::ilayer_norm ? 2 : what == row_kind::irms_norm ? 1 : 0;
  static constexpr int scale = 1 + extras, result = 3 + extras;
  static constexpr setup s = [] {
    drawn d(100000 + 1000 * static_cast<int>(what) + seed);
    drawn_axes const y(d, 1, 5, 9, what != row_kind::ita_partial_max);
    setup s;
    bool const norm = extras > 0;
    element const type = what == row_kind::ita_partial_max ? element::i8
                         : what == row_kind::isoftmax      ? d.pick(integer_types)
                                                           : d.pick({element::i8, element::u8});
    s.with[0] = lay_out(d, type, y.rank, y.of, {.broadcast = false});
    if (type == element::i32) s.with[0].low = -20000, s.with[0].high = 20000;
    extent const row[] = {y.of[y.rank - 1]};
    for (int o = 1; o <= extras; ++o) {
      s.with[o] = lay_out(d, element::i32, 1, row, {});
      draw_range(d, s.with[o]);
    }
    draw_result(d, s, result, scale, y.rank, y.of, norm ? element::i8 : element::u8);
    s.p[0] = y.rank;
    s.p[1] = norm ? d.one_of(0, 12) : d.pick({256, 128, 256, 255, 16});  // shift; levels
    if (what == row_kind::isoftmax) {
      bool const odd = d.chance(40);
      index const p[] = {odd ? d.one_of(-5, 5) : 1, odd ? d.one_of(-40000, 40000) : d.one_of(10, 300),
                         odd ? d.one_of(-2000000, 2000000) : d.one_of(0, 90000), d.one_of(1, odd ? 3000 : 100)};
      for (int i = 0; i < 4; ++i) s.p[2 + i] = p[i];
    }
    if (what == row_kind::ita_partial_max) s.p[2] = d.one_of(1, 5);
    return s;
  }();
  using X = part<row_case, 0>;
  using Y = part<row_case, result>;
  using scaled = scale_of<row_case, scale>;
  using W = part<row_case, 1>;
  using B = part<row_case, 2>;
  struct soft : op::isoftmax<soft, X, Y, op::isoftmax_params{s.p[2], s.p[3], s.p[4], s.p[5], s.p[1], s.q[0]}, scaled> {
  };
  struct ita : op::ita_max<ita, X, Y, op::ita_max_params{s.p[1], s.q[0]}, scaled> {};
  struct partial : op::ita_partial_max<partial, X, Y, op::ita_partial_max_params{s.p[1], s.p[2], s.q[0]}, scaled> {};
  struct layer_norm : op::ilayer_norm<layer_norm, X, W, B, Y, op::ilayer_norm_params{s.p[1], s.q[0]}, scaled> {};
  struct rms_norm : op::irms_norm<rms_norm, X, W, Y, op::irms_norm_params{s.p[1], s.q[0]}, scaled> {};
  using layer = detail::nth<static_cast<int>(what), detail::types<soft, ita, partial, layer_norm, rms_norm>>;

  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    wide const x = o.get(0, at, n), length = o.length(0, n - 1);
    wide largest = -(static_cast<wide>(1) << 40), sum = 0, squares = 0;
    along_row(o, at, n, [&](wide v) { largest = v > largest ? v : largest, sum += v, squares += v * v; });
    wide y = 0;
    if constexpr (what == row_kind::isoftmax) {
      wide const all = static_cast<wide>(1) << 32;
      auto modulo = [&](wide v) { return v - floor_div(v, all) * all; };
      auto e = [&](wide v) {
        wide const t = v - largest, steps = -(t / s.p[5]), z = steps > 31 ? 31 : steps, p = t + z * s.p[5] + s.p[3];
        return modulo(s.p[2] * p * p + s.p[4]) / (static_cast<wide>(1) << static_cast<int>(z));
      };
      wide total = 0;
      along_row(o, at, n, [&](wide v) { total = modulo(total + e(v)); });
      y = total == 0 ? 0 : (modulo(e(x) * (s.p[1] - 1)) / total) % 256;
    } else if constexpr (what == row_kind::ita_max) {
      auto shift = [&](wide v) { return static_cast<wide>(1) << static_cast<int>((largest - v + 16) / 32); };
      wide total = 0;
      along_row(o, at, n, [&](wide v) { total += 256 / shift(v); });
      y = ((s.p[1] - 1) * 256 / total / shift(x)) % 256;
    } else if constexpr (what == row_kind::ita_partial_max) {
      wide most = -128, total = 0;
      std::vector<wide> group;
      auto power = [](wide e) { return static_cast<wide>(1) << static_cast<int>(e < 0 ? 0 : e); };
      along_row(o, at, n, [&](wide v) {
        group.push_back(v);
        if (static_cast<index>(group.size()) < s.p[2]) return;
        wide best = group[0];
        for (wide g : group) best = g > best ? g : best;
        if (best > most) total /= power((best - most + 16) / 32), most = best;
        for (wide g : group) total += 256 / power((most - g + 16) / 32);
        group.clear();
      });
      y = total == 0 ? 0 : ((s.p[1] / 2 - 1) * 256 / total / power(floor_div(most - x + 16, 32))) % 256;
    } else {
      wide const weight = o.get(1, at, n);
      if constexpr (what == row_kind::irms_norm) {
        wide const scaled_down = floor_div(x * weight / root(squares / length + 1), static_cast<wide>(1) << s.p[1]);
        y = scaled_down < -128 ? -128 : scaled_down > 127 ? 127 : scaled_down;
      } else {
        wide const mean = sum / length;
        wide around = 0;
        along_row(o, at, n, [&](wide v) { around += (v - mean) * (v - mean); });
        wide const scaled_down = (x - mean) * weight / root(around / length + 1) + o.get(2, at, n);
        y = wrapped(floor_div(scaled_down, static_cast<wide>(1) << s.p[1]), 8);
      }
    }
    return result_of(o, y, scale, at, n);
  }
};
template <int seed>
using isoftmax_case = row_case<seed, row_kind::isoftmax>;
template <int seed>
using ita_max_case = row_case<seed, row_kind::ita_max>;
template <int seed>
using ita_partial_max_case = row_case<seed, row_kind::ita_partial_max>;
template <int seed>
using ilayer_norm_case = row_case<seed, row_kind::ilayer_norm>;
template <int seed>
using irms_norm_case = row_case<seed, row_kind::irms_norm>;

template <int seed, bool mean>
struct reduction_case {
  static constexpr int result = 3;
  static constexpr setup s = [] {
    drawn d(200000 + 1000 * mean + seed);
    drawn_axes x(d, 1, 6, 6, !mean);
    setup s;
    bool const half_away = d.chance(50);
    drawn_axes y = x;
    while (s.p[1] == 0) s.p[1] = d.one_of(1, (1 << x.rank) - 1);
    index averaged = 1;
    for (int a = 0; a < x.rank; ++a) {
      if (!(s.p[1] >> a & 1)) continue;
      y.of[a] = 1;
      if (mean && !half_away) x.of[a] = d.pick({1, 2, 4, 8});
      averaged *= x.of[a].value;
    }
    s.with[0] = lay_out(d, mean ? d.pick(short_types) : d.pick(integer_types), x.rank, x.of, {.broadcast = false});
    draw_result(d, s, 3, 1, y.rank, y.of, mean ? element::i8 : element::i32);
    s.p[0] = x.rank;
    s.p[2] = half_away;
    s.p[3] = averaged;
    return s;
  }();
  using X = part<reduction_case, 0>;
  using Y = part<reduction_case, 3>;
  static constexpr u8 reduced = static_cast<u8>(s.p[1]);
  struct averaged : op::reduce_mean<averaged, X, Y, op::reduce_mean_params{reduced, s.p[2] != 0, s.q[0]},
                                    scale_of<reduction_case, 1>> {};
  struct summed : op::reduce_sum<summed, X, Y, op::reduce_sum_params{reduced, s.q[0]}, scale_of<reduction_case, 1>> {};
  using layer = detail::nth<mean ? 0 : 1, detail::types<averaged, summed>>;
  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    index i[max_rank] = {}, end[max_rank] = {};
    for (int a = 0; a < n; ++a) {
      i[a] = reduced >> a & 1 ? 0 : at[a];
      end[a] = reduced >> a & 1 ? o.length(0, a) : at[a] + 1;
    }
    wide sum = 0;
    for (bool more = true; more;) {
      sum += o.get(0, i, n);
      more = false;
      for (int a = n - 1; a >= 0 && !more; --a) {
        more = ++i[a] < end[a];
        if (!more) i[a] = reduced >> a & 1 ? 0 : at[a];
      }
    }
    sum = wrapped(sum);
    wide const count = s.p[3];
    if (mean)
      sum = wrapped(s.p[2] ? (sum < 0 ? sum - count / 2 : sum + count / 2) / count : floor_div(sum + count / 2, count),
                    8);
    return result_of(o, sum, 1, at, n);
  }
};
template <int seed>
using reduce_mean_case = reduction_case<seed, true>;
template <int seed>
using reduce_sum_case = reduction_case<seed, false>;
}  // namespace deeploy::test
