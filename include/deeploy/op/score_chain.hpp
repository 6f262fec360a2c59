// SPDX-License-Identifier: Apache-2.0
// op::score_chain: attention between its projections as one layer: scores, softmax, weighted values.
#pragma once
#include <deeploy/detail/describe.hpp>

namespace deeploy {
/// Optional operand of op::score_chain: what is added to the scores.
template <Operand M>
struct mask {};
}  // namespace deeploy

namespace deeploy::detail {
/// The mask operand in a pack of options, or none.
template <class... Options>
struct mask_in {
  using type = none;
};
template <class M, class... Rest>
struct mask_in<mask<M>, Rest...> {
  using type = M;
};
template <class First, class... Rest>
struct mask_in<First, Rest...> : mask_in<Rest...> {};
}  // namespace deeploy::detail

namespace deeploy::op {
struct score_chain_params {
  i32 levels = 256;                   ///< of the softmax
  bool signed_probabilities = false;  ///< the bytes of the probabilities are i8, not u8
  requantisation scores = {};         ///< of the products of queries and keys; at most 256 values
  requantisation result = {};
};

/// Where the parts of the tables begin, in bytes. Everything elementwise between the two products maps bytes to bytes.
namespace score_tables {
inline constexpr index exponentials = 0;      ///< 256 words, lowest byte first: of the distance x - max x, from -255 to 0
inline constexpr index first = 1024;          ///< 256: of the score - scores.low
inline constexpr index probabilities = 1280;  ///< 256: of the softmax's result
inline constexpr index unmasked_bytes = 1536;
inline constexpr index masks = 1536;  ///< 256: of the mask's byte as it lies in memory
inline constexpr index sums = 1792;   ///< 512: of the sum of `first` and `masks`
inline constexpr index masked_bytes = 2304;
}  // namespace score_tables

struct score_chain_kind {
  static constexpr operator_facts facts{"score_chain", {"q", "k", "v", "mask", "tables", "y"}, false, true};
};

/// The layers matmul, any elementwise ones, isoftmax, requantise, matmul in one, on bytes; scores have no tensor.
///
///     s[m][n] = scores( sum over d of q[m][d] * k[n][d] ) - scores.low
///     x[m][n] = first[s], with a mask sums[ first[s] + masks[mask[m][n]] ]
///     e[m][n] = exponentials[ 255 + x[m][n] - max x[m] ];  p = probabilities[ floor(e * (levels - 1) / sum e[m]) ]
///     y[m][w] = result( sum over n of p[m][n] * v[n][w] )
///
/// A table is one of op::score_tables; with it any rounding, zero point, clip, division and number of elementwise layers is
/// the same. The arithmetic of the softmax is op::isoftmax's, modulo 2^32.
/// @tparam Q, K, V  batch x queries x depth, batch x keys x depth, batch x keys x width; integers; up to three batch axes
/// @tparam Tables   one axis of u8
/// @tparam Y        batch x queries x width
/// @tparam Options  mask<M>: bytes that broadcast to batch x queries x keys
/// @errors          DPL-1101 lengths disagree; DPL-2006 clip wider than Y's type; DPL-2401 to DPL-2403
template <class Self, Operand Q, Operand K, Operand V, Operand Tables, Operand Y, score_chain_params params = score_chain_params{}, class... Options>
struct score_chain {
  using kind = score_chain_kind;
  static constexpr layer_descriptor descriptor = [] {
    constexpr window q = viewed<Q>::where, k = viewed<K>::where, v = viewed<V>::where, tables = viewed<Tables>::where, y = viewed<Y>::where;
    constexpr int rank = y.logical_rank(), least = q.logical_rank() < k.logical_rank() ? q.logical_rank() : k.logical_rank();
    using Mask = typename detail::mask_in<Options...>::type;
    constexpr bool masked = Operand<Mask>;
    detail::layer_builder l(kind::facts);
    constexpr int lowest_rank = least < v.logical_rank() ? least : v.logical_rank();
    l.expect((lowest_rank < rank ? lowest_rank : rank) >= 2, 1104, lowest_rank < rank ? lowest_rank : rank, 2);
    l.expect(rank <= 5, 1103, rank, 5);
    if (l.d.first_problem.code != 0) return l.d;
    constexpr char const* names[] = {"batch", "batch_2", "batch_3"};
    int batch[5] = {};
    for (int i = 0; i < 3; ++i) {
      bool const has = i < rank - 2;
      int const id = l.axis(names[i], has ? y.logical_extent(i) : extent(1), axis_kind::parallel);
      if (has) batch[i] = id;
    }
    int const queries = l.axis("queries", y.logical_extent(rank - 2), axis_kind::parallel);
    int const keys = l.axis("keys", k.logical_extent(k.logical_rank() - 2), axis_kind::whole);
    int const depth = l.axis("depth", q.logical_extent(q.logical_rank() - 1), axis_kind::whole);
    int const width = l.axis("width", y.logical_extent(rank - 1), axis_kind::whole);
    auto bind = [&](operand& o, window const& w, int row, int column) {
      int axes[5] = {};
      for (int i = 0; i < rank - 2; ++i) axes[i] = batch[i];
      axes[rank - 2] = row;
      axes[rank - 1] = column;
      l.bind_broadcast(o, w, axes, rank);
    };
    bind(l.place<Q>(0, direction::in), q, queries, depth);
    bind(l.place<K>(1, direction::in), k, keys, depth);
    bind(l.place<V>(2, direction::in), v, keys, width);
    operand& added = l.place<Mask>(3, direction::in);
    if constexpr (masked) {
      bind(added, viewed<Mask>::where, queries, keys);
      l.expect(size_of(added.of->type) == 1, 2402, size_of(added.of->type), 1);
    }
    operand& table = l.place<Tables>(4, direction::in);
    l.expect(table.of->type == element::u8, 2403, static_cast<i64>(table.of->type), static_cast<i64>(element::u8));
    l.expect(tables.logical_rank() == 1, 1104, tables.logical_rank(), 1);
    l.expect(tables.rank() == 1 && tables.stride[0] == 1, 1102, tables.stride[0], 1);
    constexpr index table_bytes = masked ? score_tables::masked_bytes : score_tables::unmasked_bytes;
    l.expect(tables.of[0].value == table_bytes, 1101, tables.of[0].value, table_bytes);
    l.append(table, table_bytes, 1, 0);
    operand& to = l.place<Y>(5, direction::out);
    bind(to, y, queries, width);
    l.add(params.scores, false);
    l.add(params.result, false);
    l.add_class(masked, params.signed_probabilities);
    l.add_value(params.levels);
    i64 const values = static_cast<i64>(params.scores.high) - params.scores.low + 1;
    l.expect(params.scores.present && values <= 256, 2401, params.scores.present ? values : 0, 256);
    auto check = [&](requantisation const& r) {
      l.expect(r.shift <= 31, 2004, r.shift, 31);
      l.expect(r.low <= r.high, 2005, r.low, r.high);
    };
    check(params.scores);
    check(params.result);
    l.expect_holds(to, params.result);
    return l.d;
  }();
};
}  // namespace deeploy::op
