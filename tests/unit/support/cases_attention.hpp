// SPDX-License-Identifier: Apache-2.0
// Random score chains: heads that broadcast, masks of all kinds, tables with anything in them.
#pragma once
#include <support/cases_elements.hpp>

namespace deeploy::test {
template <int seed>
struct score_chain_case {
  static constexpr int result = 5;
  static constexpr setup s = [] {
    drawn d(300000 + seed);
    drawn_axes const y(d, 2, 5, 5);
    index const n = d.one_of(1, 9), depth = d.one_of(1, 5);
    extent const keys = n > 1 && d.chance(25) ? extent(n, 3) : extent(n);
    int const rank[] = {d.one_of(2, y.rank), d.one_of(2, y.rank), d.one_of(2, y.rank)};
    setup s;
    for (int o = 0; o < 3; ++o) {
      extent of[5] = {};
      for (int i = 0; i < rank[o] - 2; ++i) of[i] = d.chance(20) ? extent(1) : y.of[y.rank - rank[o] + i];
      of[rank[o] - 2] = o == 0 ? y.of[y.rank - 2] : keys;
      of[rank[o] - 1] = o == 2 ? y.of[y.rank - 1] : extent(depth);
      s.with[o] = lay_out(d, d.pick(short_types), rank[o], of, {.broadcast = false});
    }
    s.biased = d.chance(60);
    if (s.biased) {
      extent of[5] = {};
      for (int i = 0; i < y.rank - 1; ++i) of[i] = y.of[i];
      of[y.rank - 1] = keys;
      s.with[3] = lay_out(d, d.pick({element::i8, element::u8}), y.rank, of, {});
    }
    layout& tables = s.with[4];
    tables.present = true;
    tables.type = element::u8;
    tables.rank = tables.dims = 1;
    tables.of[0] = tables.length[0] = s.biased ? op::score_tables::masked_bytes : op::score_tables::unmasked_bytes;
    tables.stride[0] = 1;
    tables.offset = d.chance(40) ? d.one_of(1, 5) : 0;
    tables.total = tables.offset + tables.length[0];
    tables.high = 255;
    s.q[1] = draw_requantisation(d, d.pick({element::i8, element::u8}));
    element type = element::i32;
    if (d.chance(80)) {
      type = d.pick({element::i8, element::u8, element::i16});
      s.q[0] = draw_requantisation(d, type);
    }
    s.with[5] = lay_out(d, type, y.rank, y.of, {.broadcast = false});
    index const p[] = {y.rank, depth, rank[1], d.pick({256, 128, 255, 16}), d.chance(40)};
    for (int i = 0; i < 5; ++i) s.p[i] = p[i];
    return s;
  }();
  static constexpr op::score_chain_params parameters{
      .levels = s.p[3], .signed_probabilities = s.p[4] != 0, .scores = s.q[1], .result = s.q[0]};
  struct layer : op::score_chain<layer, part<score_chain_case, 0>, part<score_chain_case, 1>, part<score_chain_case, 2>,
                                 part<score_chain_case, 4>, part<score_chain_case, 5>, parameters,
                                 typename option_if<s.biased, mask<part<score_chain_case, 3>>>::type> {};

  static wide plain(operands const& o, index const* at) {
    int const n = s.p[0];
    index const keys = o.length(1, s.p[2] - 2);
    auto place = [&](index row, index column, auto use) {
      index i[5] = {};
      for (int a = 0; a < n; ++a) i[a] = at[a];
      i[n - 2] = row, i[n - 1] = column;
      return use(static_cast<index const*>(i));
    };
    auto table = [&](index begin, wide i) { return o.get(4, {begin + static_cast<index>(i)}); };
    auto x = [&](index key) {
      wide sum = 0;
      for (index c = 0; c < s.p[1]; ++c)
        sum += place(at[n - 2], c, [&](index const* i) { return o.get(0, i, n); }) * place(key, c, [&](index const* i) { return o.get(1, i, n); });
      wide const first = table(1024, requantised(s.q[1], wrapped(sum)) - s.q[1].low);
      if (!s.biased) return first;
      wide const m = place(at[n - 2], key, [&](index const* i) { return o.get(3, i, n); });
      return table(1792, first + table(1536, (m + 256) % 256));
    };
    wide largest = 0;
    for (index key = 0; key < keys; ++key) largest = x(key) > largest ? x(key) : largest;
    auto e = [&](index key) {
      wide word = 0;
      for (int b = 3; b >= 0; --b) word = 256 * word + table(0, 4 * (255 + x(key) - largest) + b);
      return word;
    };
    wide const all = static_cast<wide>(1) << 32;
    wide sum = 0, y = 0;
    for (index key = 0; key < keys; ++key) sum = (sum + e(key)) % all;
    for (index key = 0; key < keys; ++key) {
      wide const p = table(1280, sum == 0 ? 0 : e(key) * (s.p[3] - 1) % all / sum % 256);
      y += (s.p[4] != 0 && p > 127 ? p - 256 : p) * place(key, at[n - 1], [&](index const* i) { return o.get(2, i, n); });
    }
    return requantised(s.q[0], wrapped(y));
  }
};
}  // namespace deeploy::test
