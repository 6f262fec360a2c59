// SPDX-License-Identifier: Apache-2.0
// program_stream<Net, Board>: the program as pages of words, made by the compiler for boards whose control core reads such.
#pragma once
#include <deeploy/look_ahead.hpp>
#include <deeploy/overlap.hpp>
#include <deeploy/program.hpp>
#include <deeploy/stream.hpp>

namespace deeploy {
/// @tparam B  its `stream` names page_bytes and dma; see detail::page_writer
template <Network Net, Board B>
struct program_stream {
  using tables = program<Net, B>;
  static constexpr int page_bytes = B::stream::page_bytes, page_words = page_bytes / 4, step_count = tables::step_count;
  using writer = detail::page_writer<typename B::stream::dma, page_words>;
  static_assert(page_bytes % 4 == 0);

  template <class Indices>
  struct recorded;
  template <int... s>
  struct recorded<detail::indices<s...>> {
    static constexpr detail::recorded_step steps[sizeof...(s)] = {
        {tables::record(s), tables::template geometry_of_step<s>.head, tables::kept::values + tables::all_values.first[tables::plan::steps[s].layer],
         detail::view_of_table<tables::template geometry_of_step<tables::all_steps::shared.first[tables::all_steps::shared.of[s]]>>()}...};
  };
  static constexpr auto const& steps = recorded<detail::first<step_count>>::steps;
  /// Are there steps whose tiles are made ready at run time?
  static constexpr bool walks = [] {
    for (auto const& s : steps)
      if (s.walks()) return true;
    return false;
  }();

  // In parts that begin at a page: what one evaluation may cost the compiler is limited.
  static constexpr int most_steps_in_part = 48, most_tiles_in_part = 512;
  struct part_list {
    int count = 0, begin[step_count + 1] = {};
  };
  static constexpr part_list all_parts = [] {
    part_list l;
    for (int s = 0, tiles = 0; s < step_count; ++s) {
      int const more = steps[s].walks() ? 1 : steps[s].tiles.entries;
      if (s == 0 || s - l.begin[l.count - 1] == most_steps_in_part || tiles + more > most_tiles_in_part) {
        l.begin[l.count++] = s;
        tiles = 0;
      }
      tiles += more;
    }
    l.begin[l.count] = step_count;
    return l;
  }();
  static constexpr int parts = all_parts.count;
  template <int part>
  static constexpr int write_part(stream_word* to) {
    writer w(to, part == 0);
    detail::look_ahead<writer, typename B::stream> sink(w);
    int const end = all_parts.begin[part + 1];
    detail::left_step left;
    auto const by_unit = [](int s) {
      step const& x = tables::plan::steps[s];
      return detail::computes_by_unit(x, tables::graph_t::layer(x.layer), tables::mappings::of[x.layer].of[x.engine]);
    };
    auto const overlap = [&](int s, int t) -> detail::step_overlaps {
      using detail::moment;
      auto const may_come = [&](int u, moment when, int n = 1) { return detail::may_overlap<Net, B>(s, u - s, when, n); };
      if (t >= end || steps[s].walks() || steps[t].walks() || !may_come(t, moment::begun)) return {};
      bool early = true;
      for (int n = 1; n <= most_steps_early; ++n) early = early && (t + n >= step_count || may_come(t + n, moment::early, n));
      bool const whole = early && !by_unit(t) && may_come(t, moment::whole);
      // Stores are short: early tiles do not wait for them.
      return {early || by_unit(s), early, whole};
    };
    for (int s = all_parts.begin[part]; s < end; ++s) detail::record_step(steps, step_count, s, overlap, left, [&](command const& c) { sink(c); });
    sink(command{.kind = part + 1 == parts ? command_kind::end : command_kind::page});
    return w.pages();
  }
  template <int part>
  static constexpr int pages_of = write_part<part>(nullptr);
  template <int pages>
  struct page_array {
    stream_word word[pages * page_words];
  };
  template <int part>
  static constexpr page_array<pages_of<part>> part_of = [] {
    page_array<pages_of<part>> a{};
    write_part<part>(a.word);
    return a;
  }();

  template <class Indices>
  struct joined;
  template <int... p>
  struct joined<detail::indices<p...>> {
    static constexpr int pages = (pages_of<p> + ...);
    alignas(8) static constexpr page_array<pages> all = [] {
      page_array<pages> a{};
      int at = 0;
      (([&] {
         for (stream_word w : part_of<p>.word) a.word[at++] = w;
       }()),
       ...);
      return a;
    }();
  };
  using whole = joined<detail::first<parts>>;
  static constexpr int pages = whole::pages;
  static constexpr stream_word const* words() { return whole::all.word; }
};
}  // namespace deeploy
