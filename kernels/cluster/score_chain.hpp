// SPDX-License-Identifier: Apache-2.0
// The score chain of attention as one pass over a row of keys: scores, requantisation, division, mask, softmax, values.
#pragma once
#include <cluster/isoftmax.hpp>
#include <cluster/score_loops.hpp>

namespace deeploy::cluster {
/// The elementwise steps of the chain as functions on bytes, filled once for all rows.
///
/// A score is requantised to i8; `first` takes it through the division, its requantisation and the sum's requantisation
/// of that operand; `mask` takes a byte of the mask through the sum's requantisation of the other. Both hold distances
/// from the lowest value, so that a sum of two entries is an index of `sum`, which gives the softmax's operand.
/// `probability` takes the softmax's byte through its requantisation.
struct score_tables {
  u32 exponentials[256];
  u8 first[256];  ///< entry 0 is for the score -128
  u8 mask[256];   ///< by the byte as it lies in memory
  u8 sum[512];
  u8 probability[256];
  u32 largest[8];  ///< exponential of each core's share
};

/// One row of the chain: a query of one head.
struct score_row {
  i8 const* query;   ///< `width` elements that are neighbours
  i8 const* keys;    ///< key k begins at keys[k * key_on]
  i8 const* values;  ///< the values of key k begin at values[k * value_on]
  u8 const* mask;    ///< a byte per key as prepare_mask() makes them; unused without a mask
  u8* result;        ///< `width` elements that are neighbours
  index key_on, value_on;
  index length;       ///< keys
  index width;        ///< of the head
  u32* exponentials;  ///< scratch, one word per key
  u8* probabilities;  ///< scratch, one byte per key, up to a multiple of four
};

/// What the pass is compiled for.
struct score_class {
  element_requant scores;  ///< of the first product, to i8; not scaled
  requant_class result;    ///< of the second product; not scaled
  bool masked = true;
  bool probabilities_signed = false;  ///< the probabilities are i8, not u8
  constexpr bool operator==(score_class const&) const = default;
};

/// Fills the tables. All cores; a barrier before the first row.
///
/// @param first, mask, sum, probability  functions on i32, see score_tables; the sum's argument is the index
/// @param softmax  coefficient_a coefficient_b coefficient_c log2
template <class First, class Mask, class Sum, class Probability>
inline void fill_score_tables(int core, int cores, score_tables& t, First first, Mask mask, Sum sum,
                              Probability probability, i32 const* softmax) {
  exponential_table::fill(core, cores, t.exponentials, softmax);
  core_share const mine(256, core, cores, 1);
  u32 largest = 0;
  for (index i = mine.begin; i < mine.end; ++i) {
    t.first[i] = static_cast<u8>(first(i - 128));
    t.mask[i] = static_cast<u8>(mask(static_cast<i8>(i)));
    t.sum[i] = static_cast<u8>(sum(i));
    t.sum[256 + i] = static_cast<u8>(sum(256 + i));
    t.probability[i] = static_cast<u8>(probability(i));
    largest = xpulp::maxu(largest, t.exponentials[255 - i]);
  }
  if (core == 0)
    for (index i = cores; i < 8; ++i) t.largest[i] = 0;
  t.largest[core] = largest;
}

/// This core's share of a mask, taken through its table: once for all heads. All cores; a barrier before and after.
inline void prepare_mask(int core, int cores, score_tables const& t, u8 const* mask, u8* prepared, index length) {
  core_share const mine(length, core, cores, 4);
  mask += mine.begin;
  prepared += mine.begin;
  for (index i = mine.begin; i < mine.end; ++i)
    rows::put<u8>(prepared, static_cast<i32>(rows::load_u8(t.mask, rows::next<u8>(mask, 1))), 1);
}

/// The pass. All functions work on one row and one core; rows are independent.
template <score_class C>
struct score_pass {
  requantiser<C.scores.of> to_score;
  requantiser<C.result> to_result;
  score_tables const& tables;
  u32 most;     ///< levels - 1
  u32 largest;  ///< exponential

  /// @param levels  of the softmax
  score_pass(i32 const* score_values, i32 const* result_values, score_tables const& t, u32 levels)
      : to_score(score_values), to_result(result_values), tables(t), most(levels - 1), largest(0) {
    for (u32 e : t.largest) largest = xpulp::maxu(largest, e);
  }

