// SPDX-License-Identifier: Apache-2.0
// Tiles made ready by the compiler: tables that a board fetches into L1, so that nobody applies the region rule at run time.
#pragma once
#include <deeploy/tile.hpp>

namespace deeploy {
/// The tiles of one geometry: distinct records, and an entry per tile.
template <int records, int entries>
struct tile_table {
  step_head head;
  tile_record record[records];
  tile_entry entry[entries];
};
/// A geometry whose tiles are made ready at run time: many small ones, or such that depend on run-time extents.
template <>
struct tile_table<0, 0> {
  step_head head;
};
// The executor finds the parts by these.
static_assert(alignof(tile_record) >= alignof(tile_entry) && sizeof(step_head) % alignof(tile_record) == 0);

namespace detail {
/// Beyond these the compiler's time is not worth it: many small tiles have little to compute each.
inline constexpr int most_records = 6, most_entries = 40;

/// How large the table of a geometry is; no entries: it has none.
struct table_size {
  int records = 0, entries = 0;
};

constexpr bool has_run_time_extents(geometry const& g) {
  for (int a = 0; a < g.axes; ++a)
    if (g.slot[a] != 0) return true;
  for (int o = 0; o < g.operands; ++o) {
    if (g.with[o].slide_slot != 0) return true;
    for (int i = 0; i < g.with[o].rank; ++i)
      if (g.with[o].dim[i].slot != 0) return true;
  }
  return false;
}

constexpr i64 tiles_in(geometry const& g) {
  i64 n = 1;
  for (int a = 0; a < g.axes; ++a) n *= (g.part.length(a) + g.tile[a] - 1) / g.tile[a];
  return n;
}

/// Calls f(entry, record, is_new) for each tile; false when there are too many different ones.
template <class F>
constexpr bool each_tile(geometry const& g, F f) {
  tile_record distinct[most_records] = {};
  int known = 0;
  tile_entry before{};
  run_time_extents const none{};
  for (tile_walk walk(g, none); !walk.at_end; walk.next()) {
    tile_record now{};
    tile_entry entry{};
    prepare(walk, now, entry);
    int r = 0;
    while (r < known && !(distinct[r] == now)) ++r;
    if (r == most_records) return false;
    bool const is_new = r == known;
    if (is_new) distinct[known++] = now;
    entry.record = static_cast<u16>(r);
    entry.fetched = changed(g, distinct[before.record], before, now, entry);
    f(entry, now, is_new);
    before = entry;
  }
  return true;
}

constexpr table_size size_of_table(geometry const& g, bytes limit_bytes) {
  table_size s;
  if (has_run_time_extents(g) || tiles_in(g) > most_entries) return s;
  bool const few = each_tile(g, [&](tile_entry const&, tile_record const&, bool is_new) {
    ++s.entries;
    s.records += is_new;
  });
  bool const fits = static_cast<i64>(sizeof(step_head) + s.records * sizeof(tile_record) + s.entries * sizeof(tile_entry)) <= limit_bytes;
  return few && fits ? s : table_size{};
}

/// The table of a geometry, in read-only memory.
template <geometry const& g, bytes limit_bytes>
inline constexpr auto table_in_memory = [] {
  constexpr table_size size = size_of_table(g, limit_bytes);
  tile_table<size.records, size.entries> t{};
  t.head = g.head;
  t.head.records = static_cast<u8>(size.records);
  t.head.entries = static_cast<u8>(size.entries);
  if constexpr (size.entries != 0) {
    int e = 0;
    each_tile(g, [&](tile_entry const& entry, tile_record const& record, bool) {
      t.record[entry.record] = record;
      t.entry[e++] = entry;
    });
  }
  return t;
}();

template <geometry const& g, bytes limit_bytes>
constexpr ready_tiles ready_tiles_of() {
  return {&table_in_memory<g, limit_bytes>, static_cast<bytes>(sizeof(table_in_memory<g, limit_bytes>))};
}
}  // namespace detail
}  // namespace deeploy
