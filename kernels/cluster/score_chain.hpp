// SPDX-License-Identifier: Apache-2.0
// The cluster's kernel of op::score_chain: whole rows over cores, the mask made ready once for all heads.
#pragma once
#include <cluster/element_mapping.hpp>
#include <cluster/product_cost.hpp>
#include <cluster/score_rows.hpp>
#include <cluster/small_shares.hpp>
#include <deeploy/lowered.hpp>
#include <reference/score_chain.hpp>

namespace deeploy::cluster {
/// An axis outside of a row: how far apart neighbours lie along it, in bytes; of the prepared mask too.
struct score_axis {
  index length = 1, query = 0, keys = 0, values = 0, mask = 0, result = 0, mask_row = 0;
};

/// A tile of the score chain as its phases see it. @tparam axes  outside of a row that are longer than 1
template <score_class C, int axes>
struct score_call : score_constants<C> {
  score_axis axis[axes] = {};
  index rows = 1, mask_rows = 1, mask_on = 0;
  index mask_row_bytes = 0;  ///< of the prepared mask
  index kept_at = 0;         ///< in the scratch
  small_shares row_shares = {}, key_shares = {};  ///< of lowered tiles
};

template <score_class C, int axes>
struct score_chain {
  static constexpr int outer = 4, keys = 4, depth = 5, width = 6;  // axes of the layer
  static constexpr int pointers = 7, tables = 4, result = 5, scratch = 6;
  using call = score_call<C, axes>;
  using block = lowered_block<pointers, call>;
  /// Scratch: copies of the table of probabilities, the mask, what each core keeps of a row. Most probabilities are the
  /// same, and a word of the table is read by one core at a time: the copies' words lie in different banks.
  static constexpr index copy_count = 4, copy_bytes = 256 + 16, all_copies_bytes = copy_count * copy_bytes;

  /// @returns false when the tile has more axes
  static constexpr bool describe(kernel_arguments const& a, call& c) {
    int used = 0;
    for (int i = 0; i < outer; ++i) {
      if (a.length[i] == 1) continue;
      if (used == axes) return false;
      score_axis& x = c.axis[used++];
      x = {.length = a.length[i], .query = a.with[0].stride[i], .keys = a.with[1].stride[i], .values = a.with[2].stride[i],
           .mask = C.masked ? a.with[3].stride[i] : 0, .result = a.with[5].stride[i]};
      c.rows *= x.length;
    }
    c.mask_row_bytes = a.length[keys] * 4;
    for (int i = axes - 1; i >= 0; --i) {
      if (c.axis[i].mask == 0) continue;
      c.axis[i].mask_row = c.mask_rows * c.mask_row_bytes;
      c.mask_rows *= c.axis[i].length;
    }
    c.kept_at = all_copies_bytes + (C.masked ? c.mask_rows * c.mask_row_bytes : 0);
    c.kept = score_room(a.length[keys]);
    c.keys = a.length[keys], c.depth = a.length[depth], c.width = a.length[width];
    c.key_on = a.with[1].stride[keys], c.value_on = a.with[2].stride[keys];
    c.mask_on = C.masked ? a.with[3].stride[keys] : 0;
    c.most = static_cast<u32>(a.values[12]) - 1;
    return true;
  }
  static constexpr call made(kernel_arguments const& a) {
    return {{requantiser<C.scores.of, true>(a.values), requantiser<C.result.of, true>(a.values + 6)}};
  }
  static constexpr bool lower(kernel_arguments const& a, u32, lowered_tile& t) {
    if constexpr (sizeof(call) <= sizeof t.word) {
      call c = made(a);
      if (!describe(a, c) || c.rows > small_shares::most_items) return false;
      c.row_shares = small_shares(c.rows);
      c.key_shares = small_shares(c.keys);
      for (int o = 0; o < max_operands; ++o) t.point(o, a.with[o].origin);
      t.point(lowered_tile::in_scratch, 0);
      t.set(c);
      t.phase[0] = &lowered<&prepare<true>>;
      t.phase[1] = &lowered<&run<true>>;
      return true;
    }
    return false;
  }
  template <void (*phase)(int, int, block const&)>
  static void lowered(int core, int cores, kernel_arguments const& a) {
    phase(core, cores, block::of(a));
  }
  /// The same for a tile that is not lowered.
  template <void (*phase)(int, int, block const&)>
  static void general(int core, int cores, kernel_arguments const& a) {
    block b{{}, made(a)};
    describe(a, b.constants);
    for (int o = 0; o < max_operands; ++o) b.at[o] = data<u8>(a, o) + a.with[o].origin;
    b.at[scratch] = a.scratch;
    phase(core, cores, b);
  }