  /// Do the hardware loops take the requantisation of the scores?
  static constexpr bool hardware_scores = C.scores.of.present && C.scores.fits &&
                                          C.scores.of.clip == clip_range::full_i8 &&
                                          requantiser<C.scores.of>::zero_commutes;

  /// The softmax's operand for each key into the bytes of `row.probabilities`; the largest of them.
  /// @tparam words  of a query, when its width is 4 * words; 0: any width
  template <int words>
  DEEPLOY_ALWAYS_INLINE i32 operands(score_row const& row) const {
    u8 const* key = reinterpret_cast<u8 const*>(row.keys);
    u8* out = row.probabilities;
    u8 const* mask = row.mask;
    u32 query[words == 0 ? 1 : words];
    if constexpr (words != 0) {
      u8 const* from = reinterpret_cast<u8 const*>(row.query);
#pragma GCC unroll 8
      for (int w = 0; w < words; ++w) query[w] = rows::next_word(from);
    }
    u8 const* const first = tables.first + 128;
    index const on = row.key_on;
    // Without a mask every key adds entry 0 of its table, whose function then is constant.
    u32 const unmasked = tables.mask[0];
    // Loads of a batch come before their uses: a load's result is there one instruction later.
    auto load = [&](u32* k) DEEPLOY_INLINE_LAMBDA {
      if constexpr (words == 1) {
        k[0] = static_cast<u32>(rows::next<i32>(key, on));
      } else if constexpr (words > 1) {
        u8 const* at = key;
        key += on;
#pragma GCC unroll 8
        for (int w = 0; w < words; ++w) k[w] = rows::next_word(at);
      }
    };
    auto score = [&](u32 const* k) DEEPLOY_INLINE_LAMBDA -> i32 {
      i32 s = 0;
      if constexpr (words == 0) {
        for (index d = 0; d < row.width; ++d) s += row.query[d] * static_cast<i8>(key[d]);
        key += on;
      } else {
#pragma GCC unroll 8
        for (int w = 0; w < words; ++w) s = w == 0 ? rows::dot_i8(k[0], query[0]) : xpulp::sdotsp(s, k[w], query[w]);
      }
      return s;
    };
    auto clipped = [&](i32 s)
                       DEEPLOY_INLINE_LAMBDA { return requantise_element<C.scores>(to_score, to_score.scale, s); };
    auto divided = [&](i32 s) DEEPLOY_INLINE_LAMBDA { return rows::load_u8(first, s); };
    auto summed = [&](u32 u, u32 m) DEEPLOY_INLINE_LAMBDA {
      return static_cast<i32>(rows::load_u8(tables.sum, static_cast<i32>(u + m)));
    };
    constexpr int held = words == 0 ? 1 : words;
    index n = row.length;
    u32 best = 0x80808080u;
#if defined(__riscv)
    if constexpr (words == 1 && hardware_scores)
      if (n >= 4) {
        score_loops::scores<C.masked>(key, mask, out, best, on, query[0], to_score.scale.mul, to_score.scale.add,
                                      to_score.shift(), first, tables.sum, unmasked, n >> 2);
        n &= 3;
      }
#endif
    for (; n >= 4; n -= 4) {
      u32 k0[held], k1[held], k2[held], k3[held];
      load(k0);
      load(k1);
      load(k2);
      load(k3);
      u32 m0 = unmasked, m1 = unmasked, m2 = unmasked, m3 = unmasked;
      if constexpr (C.masked) {
        m0 = static_cast<u32>(rows::next<u8>(mask, 1));
        m1 = static_cast<u32>(rows::next<u8>(mask, 1));
        m2 = static_cast<u32>(rows::next<u8>(mask, 1));
        m3 = static_cast<u32>(rows::next<u8>(mask, 1));
      }
      i32 const s0 = clipped(score(k0)), s1 = clipped(score(k1)), s2 = clipped(score(k2)), s3 = clipped(score(k3));
      u32 const u0 = divided(s0), u1 = divided(s1), u2 = divided(s2), u3 = divided(s3);
      i32 const x0 = summed(u0, m0), x1 = summed(u1, m1), x2 = summed(u2, m2), x3 = summed(u3, m3);
      u32 const word = rows::pack(x0, x1, x2, x3);
      best = xpulp::maxb(best, word);
      rows::put_word(out, word);
    }
    best = xpulp::maxb(best, best >> 16);
    best = xpulp::maxb(best, best >> 8);
    i32 top = static_cast<i8>(best);
    for (; n > 0; --n) {
      u32 const m = C.masked ? static_cast<u32>(rows::next<u8>(mask, 1)) : unmasked;
      u32 k[held];
      load(k);
      i32 const x = static_cast<i8>(summed(divided(clipped(score(k))), m));
      top = xpulp::max(top, x);
      rows::put<u8>(out, x, 1);
    }
    return top;
  }

