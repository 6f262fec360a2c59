// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::matmul.
#pragma once
#include <cluster/mapping.hpp>
#include <cluster/matmul_lowering.hpp>
#include <cluster/product_cost.hpp>
#include <cluster/product_few.hpp>
#include <cluster/product_general.hpp>
#include <cluster/product_result.hpp>
#include <cluster/product_tile.hpp>

namespace deeploy::cluster {
/// Axes: batch x 3, rows, out_features, in_features. Operands: a b bias mul add y.
///
/// @buffers  scratch: records of the columns, operands brought into rows along the reduction, accumulators
template <kernel_class C, product_class P>
struct matmul {
  static constexpr int rows = product_axis::rows, columns = product_axis::columns, depth = product_axis::depth;
  using A = element_type<C.type[0]>;
  using B = element_type<C.type[1]>;
  static constexpr index least_depth = 4;
  /// Are the operands' rows at least a word long, if need be with zeros?
  static bool takes_words(kernel_arguments const& a) { return (P.packs[0] && P.packs[1]) || a.length[depth] >= least_depth; }
  /// With the layer's own scale that is proved when the layer is compiled.
  static constexpr bool always_narrow = P.direct() && !P.result.scaled;

  /// A batch's part of an operand in bytes, with the distances of its neighbours.
  struct rows_of_operand {
    u8 const* at;
    bytes row_step, depth_step;
  };

  /// Where operand o of the batch with subscripts `at` begins.
  template <int o>
  [[gnu::always_inline]] static rows_of_operand own_rows(kernel_arguments const& a, index const (&at)[3]) {
    kernel_operand const& with = a.with[o];
    index offset = with.origin;
    for (int i = 0; i < 3; ++i) offset += with.stride[i] * at[i];
    constexpr int row_axis = o == 0 ? rows : columns;
    constexpr bytes size = sizeof(element_type<C.type[o]>);
    return {static_cast<u8 const*>(with.at) + offset * size, with.stride[row_axis] * size, with.stride[depth] * size};
  }
  /// The same where prepare() put it.
  template <int o>
  static u8* packed_rows(kernel_arguments const& a, product_scratch const& s, index const (&at)[3]) {
    index n = 0;
    for (int i = 0; i < 3; ++i)
      if (P.batches[o] >> i & 1) n = n * a.length[i] + at[i];
    return static_cast<u8*>(a.scratch) + s.packed[o] +
           n * a.length[o == 0 ? rows : columns] * packed_depth(a.length[depth]);
  }
  [[gnu::always_inline]] static void subscripts_of(kernel_arguments const& a, index batch, index (&at)[3]) {
    at[0] = at[1] = at[2] = 0;
    for (int i = 2; i >= 0 && batch != 0; --i) {
      at[i] = batch % a.length[i];
      batch /= a.length[i];
    }
  }

  template <int o>
  DEEPLOY_ALWAYS_INLINE static void pack(int core, int cores, kernel_arguments const& a, product_scratch const& s) {
    index count = 1;
    for (int i = 0; i < 3; ++i)
      if (P.batches[o] >> i & 1) count *= a.length[i];
    // Rows, or four of them at a time where they lie side by side; those behind the last four come with these.
    constexpr int axis = o == 0 ? rows : columns;
    index const length = a.length[axis], shift = a.with[o].stride[axis] == 1 && length >= 4 ? 2 : 0, groups = length >> shift;
    index const end = split_at(count * groups, core + 1, cores);
    for (index u = split_at(count * groups, core, cores); u < end;) {
      index const which = count == 1 ? 0 : u / groups, first = u - which * groups, last = end - u < groups - first ? first + end - u : groups;
      index at[3] = {}, rest = which;
      for (int i = 2; i >= 0; --i)
        if (P.batches[o] >> i & 1) {
          at[i] = rest % a.length[i];
          rest /= a.length[i];
        }
      rows_of_operand const from = own_rows<o>(a, at);
      pack_rows(core, packed_rows<o>(a, s, at), from.at, from.row_step, from.depth_step, a.length[depth], first << shift,
                last == groups ? length : last << shift);
      u += last - first;
    }
  }