  static u8* copies(block const& b) { return static_cast<u8*>(b.at[scratch]); }
  static u8* mask(block const& b) { return copies(b) + all_copies_bytes; }
  /// The share of `total` items that is this core's. A lowered tile's constants have it.
  template <bool is_lowered>
  DEEPLOY_ALWAYS_INLINE static small_shares::share share_of(small_shares const& prepared, index total, int core, int cores) {
    if constexpr (is_lowered) return prepared.of(core, cores);
    core_share const mine(total, core, cores, 1);
    return {mine.begin, mine.end - mine.begin};
  }
  DEEPLOY_ALWAYS_INLINE static u8* operand(block const& b, int o) { return static_cast<u8*>(b.at[o]); }

  /// Where row `row` lies along the axes; of the mask's rows, when `of_mask`, else of all.
  struct place {
    index at[axes] = {};
    DEEPLOY_ALWAYS_INLINE place(call const& c, index row, bool of_mask) {
#pragma GCC unroll 4
      for (int i = axes - 1; i >= 0; --i) {
        if (of_mask && c.axis[i].mask_row == 0) continue;
        if (i == 0) {
          at[0] = row;
          continue;
        }
        index const above = row / c.axis[i].length;
        at[i] = row - above * c.axis[i].length;
        row = above;
      }
    }
    /// To the next row of all.
    DEEPLOY_ALWAYS_INLINE void advance(call const& c) {
      ++at[axes - 1];
#pragma GCC unroll 4
      for (int i = axes - 1; i > 0; --i)
        if (at[i] == c.axis[i].length) {
          at[i] = 0;
          ++at[i - 1];
        }
    }
  };
  DEEPLOY_ALWAYS_INLINE static index along(call const& c, place const& p, index score_axis::* step) {
    index offset = 0;
#pragma GCC unroll 4
    for (int i = 0; i < axes; ++i) offset += c.axis[i].*step * p.at[i];
    return offset;
  }

  template <bool is_lowered>
  DEEPLOY_ALWAYS_INLINE static void prepare(int core, int cores, block const& b) {
    rows::order_memory();
    core_share const pairs(32, core, cores, 1);
    if (pairs.begin < pairs.end)
      score_loops::copy<copy_bytes>(operand(b, tables) + op::score_tables::probabilities + 8 * pairs.begin, copies(b) + 8 * pairs.begin,
                                    pairs.end - pairs.begin);
    if constexpr (C.masked) prepare_mask<is_lowered>(core, cores, b);
    rows::order_memory();
  }
  template <bool is_lowered>
  DEEPLOY_ALWAYS_INLINE static void prepare_mask(int core, int cores, block const& b) {
    call const& c = b.constants;
    small_shares::share const mine = share_of<is_lowered>(c.key_shares, c.keys, core, cores);
    if (mine.count <= 0) return;
    for (index row = 0; row < c.mask_rows; ++row)
      score_loops::mask_entries(operand(b, 3) + along(c, place(c, row, true), &score_axis::mask) + mine.begin * c.mask_on, c.mask_on,
                                operand(b, tables) + op::score_tables::masks, operand(b, tables) + op::score_tables::sums,
                                mask(b) + row * c.mask_row_bytes + mine.begin * 4, mine.count);
  }