  /// The exponentials into `row.exponentials`; their sum.
  DEEPLOY_ALWAYS_INLINE u32 exponentiate(score_row const& row, i32 top) const {
    u8 const* const e = exponential_table::at_largest(tables.exponentials, top);
    u8 const* x = row.probabilities;
    u8* out = reinterpret_cast<u8*>(row.exponentials);
    u32 sum = 0;
    index n = row.length;
#if defined(__riscv)
    if (n >= 4) {
      score_loops::exponentials(x, out, sum, e, n >> 2);
      n &= 3;
    }
#endif
    for (; n >= 4; n -= 4) {
      i32 const x0 = rows::next<i8>(x, 1), x1 = rows::next<i8>(x, 1), x2 = rows::next<i8>(x, 1),
                x3 = rows::next<i8>(x, 1);
      u32 const e0 = rows::load_word(e, 4 * x0), e1 = rows::load_word(e, 4 * x1), e2 = rows::load_word(e, 4 * x2),
                e3 = rows::load_word(e, 4 * x3);
      sum += e0;
      sum += e1;
      sum += e2;
      sum += e3;
      rows::put_word(out, e0);
      rows::put_word(out, e1);
      rows::put_word(out, e2);
      rows::put_word(out, e3);
    }
    for (; n > 0; --n) {
      u32 const e0 = rows::load_word(e, 4 * rows::next<i8>(x, 1));
      sum += e0;
      rows::put_word(out, e0);
    }
    return sum;
  }

  /// The probabilities from the exponentials: quotient(e) is floor(e * most / sum).
  /// @tparam by_upper_word  quotient(e) is e * r / 2^32
  template <bool by_upper_word, class F>
  DEEPLOY_ALWAYS_INLINE void weigh(score_row const& row, [[maybe_unused]] u32 r, F quotient) const {
    u8 const* e = reinterpret_cast<u8 const*>(row.exponentials);
    u8* out = row.probabilities;
    auto looked_up = [&](u32 q) DEEPLOY_INLINE_LAMBDA {
      return static_cast<i32>(rows::load_u8(tables.probability, static_cast<i32>(q)));
    };
    index n = row.length;
#if defined(__riscv)
    if (by_upper_word && n >= 4) {
      score_loops::probabilities(e, out, r, tables.probability, n >> 2);
      n &= 3;
    }
#endif
    for (; n >= 4; n -= 4) {
      u32 const e0 = rows::next_word(e), e1 = rows::next_word(e), e2 = rows::next_word(e), e3 = rows::next_word(e);
      u32 const q0 = quotient(e0), q1 = quotient(e1), q2 = quotient(e2), q3 = quotient(e3);
      i32 const p0 = looked_up(q0), p1 = looked_up(q1), p2 = looked_up(q2), p3 = looked_up(q3);
      rows::put_word(out, rows::pack(p0, p1, p2, p3));
    }
    for (; n > 0; --n) rows::put<u8>(out, looked_up(quotient(rows::next_word(e))), 1);
  }
  DEEPLOY_ALWAYS_INLINE void probabilities(score_row const& row, u32 sum) const {
    // With e * sum < 2^32 for every e the rounded-up quotient r = ceil(2^32 * most / sum) is exact: e * r / 2^32 is
    // less than 1 / sum above e * most / sum, which itself is a multiple of 1 / sum. 24 bits of sum keep the parts of r
    // in a word; 16 bits of e and of the length keep the sum from wrapping, so that no quotient is above `most`.
    u32 const each = sum == 0 ? 0 : 0xFFFFFFFFu / sum;
    if (largest <= each && largest >> 16 == 0 && row.length >> 16 == 0 && most < 256 && sum > most && sum >> 24 == 0) {
      u32 const r = most * each + (most * (0u - each * sum) + sum - 1) / sum;
      weigh<true>(row, r, [&](u32 e) DEEPLOY_INLINE_LAMBDA { return static_cast<u32>(static_cast<u64>(e) * r >> 32); });
      return;
    }
    rows::divider const by(sum == 0 ? 1 : sum);
    u32 const factor = sum == 0 ? 0 : most;
    weigh<false>(row, 0, [&](u32 e) DEEPLOY_INLINE_LAMBDA { return by(e * factor) & 255u; });
  }

