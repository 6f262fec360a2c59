// SPDX-License-Identifier: Apache-2.0
// together<Board, Nets...>: networks that take turns on one board. They share scratch memory; constants and states lie apart.
#pragma once
#include <deeploy/detail/codes.hpp>
#include <deeploy/network.hpp>
#include <deeploy/plan.hpp>

namespace deeploy {
/// Where the sections of some networks lie: one arena per memory, offsets in bytes from its begin. Constants lie where their
/// images do, outside of the arenas; only their bytes count here.
template <int networks>
struct arrangement {
  bytes at[networks][max_memories][section_count] = {};
  bytes arena_bytes[max_memories] = {};
};

/// What instances are made with: the begins of all sections, indexed by address::base().
struct section_bases {
  u8* of[max_memories * section_count] = {};
};

namespace detail {
inline constexpr bytes arena_alignment_bytes = 64;  ///< of generated arenas and of sections in shared ones

/// Sections that lie in arenas.
inline constexpr section kept_sections[] = {section::state, section::scratch};

template <int networks>
struct uses_of_memories {
  memory_use of[networks][max_memories] = {};
};
template <class B, class... Nets>
constexpr uses_of_memories<sizeof...(Nets)> uses_of() {
  uses_of_memories<sizeof...(Nets)> u;
  memory_use const* const from[] = {plan_of<Nets>::memories...};
  for (size_t n = 0; n < sizeof...(Nets); ++n)
    for (int m = 0; m < memory_count<B>; ++m) u.of[n][m] = from[n][m];
  return u;
}

/// What is wrong, and with which network.
struct arrangement_problem {
  int code = 0;
  int network = 0;
  i64 found = 0, expected = 0;
};

/// Sections inside of the arenas, those that must be apart, and bytes of each memory.
template <class B, class... Nets>
constexpr arrangement_problem problem_of(arrangement<sizeof...(Nets)> const& how) {
  constexpr int networks = sizeof...(Nets);
  constexpr auto uses = uses_of<B, Nets...>();
  for (int m = 0; m < memory_count<B>; ++m) {
    for (int n = 0; n < networks; ++n)
      for (section const s : kept_sections) {
        bytes const size = uses.of[n][m].used[static_cast<int>(s)], at = how.at[n][m][static_cast<int>(s)];
        if (size == 0) continue;
        if (at < 0 || at + i64{size} > how.arena_bytes[m]) return {3042, n, at < 0 ? i64{how.arena_bytes[m]} - at : at + i64{size}, how.arena_bytes[m]};
        if (at % arena_alignment_bytes != 0) return {3022, n, at, at / arena_alignment_bytes * arena_alignment_bytes};
        for (int k = 0; k <= n; ++k)
          for (section const t : kept_sections) {
            bytes const other = uses.of[k][m].used[static_cast<int>(t)], there = how.at[k][m][static_cast<int>(t)];
            bool const shared = s == section::scratch && t == section::scratch, itself = k == n && s == t;
            if (other == 0 || shared || itself || at + i64{size} <= there || there + i64{other} <= at) continue;
            return {3041, n, at < there ? there : at, at < there ? at + i64{size} : there + i64{other}};
          }
      }
    i64 all = how.arena_bytes[m];
    for (int n = 0; n < networks; ++n) all += uses.of[n][m].used[static_cast<int>(section::constants)];
    if (all > B::memories[m].plannable_bytes()) return {3040, networks - 1, all, B::memories[m].plannable_bytes()};
  }
  return {};
}
}  // namespace detail

/// Scratch of all networks at the begin of each arena, their states behind it.
template <Board B, Network... Nets>
constexpr arrangement<sizeof...(Nets)> arranged() {
  constexpr auto uses = detail::uses_of<B, Nets...>();
  auto const aligned = [](bytes n) { return (n + detail::arena_alignment_bytes - 1) / detail::arena_alignment_bytes * detail::arena_alignment_bytes; };
  arrangement<sizeof...(Nets)> how;
  for (int m = 0; m < memory_count<B>; ++m) {
    bytes end = 0;
    for (auto const& use : uses.of)
      if (use[m].used[static_cast<int>(section::scratch)] > end) end = use[m].used[static_cast<int>(section::scratch)];
    for (size_t n = 0; n < sizeof...(Nets); ++n) {
      bytes const size = uses.of[n][m].used[static_cast<int>(section::state)];
      if (size == 0) continue;
      end = aligned(end);
      how.at[n][m][static_cast<int>(section::state)] = end;
      end += size;
    }
    how.arena_bytes[m] = end;
  }
  return how;
}

/// Networks in the memories of one board, as `how` says. Only one of them runs at a time. Inputs and outputs are scratch: a
/// run of one network overwrites those of the others, while states and constants stay.
///
/// @errors DPL-3022 misaligned section; DPL-3040 together too large; DPL-3041 a state overlaps; DPL-3042 outside of the arena
template <Board B, auto how, Network... Nets>
class arranged_networks {
  static constexpr detail::arrangement_problem problem = detail::problem_of<B, Nets...>(how);
  static constexpr bool sound() {
    if constexpr (problem.code != 0)
      return detail::diagnostic<problem.code>::template shown<detail::nth<problem.network, detail::types<Nets...>>, problem.found, problem.expected>();
    return true;
  }
  static_assert(sound());

 public:
  /// What the arena of a memory must have, aligned to 64.
  static constexpr bytes arena_bytes(int memory) { return how.arena_bytes[memory]; }
  /// The begins of a network's sections. @param arenas  one per memory of the board, null where arena_bytes() is 0
  template <Network Net>
  static section_bases bases(u8* const (&arenas)[memory_count<B>]) {
    constexpr int n = [] {
      constexpr bool same[] = {__is_same(Net, Nets)...};
      int i = 0;
      while (!same[i]) ++i;
      return i;
    }();
    section_bases b;
    for (int m = 0; m < memory_count<B>; ++m)
      for (section const s : detail::kept_sections)
        if (plan_of<Net>::memories[m].used[static_cast<int>(s)] != 0)
          b.of[m * section_count + static_cast<int>(s)] = arenas[m] + how.at[n][m][static_cast<int>(s)];
    return b;
  }
};

/// @example examples/05_two_networks/main.cpp
template <Board B, Network... Nets>
using together = arranged_networks<B, arranged<B, Nets...>(), Nets...>;
}  // namespace deeploy