  template <bool is_lowered>
  DEEPLOY_ALWAYS_INLINE static void run(int core, int cores, block const& b) {
    call const& c = b.constants;
    small_shares::share const mine = share_of<is_lowered>(c.row_shares, c.rows, core, cores);
    using pass = score_pass<C>;
    u8* const kept = copies(b) + c.kept_at + core * c.kept.of_core;
    u8 const* const probabilities = copies(b) + (static_cast<u32>(core) % copy_count) * copy_bytes;
    place at(c, mine.begin, false);
    for (index rest = mine.count; rest > 0; rest -= score_room::at_once) {
      rest = rows::unknown(rest);
      u8* const end = kept + (rest < score_room::at_once ? rest : score_room::at_once) * c.kept.of_row;
      // Phases read what they need anew: the loops leave no registers for more than where they are.
      auto each = [&](auto phase) DEEPLOY_INLINE_LAMBDA {
        place p = at;
        for (u8* of = kept; of != end;) {
          block const& now = *rows::anew(&b);
          phase(now, p, of);
          of += now.constants.kept.of_row;
          p.advance(now.constants);
        }
        return p;
      };
      each([&](block const& b, place const& p, u8* of) DEEPLOY_INLINE_LAMBDA {
        call const& c = b.constants;
        index const mask_row = C.masked ? along(c, p, &score_axis::mask_row) : 0;
        pass{c}.operands(operand(b, 0) + along(c, p, &score_axis::query), operand(b, 1) + along(c, p, &score_axis::keys),
                         mask(b) + mask_row, operand(b, tables), of);
      });
      each([&](block const& b, place const&, u8* of) DEEPLOY_INLINE_LAMBDA {
        pass{b.constants}.weigh(operand(b, tables), probabilities, of);
      });
      at = each([&](block const& b, place const& p, u8* of) DEEPLOY_INLINE_LAMBDA {
        call const& c = b.constants;
        pass{c}.results(operand(b, 2) + along(c, p, &score_axis::values), operand(b, result) + along(c, p, &score_axis::result), of);
      });
    }
  }
};

/// Most tiles have one axis outside of a row, the heads or the queries, or both.
template <score_class C>
constexpr bool lower_score_chain(kernel_arguments const& a, u32 aligned, lowered_tile& t) {
  return score_chain<C, 1>::lower(a, aligned, t) || score_chain<C, 2>::lower(a, aligned, t);
}

struct score_chain_mapping {
  static constexpr bool supported = true;
  static constexpr form forms[] = {{"rows", false}, {"recomputed", false}};
  static constexpr int keys = 4, depth = 5, width = 6;

  /// Does the operand lie with neighbours along `axis`, there and in a tile buffer?
  static constexpr bool runs_along(operand const& o, int axis) {
    for (int i = 0; i < o.rank; ++i)
      if (o.dim[i].axis == axis) return o.dim[i].length == 1 || (o.dim[i].stride == 1 && !o.dim[i].split());
    return false;
  }
  static constexpr bool serves(layer_descriptor const& l) {
    for (int o = 0; o < 3; ++o)
      if (l.with[o].of->type != element::i8 || !runs_along(l.with[o], o == 2 ? width : depth)) return false;
    return runs_along(l.with[5], width) && size_of(l.with[5].of->type) == 1 && l.space[keys].length <= 65535 && l.values[12] >= 1 && l.values[12] <= 256;
  }
  static constexpr score_class class_of_rows(layer_descriptor const& l) {
    score_class c;
    u32 const products = static_cast<u32>(l.space[depth].length) << 14, weighted = static_cast<u32>(l.space[keys].length) << (l.classes[7] != 0 ? 14 : 15);
    c.scores = element_requant_of(l, 0, 0, products);
    c.result = element_requant_of(l, 3, 6, weighted);
    c.masked = l.classes[6] != 0;
    c.signed_probabilities = l.classes[7] != 0;
    index const words = l.space[depth].length / 4;
    c.words = l.space[depth].length % 4 == 0 && (words == 1 || words == 2 || words == 4) ? static_cast<u8>(words) : 0;
    return c;
  }