  DEEPLOY_ALWAYS_INLINE static i32 dot(i32 sum, u32 probability, u32 value) {
    return C.probabilities_signed ? xpulp::sdotsp(sum, probability, value) : xpulp::sdotusp(sum, probability, value);
  }
  /// Four neighbouring results from column `c` on.
  DEEPLOY_ALWAYS_INLINE void four_results(score_row const& row, index c) const {
    u8 const* value = reinterpret_cast<u8 const*>(row.values + c);
    u8 const* p = row.probabilities;
    i32 sum[4] = {};
    index n = row.length;
    index const on = row.value_on;
#if defined(__riscv)
    if (n >= 4) {
      score_loops::weighted<C.probabilities_signed ? 0x5c : 0x54>(value, p, sum, on, n >> 2);
      n &= 3;
    }
#endif
    for (; n >= 4; n -= 4) {
      u32 const v0 = static_cast<u32>(rows::next<i32>(value, on)), v1 = static_cast<u32>(rows::next<i32>(value, on)),
                v2 = static_cast<u32>(rows::next<i32>(value, on)), v3 = static_cast<u32>(rows::next<i32>(value, on));
      u32 const w = rows::next_word(p);
      // Keys by columns become columns by keys: bytes of two keys side by side, then halves.
      u32 const a = xpulp::shuffle2b(v0, v1, 0x05010400u), b = xpulp::shuffle2b(v0, v1, 0x07030602u);
      u32 const d = xpulp::shuffle2b(v2, v3, 0x05010400u), e = xpulp::shuffle2b(v2, v3, 0x07030602u);
      sum[0] = dot(sum[0], w, xpulp::packh(d, a));
      sum[1] = dot(sum[1], w, xpulp::shuffle2b(a, d, 0x07060302u));
      sum[2] = dot(sum[2], w, xpulp::packh(e, b));
      sum[3] = dot(sum[3], w, xpulp::shuffle2b(b, e, 0x07060302u));
    }
    for (; n > 0; --n, value += on) {
      i32 const w = C.probabilities_signed ? rows::next<i8>(p, 1) : rows::next<u8>(p, 1);
      for (int i = 0; i < 4; ++i) sum[i] = xpulp::mac(sum[i], w, static_cast<i8>(value[i]));
    }
    u8* out = row.result + c;
    for (i32 s : sum) rows::put<u8>(out, to_result(s), 1);
  }
  DEEPLOY_ALWAYS_INLINE void results(score_row const& row) const {
    index c = 0;
    for (; c + 4 <= row.width; c += 4) four_results(row, c);
    for (; c < row.width; ++c) {
      u8 const* value = reinterpret_cast<u8 const*>(row.values + c);
      u8 const* p = row.probabilities;
      i32 sum = 0;
      for (index n = row.length; n > 0; --n) {
        i32 const w = C.probabilities_signed ? rows::next<i8>(p, 1) : rows::next<u8>(p, 1);
        sum = xpulp::mac(sum, w, rows::next<i8>(value, row.value_on));
      }
      u8* out = row.result + c;
      rows::put<u8>(out, to_result(sum), 1);
    }
  }

  /// The whole chain for one row.
  template <int words>
  void operator()(score_row const& row) const {
    i32 const top = operands<words>(row);
    u32 const sum = exponentiate(row, top);
    probabilities(row, sum);
    results(row);
  }
  void run(score_row const& row) const {
    if (row.width == 4)
      operator()<1>(row);
    else if (row.width == 16)
      operator()<4>(row);
    else
      operator()<0>(row);
  }
};
}  // namespace deeploy::cluster
