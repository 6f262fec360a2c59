// SPDX-License-Identifier: Apache-2.0
// Tiles made ready by the compiler: what the recorder walks over, so that nobody applies the region rule at run time.
#pragma once
#include <deeploy/tile.hpp>

namespace deeploy::detail {
/// The tiles of one geometry: distinct records, and an entry per tile.
template <int records, int entries>
struct tile_table {
  tile_record record[records];
  tile_entry entry[entries];
};
/// A geometry whose tiles are made ready at run time: many small ones, or such that depend on run-time extents.
template <>
struct tile_table<0, 0> {};

/// Beyond these the compiler's time is not worth it: many small tiles have little to compute each.
inline constexpr int most_records = 24, most_entries = 160;

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
  bool const few = each_tile(g, [&](tile_entry const&, tile_record const&, bool is_new) {
    ++s.entries;
    s.records += is_new;
  });
  return few ? s : table_size{};
}

/// The table of a geometry; for the compiler's eyes only.
template <geometry const& g>
inline constexpr auto table_of = [] {
  constexpr table_size size = size_of_table(g);
  tile_table<size.records, size.entries> t{};
  if constexpr (size.entries != 0) {
    int e = 0;
    each_tile(g, [&](tile_entry const& entry, tile_record const& record, bool) {
      t.record[entry.record] = record;
      t.entry[e++] = entry;
    });
  }
  return t;
}();

/// A table of any size.
struct table_view {
  tile_record const* record = nullptr;
  tile_entry const* entry = nullptr;
  int entries = 0;
};
template <geometry const& g>
constexpr table_view view_of_table() {
  if constexpr (size_of_table(g).entries == 0)
    return {};
  else
    return {table_of<g>.record, table_of<g>.entry, static_cast<int>(sizeof table_of<g>.entry / sizeof(tile_entry))};
}
}  // namespace deeploy::detail