  static constexpr bool takes(layer_descriptor const& l, int form) { return form != 0 || serves(l); }
  /// The rows keep exponentials of 16 bits, of which the largest key's is the largest.
  static bool exact(layer_descriptor const& l, int form, constant_values const& v) {
    if (form != 0) return true;
    if (v.of[4] == nullptr) return false;
    u8 const* const words = static_cast<u8 const*>(v.of[4]) + l.with[4].offset + op::score_tables::exponentials;
    auto word = [&](int i) { return words[4 * i] | words[4 * i + 1] << 8 | words[4 * i + 2] << 16 | static_cast<i64>(words[4 * i + 3]) << 24; };
    for (int i = 0; i < 256; ++i)
      if (word(i) > 65535 || word(i) > word(255)) return false;
    return true;
  }
  static constexpr index multiple(layer_descriptor const&, int, int) { return 1; }
  static constexpr i64 mask_rows(layer_descriptor const& l, index const* tile) {
    if (l.classes[6] == 0) return 0;
    i64 n = 1;
    for (int i = 0; i < 4; ++i)
      if (depends_on(l.with[3], i)) n *= tile[i];
    return n;
  }
  static constexpr i64 scratch_bytes(layer_descriptor const& l, int form, index const* tile) {
    if (form != 0) return 0;
    i64 const count = i64{tile[0]} * tile[1] * tile[2] * tile[3], busy = count < 8 ? count : 8;  // the first cores have a row each
    return score_chain<score_class{}, 1>::all_copies_bytes + mask_rows(l, tile) * tile[keys] * 4 +
           busy * score_room(tile[keys]).of_core;
  }
  /// Counted instructions of the loops, in quarters per key, and the accesses that lose against another core.
  static constexpr i64 tile_cycles(layer_descriptor const& l, int form, index const* tile) {
    i64 const count = i64{tile[0]} * tile[1] * tile[2] * tile[3], busiest = (count + 7) / 8;
    if (form != 0) {
      // Each score again for the largest, for the sum and for each eight columns; these divide, and take the columns one by one.
      i64 const eights = (tile[width] + 7) / 8, each_key = (2 + eights) * (200 + 8 * tile[depth]) + 550 * eights + 100 * tile[width];
      return walk_cycles + busiest * (2340 + 165 * tile[width] + tile[keys] * each_key);
    }
    score_class const c = class_of_rows(l);
    i64 const requant = requant_instructions(c.scores), columns = (tile[width] + 3) / 4;
    i64 const dot = c.words != 0 ? 2 * c.words : 4 * tile[depth] + 10;
    i64 const quarters = 4 * (dot + requant + 2 + (c.masked ? 2 : 0)) + 18 + 17 + 19 * columns;
    i64 const prepared = mask_rows(l, tile) * ((tile[keys] + 7) / 8) * 8;
    return walk_cycles + phase_cycles + 170 + prepared + busiest * (300 + 50 * columns + tile[keys] * quarters * 17 / 64);
  }
  /// Two products, of which the second turns its values, the softmax, and the sum with the mask; other layers between are few
  /// cycles, and not known here.
  static constexpr i64 apart_cycles(layer_descriptor const& l) {
    i64 batches = 1, heads = 1;  // the values are turned once for all that share them
    for (int i = 0; i < 3; ++i) {
      batches *= l.space[i].length;
      if (depends_on(l.with[2], i)) heads *= l.space[i].length;
    }
    i64 const queries = l.space[3].length, n = l.space[keys].length, deep = l.space[depth].length, wide = l.space[width].length;
    i64 const scores = shared_products(cost_of(false, false, deep % 4 != 0), batches, queries, n, parts_of(deep, 4), 0);
    i64 const turned = product_pack_cycles + parts_of(heads * parts_of(wide, 4), cost_cores) * (70 + 5 * n);
    i64 const results = shared_products(cost_of(false, false), batches, queries, wide, parts_of(n, 4), 0);
    i64 const softmax = 500 + parts_of(batches * queries, cost_cores) * (230 + 22 * n);
    i64 const sum = l.classes[6] != 0 ? step_cycles + 700 + batches * queries * n * 3 / 2 : 0;
    return 2 * (step_cycles + product_call_cycles) + scores + turned + results + softmax + sum;
  }
  static constexpr i64 step_cycles = 850;  ///< of a step beside its kernel, and its kernel's code
  static constexpr i64 code_bytes(layer_descriptor const&, int form, index const*) { return form == 0 ? 1500 : 1200; }
  template <layer_descriptor const& L, int form>
  static constexpr kernel_code code = [] {
    if constexpr (form == 0 && serves(L)) {
      constexpr score_class c = class_of_rows(L);
      using any = score_chain<c, 4>;
      return kernel_code{{&any::template general<&any::template prepare<false>>, &any::template general<&any::template run<false>>}, &lower_score_chain<c>};
    } else {
      return kernel_code{{&reference::entry<reference::score_chain, class_of(L, false)>}};
    }
  }();
};
}  // namespace deeploy::cluster

namespace deeploy {
template <cluster::ClusterEngine Engine>
struct mapping<op::score_chain_kind, Engine> : cluster::score_chain_mapping {};
}  // namespace deeploy