  /// The record of a column, or of all columns of a batch.
  [[gnu::always_inline]] static column_record record_at(kernel_arguments const& a, result_place const& p) {
    using namespace product_operand;
    column_record r;
    r.start = 0;
    if constexpr (C.present[bias]) r.start = static_cast<i32>(elements<C, bias>(a)[p.at[bias]]);
    requantiser<P.result> const q(a.values);
    if constexpr (P.result.scaled)
      r.scale = q.prepared(elements<C, mul>(a)[p.at[mul]], elements<C, add>(a)[p.at[add]]);
    else
      r.scale = q.scale;
    return r;
  }

  static void prepare(int core, int cores, kernel_arguments const& a) {
    if (!takes_words(a)) return;
    product_scratch const s(P, C.accumulates, a.length);
    if constexpr (P.has_records() && P.column_records()) {
      auto* const records = reinterpret_cast<column_record*>(static_cast<u8*>(a.scratch) + s.records);
      index const end = split_at(a.length[columns], core + 1, cores);
      i32 found = 0;
      for (index n = split_at(a.length[columns], core, cores); n < end; ++n) {
        result_place p = first_result(a);
        p.move(a, columns, n);
        records[n] = record_at(a, p);
        found |= records[n].scale.bound;
      }
      reinterpret_cast<i32*>(static_cast<u8*>(a.scratch) + s.flags)[core] = found;
    }
    if constexpr (P.packs[0]) pack<0>(core, cores, a, s);
    if constexpr (P.packs[1]) pack<1>(core, cores, a, s);
  }

  /// Rows [m, m_end) by columns [n, n_end) of a batch.
  [[gnu::always_inline]] static void part(int core, kernel_arguments const& a, product_scratch const& s, index batch,
                                          index m, index m_end, index n, index n_end, bool narrow) {
    index at[3];
    subscripts_of(a, batch, at);
    rows_of_operand from_a = own_rows<0>(a, at), from_b = own_rows<1>(a, at);
    index const pitch = packed_depth(a.length[depth]);
    if constexpr (P.packs[0]) from_a = {packed_rows<0>(a, s, at), pitch, 1};
    if constexpr (P.packs[1]) from_b = {packed_rows<1>(a, s, at), pitch, 1};
    result_place place = first_result(a);
    if (batch != 0)
      for (int i = 0; i < 3; ++i) place.move(a, i, at[i]);

    constexpr signs S = signs_of<A, B>;
    product_operands v;
    v.a = from_a.at + m * from_a.row_step;
    v.b = from_b.at + n * from_b.row_step;
    v.a_stride = from_a.row_step;
    v.b_stride = from_b.row_step;
    v.depth = P.packs[0] && P.packs[1] ? pitch : a.length[depth];
    v.core = core;
    column_record same[4];
    if constexpr (P.has_records()) {
      if constexpr (P.column_records()) {
        v.records = reinterpret_cast<column_record const*>(static_cast<u8 const*>(a.scratch) + s.records) + n;
      } else {
        same[0] = record_at(a, place);
        if constexpr (!P.side_by_side || !always_narrow)
          for (int i = 1; i < 4; ++i) same[i] = same[0];
        narrow = narrow && same[0].scale.bound >= 0;
        v.records = same;
      }
      kernel_operand const& y = a.with[product_operand::y];
      v.y_row = y.stride[rows];
      v.y_column = y.stride[columns];
      v.y = static_cast<u8*>(y.at) + place.at[product_operand::y] + m * v.y_row + n * v.y_column;
      if constexpr (P.direct()) {
        if (narrow) {
          v.shift = a.values[0], v.low = a.values[4], v.high = a.values[5];
          using tile = product_tile<S, store_of<P.result>, P.column_records(), P.side_by_side, P.mac_load>;
          return tile::run_all(v, m_end - m, n_end - n);
        }
      }
      if constexpr (!always_narrow)
        requantised_products<S, P.result, P.column_records()>(v, m_end - m, n_end - n, a.values);
    } else {
      for (column_record& r : same) r = {};
      v.records = same;
      auto* const accumulators = static_cast<i32*>(a.scratch);
      each_product<S>(v, m_end - m, n_end - n, [&](index i, index j, i32 sum) {
        finish(a, place, accumulators + ((batch * a.length[rows] + m + i) * a.length[columns] + n + j), m + i, n + j,
               sum);
      });
    }
  }

