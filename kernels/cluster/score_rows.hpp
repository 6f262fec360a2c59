// SPDX-License-Identifier: Apache-2.0
// One row of the score chain: a query of one head against all keys, on one core.
#pragma once
#include <cluster/elementwise.hpp>
#include <cluster/score_loops.hpp>
#include <deeploy/op/score_chain.hpp>

namespace deeploy::cluster {
/// What the rows are compiled for.
struct score_class {
  element_requant scores, result;
  bool masked = false;
  bool signed_probabilities = false;
  u8 words = 0;  ///< of a query, when its depth is 4 * words and a loop has that; 0: any depth
  constexpr bool operator==(score_class const&) const = default;
};

/// What a core keeps of its rows. Keys are taken by fours: behind the last one lie operands of the softmax as large as the largest.
struct score_room {
  /// Rows that a core takes at once, phase by phase: from the second one on a phase's code is in the core's own cache.
  static constexpr index at_once = 2;
  index fours = 0;
  index of_row = 0;   ///< bytes: exponentials, a half per key; then a byte per key
  index of_core = 0;  ///< cores begin two banks apart
  constexpr score_room() = default;
  constexpr explicit score_room(index keys) : fours((keys + 3) / 4), of_row(12 * fours + 4), of_core(at_once * of_row) {
    of_core += (8 - of_core) & 60;
  }
};

/// What rows need to know. Elements of a query, a key, a value and a result are neighbours.
template <score_class C>
struct score_constants {
  requantiser<C.scores.of, true> to_score;
  requantiser<C.result.of, true> to_result;
  index keys = 0, depth = 0, width = 0;
  index key_on = 0, value_on = 0;  ///< from key to key
  u32 most = 0;                    ///< levels - 1, of at most eight bits
  score_room kept = {};
};

template <score_class C>
struct score_pass {
  static constexpr bool hardware_scores = C.words != 0 && C.scores.of.present && C.scores.of.narrow && C.scores.fits &&
                                          C.scores.of.clip != clip_range::any && requantiser<C.scores.of>::zero_commutes;
  score_constants<C> const& c;

  u8* bytes_of(u8* kept) const { return kept + 8 * c.kept.fours; }

  /// The softmax's operand of each key into the kept bytes, and the largest of them.
  /// @param mask  a word per key, see score_loops::mask_entry
  DEEPLOY_ALWAYS_INLINE void operands(u8 const* query, u8 const* key, u8 const* mask, u8 const* tables, u8* kept) const {
    namespace at = op::score_tables;
    u8* out = bytes_of(kept);
    u8 const* const first = tables + at::first - c.to_score.low();
    u8 const* const sums = tables + at::sums;
    if constexpr (hardware_scores) {
      constexpr bool is_signed = C.scores.of.clip == clip_range::full_i8;
      return score_loops::operands<C.masked, C.words, is_signed>(query, key, mask, out, first, sums, c);
    }
    u32 best = 0;
    for (index n = c.keys; n > 0; --n, key += c.key_on) {
      u8 const *q = query, *k = key;
      i32 s = 0;
      for (index d = c.depth; d > 0; --d) s = xpulp::mac(s, rows::next<i8>(q, 1), rows::next<i8>(k, 1));
      u32 x = rows::load_u8(first, requantise_element<C.scores>(c.to_score, c.to_score.scale, s));
      if constexpr (C.masked) x = score_loops::masked(sums, rows::next_word(mask), x);
      best = xpulp::maxu(best, x);
      rows::put<u8>(out, static_cast<i32>(x), 1);
    }
    rows::put_word(out, best * 0x01010101u);
  }

