// SPDX-License-Identifier: Apache-2.0
// Tiles made ready by the compiler: tables that a board fetches into L1, so that nobody applies the region rule at run time.
#pragma once
#include <deeploy/tile.hpp>

namespace deeploy {
/// The tiles of one geometry: distinct records, and an entry per tile.
template <int records, int entries>
struct tile_table {
  tile_record record[records];
  tile_entry entry[entries];
};

namespace detail {
/// Beyond these a table would be larger than what computing the tiles costs: many small tiles have little to compute each.
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

constexpr table_size size_of_table(geometry const& g) {
  table_size s;
  if (has_run_time_extents(g) || tiles_in(g) > most_entries) return s;
  bool const fits = each_tile(g, [&](tile_entry const&, tile_record const&, bool is_new) {
    ++s.entries;
    s.records += is_new;
  });
  return fits ? s : table_size{};
}

/// The table of a geometry, in read-only memory.
template <geometry const& g>
struct table_of {
  static constexpr table_size size = size_of_table(g);
  static constexpr auto make() {
    tile_table<size.records, size.entries> t{};
    int e = 0;
    each_tile(g, [&](tile_entry const& entry, tile_record const& record, bool) {
      t.record[entry.record] = record;
      t.entry[e++] = entry;
    });
    return t;
  }
};
template <geometry const& g>
inline constexpr auto table_in_memory = table_of<g>::make();

template <geometry const& g>
constexpr ready_tiles ready_tiles_of() {
  constexpr table_size size = table_of<g>::size;
  if constexpr (size.entries == 0)
    return {};
  else
    return {&table_in_memory<g>, static_cast<u16>(sizeof(table_in_memory<g>)), static_cast<u16>(size.records), static_cast<u16>(size.entries)};
}
}  // namespace detail
}  // namespace deeploy