  static void finish(kernel_arguments const& a, result_place p, i32* kept, index m, index n, i32 sum) {
    if (!is_complete<C>(a, *kept, sum)) return;
    p.move(a, rows, m);
    p.move(a, columns, n);
    store_result<C, P.result>(a, p, static_cast<i32>(static_cast<u32>(sum) * static_cast<u32>(a.values[6])),
                              a.values[7]);
  }

  /// One row by the columns of a core, with as few instructions as it takes: a call on one token is short.
  static void linear(int core, int cores, kernel_arguments const& a) {
    constexpr index wide = product_row::least;
    static_assert(wide == 8);
    // Blocks of eight columns, or as many columns for each core.
    index const blocks = a.length[columns] >> 3;
    bool const even = linear_is_even(P.mac_load, a.length[columns], a.length[depth], cores);
    index const n = even ? split_at(a.length[columns], core, cores) : split_at(blocks, core, cores) * wide,
                end = even ? split_at(a.length[columns], core + 1, cores) : split_at(blocks, core + 1, cores) * wide;
    if (n >= end) return;
    if (a.length[depth] < least_depth) [[unlikely]]
      return part_in_general(a, 0, 0, 1, n, end);
    column_record const same = record_at(a, first_result(a));
    if constexpr (!always_narrow)
      if (same.scale.bound < 0)
        return part(core, a, product_scratch(P, C.accumulates, a.length), 0, 0, 1, n, end, false);
    kernel_operand const &of_a = a.with[0], &of_b = a.with[1], &y = a.with[product_operand::y];
    u8 const* const row = static_cast<u8 const*>(of_a.at) + of_a.origin;
    bytes const row_step = of_b.stride[columns];
    product_row p;
    p.set_operands(row, static_cast<u8 const*>(of_b.at) + of_b.origin + n * row_step, row_step, a.length[depth], core);
    p.start = same.start;
    p.scale.mul = same.scale.mul, p.scale.add = same.scale.add;
    p.y_step = y.stride[columns];
    p.y = static_cast<u8*>(y.at) + y.origin + n * p.y_step;
    p.shift = a.values[0];
    constexpr result_store to = store_of<P.result>;
    if constexpr (!is_small(to)) p.scale.bound = same.scale.bound;
    if constexpr (to == result_store::any) p.low = a.values[4], p.high = a.values[5];
    constexpr signs S = signs_of<A, B>;
    index const few = (end - n) & (wide - 1);
    if (few == 0 || (few == wide - 1 && end - n > wide)) [[likely]]
      return run_columns<S, to, true, P.mac_load>(p, end - n);
    if (p.columns = end - n - few; p.columns > 0) cluster::run<S, to, true, P.mac_load>(p);
    run_few<S, to, P.mac_load>(p, row, a.length[depth], few, end - n - few);
  }

  /// Any types, any zero points, any depth.
  [[gnu::noinline]] static void part_in_general(kernel_arguments const& a, index batch, index m, index m_end,
                              index n_begin, index n_end) {
    index at[3];
    subscripts_of(a, batch, at);
    rows_of_operand const from_a = own_rows<0>(a, at), from_b = own_rows<1>(a, at);
    result_place place = first_result(a);
    for (int i = 0; i < 3; ++i) place.move(a, i, at[i]);
    auto* const accumulators = static_cast<i32*>(a.scratch);
    i32 const a_zero = a.values[8], b_zero = a.values[9];
    for (; m < m_end; ++m)
      for (index n = n_begin; n < n_end; ++n) {
        i32 const sum = dot_in_general<A, B>(0, from_a.at + m * from_a.row_step, from_a.depth_step, a_zero, from_b.at + n * from_b.row_step,
                                             from_b.depth_step, b_zero, a.length[depth]);
        finish(a, place, accumulators + ((batch * a.length[rows] + m) * a.length[columns] + n), m, n, sum);
      }
  }