  /// The exponentials of the kept bytes, then their probabilities in place of the bytes.
  ///
  /// A quotient e * most / sum is e * r / 2^k with r = 2^k * most / sum rounded up, when e * (r * sum - 2^k * most) < 2^k:
  /// the error is below 1 / sum, of which the quotient is a multiple. r has 32 bits, so that k = 32 serves most sums above
  /// `most`; the largest key has the largest e, see score_chain_mapping::exact().
  DEEPLOY_ALWAYS_INLINE void weigh(u8 const* tables, u8 const* probabilities, u8* kept) const {
    u8* const bytes = bytes_of(kept);
    u8 const* const last = tables + op::score_tables::exponentials + 4 * 255;
    u32 sum = score_loops::exponentials(bytes, kept, last - 4 * rows::load_u8(bytes, c.keys), c.kept.fours);
    u32 const most = c.most, e_most = rows::load_word(last, 0);
    sum = rows::multiply_subtract(sum, e_most, static_cast<u32>(-c.keys & 3));
    if (sum <= most || sum >> 24 != 0) [[unlikely]]
      return weigh_any(c, sum, probabilities, kept);
    quotient r(most, sum);
    r.digit();
    if (static_cast<u64>(e_most) * r.excess() >> 32 != 0) [[unlikely]]
      return weigh_any(c, sum, probabilities, kept);
    score_loops::probabilities<16>(kept, bytes, r.rounded_up(), probabilities, c.kept.fours);
  }
  /// 2^k * most / sum, k = 24 and 8 more with each digit. @param most  of eight bits  @param sum  of 24
  struct quotient {
    u32 sum, value, rest;
    DEEPLOY_ALWAYS_INLINE quotient(u32 most, u32 by) : sum(by), value((most << 24) / by), rest(rows::multiply_subtract(most << 24, value, by)) {}
    DEEPLOY_ALWAYS_INLINE void digit() {
      rest <<= 8;
      u32 const part = rest / sum;
      rest = rows::multiply_subtract(rest, part, sum);
      value = (value << 8) + part;
    }
    u32 rounded_up() const { return value + (rest != 0); }
    u32 excess() const { return rest == 0 ? 0 : sum - rest; }  ///< of sum times that
  };
  /// For sums of any size: k = 24 up to `most`, which no e is above, k = 40 up to 24 bits (e * sum < 2^40); larger ones are divided by.
  [[gnu::noinline, gnu::cold]] static void weigh_any(score_constants<C> const& c, u32 sum, u8 const* probabilities, u8* kept) {
    u32 const most = c.most;
    u8* out = score_pass{c}.bytes_of(kept);
    if (sum - 1 < (1u << 24) - 1) {
      quotient r(most, sum);
      if (sum <= most) return score_loops::probabilities<8>(kept, out, r.rounded_up(), probabilities, c.kept.fours);
      r.digit();
      r.digit();
      return score_loops::probabilities<24>(kept, out, r.rounded_up(), probabilities, c.kept.fours);
    }
    rows::divider const by(sum == 0 ? 1 : sum);
    u8 const* e = kept;
    for (index n = c.keys; n > 0; --n) {
      u32 const part = sum == 0 ? 0 : by(static_cast<u32>(rows::next<u16>(e, 2)) * most) & 255u;
      rows::put<u8>(out, static_cast<i32>(rows::load_u8(probabilities, static_cast<i32>(part))), 1);
    }
  }

  DEEPLOY_ALWAYS_INLINE static i32 next_probability(u8 const*& p) {
    if constexpr (C.signed_probabilities) return rows::next<i8>(p, 1);
    return rows::next<u8>(p, 1);
  }
  DEEPLOY_ALWAYS_INLINE void results(u8 const* values, u8* out, u8* kept) const {
    index rest = c.width;
    for (; rest >= 4; rest -= 4, values += 4) {
      score_pass const p{*rows::anew(&c)};
      rest = rows::unknown(rest);
      i32 sum[4];
      score_loops::weighted<C.signed_probabilities>(values, p.bytes_of(kept), sum, p.c);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) sum[i] = requantise_element<C.result>(p.c.to_result, p.c.to_result.scale, sum[i]);
      rows::put_word(out, rows::pack(sum[0], sum[1], sum[2], sum[3]));
    }
    if (rest > 0) [[unlikely]]
      last_results(c, values, out, kept, rest);
  }
  /// Columns behind the last four.
  [[gnu::noinline, gnu::cold]] static void last_results(score_constants<C> const& c, u8 const* values, u8* out, u8 const* kept, index columns) {
    for (; columns > 0; --columns) {
      u8 const* value = values++;
      u8 const* p = kept + 8 * c.kept.fours;
      i32 sum = 0;
      for (index n = c.keys; n > 0; --n) {
        i32 const w = next_probability(p);
        sum = xpulp::mac(sum, w, rows::next<i8>(value, c.value_on));
      }
      rows::put<u8>(out, requantise_element<C.result>(c.to_result, c.to_result.scale, sum), 1);
    }
  }
};
}  // namespace deeploy::cluster