  static void compute(int core, int cores, kernel_arguments const& a) {
    product_scratch const s(P, C.accumulates, a.length);
    bool const fast = P.byte_products && takes_words(a);
    bool narrow = true;
    if constexpr (P.direct() && P.column_records() && P.result.scaled)
      for (int i = 0; i < cores && fast; ++i)
        narrow = narrow && reinterpret_cast<i32 const*>(static_cast<u8 const*>(a.scratch) + s.flags)[i] >= 0;
    // Blocks of four rows, or of four columns, or of both where that keeps the cores busier.
    index const batches = a.length[0] * a.length[1] * a.length[2];
    index const row_blocks = (a.length[rows] + 3) >> 2, column_blocks = (a.length[columns] + 3) >> 2;
    index const row_units = batches * row_blocks, column_units = batches * column_blocks;
    bool const by_rows = rounds(row_units, cores) * column_units <= rounds(column_units, cores) * row_units;
    bool by_both = false;
    if ((row_units & 7) != 0 && (column_units & 7) != 0 && row_blocks * column_units * a.length[depth] > 2000) [[unlikely]]
      by_both = product_is_by_both(batches, a.length[rows], a.length[columns], a.length[depth], cores);
    index const blocks = by_both ? row_blocks * column_blocks : by_rows ? row_blocks : column_blocks,
                end = split_at(batches * blocks, core + 1, cores);
    for (index u = split_at(batches * blocks, core, cores); u < end;) {
      index const batch = batches == 1 ? 0 : u / blocks, first = u - batch * blocks;
      index last = end - u < blocks - first ? first + end - u : blocks;
      index row = by_rows ? first : 0, row_end = by_rows ? last : row_blocks;
      index column = by_rows ? 0 : first, column_end = by_rows ? column_blocks : last;
      if (by_both) [[unlikely]] {
        // Row by row: the rest of one, whole ones, or the beginning of one.
        row = first / column_blocks, column = first - row * column_blocks;
        index const whole = column != 0 ? 0 : (last - first) / column_blocks, left = last - first;
        row_end = row + (whole == 0 ? 1 : whole);
        column_end = whole != 0 || left > column_blocks - column ? column_blocks : column + left;
        last = first + (row_end - row - 1) * column_blocks + column_end - column;
      }
      index const m = row * 4, n = column * 4;
      index const m_end = row_end * 4 < a.length[rows] ? row_end * 4 : a.length[rows],
                  n_end = column_end * 4 < a.length[columns] ? column_end * 4 : a.length[columns];
      if constexpr (P.byte_products) {
        if (fast)
          part(core, a, s, batch, m, m_end, n, n_end, narrow);
        else
          part_in_general(a, batch, m, m_end, n, n_end);
      } else {
        part_in_general(a, batch, m, m_end, n, n_end);
      }
      u += last - first;
    }
  }
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::matmul_kind, Engine> {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"direct", false}, {"accumulate", true}};
  static constexpr bool takes(layer_descriptor const&, int) { return true; }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr cluster::product_class class_of_form(layer_descriptor const& l, int form) {
    return cluster::product_class_of(l, form == 1, Engine::has == decltype(Engine::has)::mac_load);
  }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    return cluster::product_scratch(class_of_form(l, form), form == 1, tile).end;
  }
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    return cluster::matmul_cycles(l, class_of_form(l, form), form == 1, tile);
  }
  static constexpr i64 code_bytes(layer_descriptor const& l, int form, index const* tile) {
    return cluster::matmul_code_bytes(l, class_of_form(l, form), form == 1, tile);
  }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = [] {
    using kernel = cluster::matmul<deeploy::class_of(L, form == 1), class_of_form(L, form)>;
    kernel_code c;
    int phase = 0;
    if constexpr (class_of_form(L, form).prepares()) c.phase[phase++] = &kernel::prepare;
    if constexpr (class_of_form(L, form).is_linear())
      c.phase[phase] = &kernel::linear;
    else
      c.phase[phase] = &kernel::compute;
    c.lower = cluster::product_lowering<deeploy::class_of(L, form == 1), class_of_form(L, form)>();
    return c;
  }();
};
}  // namespace deeploy
