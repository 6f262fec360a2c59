// SPDX-License-Identifier: Apache-2.0
// What the reader of a stream does ahead: random programs keep their meaning. What is moved is moved as far as the rules say
// and no farther: see look_ahead.hpp.
#include <deeploy/look_ahead.hpp>
#include <doctest/doctest.h>
#include <support/rounds.hpp>
#include <algorithm>
#include <random>
#include <vector>

namespace {
using namespace deeploy;

struct dma {
  static constexpr u32 most_bytes = 131'071;
  static constexpr u32 word(bool, bool, u32 n) { return n; }
};
struct costs {
  static constexpr int block_cycles = 60, unit_cycles = 110;
  static constexpr bytes long_copy_bytes = 48;
};
constexpr int page_words = 128;

/// Writes pages, and keeps what it was given.
struct kept : detail::page_writer<dma, page_words> {
  using base = detail::page_writer<dma, page_words>;
  std::vector<command> all;
  std::vector<int> page;  ///< in which each stands
  kept() : base(nullptr, false) {}
  void operator()(command const& c) {
    base::operator()(c);
    all.push_back(c);
    page.push_back(pages());
  }
};

void phase(int, int, kernel_arguments const&) {}
void other_phase(int, int, kernel_arguments const&) {}

/// A step's number, a copy's place and a tile's first word tell commands apart.
struct drawn_program {
  std::mt19937 draw;
  std::vector<command> all;
  int next = 1, steps = 0;
  bool open[channel::count] = {};
  bool in_flight = false;

  int below(int n) { return static_cast<int>(draw() % static_cast<unsigned>(n)); }
  void copy() {
    command c{.kind = command_kind::copy, .slot = static_cast<u8>(below(channel::count)), .opens = true, .line = 16, .lines = 1 + below(4)};
    c.in = c.slot < channel::store || c.slot >= channel::early;
    c.l1.word = static_cast<u32>(next++);
    open[c.slot] = true;
    all.push_back(c);
  }
  void wait() {
    int const slot = below(channel::count);
    if (open[slot]) all.push_back({.kind = command_kind::wait, .slot = static_cast<u8>(slot)});
    open[slot] = false;
  }
  void tile() {
    command c{.kind = command_kind::tile};
    lowered_tile& t = c.tile;
    t.phase[0] = &phase;
    t.pointers = t.words = 1;
    if (below(4) == 0) {  // some share a block
      t.one_core_less_cycles = 50;
      all.push_back(c);
      return;
    }
    t.pointers = static_cast<u8>(1 + below(6));
    t.words = static_cast<u8>(1 + below(12));
    t.word[0] = static_cast<u32>(next++);
    if (below(2) == 0) t.one_core_less_cycles = static_cast<u16>(below(200));
    if (below(3) == 0) {
      t.by_unit = true;
      t.phase[1] = &other_phase;
      t.one_core_less_cycles = lowered_tile::never;
      t.prepare = t.queue = &phase;
      if (below(4) != 0) t.ahead = &other_phase;
      in_flight = true;
    } else if (below(5) == 0) {
      t.phase[1] = &other_phase;
      t.one_core_less_cycles = lowered_tile::never;
    }
    all.push_back(c);
  }
  explicit drawn_program(unsigned seed) : draw(seed) {
    for (int n = 40 + below(60); n > 0; --n) switch (below(8)) {
        case 0: all.push_back({.kind = command_kind::step, .overlaps = below(3) == 0, .step = steps++}); break;
        case 1: copy(); break;
        case 2: wait(); break;
        case 3:
          if (in_flight) all.push_back({.kind = command_kind::wait, .slot = static_cast<u8>(below(2) ? channel::unit : channel::unit_but_last)});
          in_flight = false;
          break;
        case 4:
          if (below(6) == 0) all.push_back({.kind = command_kind::walk});
          break;
        default: tile();
      }
    all.push_back({.kind = command_kind::end});
  }
};

/// Runs commands as the reader does, and checks that each may come then.
struct reader {
  bool team_works = false, told = false;
  int lazy = 0, doubled = 0;
  struct block {
    lowered_tile const* of;
    int page;
  };
  std::vector<block> ready;  ///< and not run yet
  lowered_tile const* running = nullptr;
  int running_page = 0;

  void operator()(command const& c, int page) {
    switch (c.kind) {
      case command_kind::tile: return tile(c, page);
      case command_kind::wait:
        if (c.slot == channel::team) {
          CHECK(team_works);
          team_works = false;
        } else if (c.slot >= channel::unit) {
          CHECK_FALSE(team_works);
          CHECK_FALSE(told);
        }
        return;
      case command_kind::step:
        CHECK(c.joins == team_works);
        team_works = false;
        return;
      case command_kind::copy:
        if (!c.in) CHECK_FALSE(team_works);
        return;
      case command_kind::page:
        // The team's page is not overwritten.
        if (c.fetches) CHECK((!team_works || (!c.turns && running_page == page)));
        lazy += c.turns - c.fetches;
        CHECK(lazy >= 0);
        return;
      default: CHECK_FALSE(team_works);
    }
  }
  void tile(command const& c, int page) {
    if (c.resolves) {
      // Tiles with the same constants have one block in a page, unless one runs while the next is made ready.
      CHECK((team_works && *running == c.tile) == c.two_blocks);
      doubled += c.two_blocks;
      for (block const& b : ready) CHECK_FALSE(*b.of == c.tile);
      ready.push_back({&c.tile, page});
    }
    if (c.tells && c.tile.ahead != nullptr && !c.posts) {
      CHECK_FALSE(told);
      told = true;
    }
    if (!c.posts) return;
    CHECK_FALSE(team_works);
    auto const mine = std::find_if(ready.begin(), ready.end(), [&](block const& b) { return *b.of == c.tile; });
    REQUIRE(mine != ready.end());
    CHECK(mine->page == page);
    ready.erase(mine);
    if (c.tile.ahead != nullptr) CHECK(c.tells != told);
    if (c.tile.ahead != nullptr) told = false;
    running = &c.tile;
    running_page = page;
    team_works = c.apart && c.tile.queue == nullptr;
  }
};

bool same(command const& a, command const& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case command_kind::tile: return a.tile == b.tile;
    case command_kind::copy: return a.l1.word == b.l1.word;
    case command_kind::wait: return a.slot == b.slot;
    case command_kind::step: return a.step == b.step && a.overlaps == b.overlaps;
    default: return true;
  }
}
/// What is left when only some kinds count.
template <class Counts>
std::vector<command> only(std::vector<command> const& all, Counts counts) {
  std::vector<command> some;
  for (command const& c : all)
    if (counts(c)) some.push_back(c);
  return some;
}
template <class Counts>
void check_order(std::vector<command> const& a, std::vector<command> const& b, Counts counts) {
  auto const x = only(a, counts), y = only(b, counts);
  REQUIRE(x.size() == y.size());
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(same(x[i], y[i]));
}
bool runs(command const& c) { return c.kind == command_kind::tile && c.posts; }
bool is_fixed(command const& c) { return runs(c) || c.kind == command_kind::step || c.kind == command_kind::walk || c.kind == command_kind::end; }
bool is_unit_wait(command const& c) { return c.kind == command_kind::wait && (c.slot == channel::unit || c.slot == channel::unit_but_last); }
}  // namespace

TEST_CASE("look_ahead: the first transfers, then the step; the first block while a long one is under way") {
  for (index const lines : {1, 3}) {
    kept k;
    detail::look_ahead<kept, costs> sink(k);
    command tile{.kind = command_kind::tile};
    tile.tile.phase[0] = &phase;
    tile.tile.words = 1;
    sink({.kind = command_kind::step, .step = 0});
    sink({.kind = command_kind::copy, .opens = true, .in = true, .line = 16, .lines = lines});
    sink({.kind = command_kind::wait});
    sink(tile);
    sink({.kind = command_kind::end});
    auto const is = [&](std::size_t i, command_kind kind) { return k.all.at(i).kind == kind; };
    CHECK(is(0, command_kind::copy));
    CHECK(is(1, command_kind::step));
    std::size_t const wait = lines == 3 ? 3 : 2;
    CHECK(is(wait, command_kind::wait));
    CHECK(is(wait + 1, command_kind::tile));
    CHECK(k.all[wait + 1].resolves == (lines == 1));
    if (lines == 3) CHECK((is(2, command_kind::tile) && !k.all[2].posts));
    CHECK(k.all.size() == wait + 3);
  }
}

TEST_CASE("look_ahead: random programs keep their meaning") {
  int apart = 0, ready = 0, told = 0, turned = 0, doubled = 0;
  for (int seed = 0; seed < 400 * test::rounds(); ++seed) {
    drawn_program const p(static_cast<unsigned>(seed));
    kept k;
    detail::look_ahead<kept, costs> sink(k);
    for (command const& c : p.all) sink(c);
    reader r;
    for (std::size_t i = 0; i < k.all.size(); ++i) {
      r(k.all[i], k.page[i]);
      command const& c = k.all[i];
      apart += c.kind == command_kind::tile && c.apart && c.tile.queue == nullptr;
      ready += c.kind == command_kind::tile && !c.posts;
      told += c.kind == command_kind::tile && !c.posts && c.tells && c.tile.ahead != nullptr;
      turned += c.kind == command_kind::page && !c.fetches;
    }
    CHECK(r.lazy == 0);
    doubled += r.doubled;
    // What runs, what stores and what waits for a unit keeps its order; so do each channel's transfers and waits.
    check_order(p.all, k.all, [](command const& c) { return is_fixed(c) || is_unit_wait(c) || (c.kind == command_kind::copy && !c.in); });
    for (int slot = 0; slot < channel::count; ++slot)
      check_order(p.all, k.all, [slot](command const& c) { return (c.kind == command_kind::copy || c.kind == command_kind::wait) && c.slot == slot; });
    // A transfer that a tile waits for is waited for before it runs.
    for (int slot = 0; slot < channel::count; ++slot) {
      auto const mine = [slot](command const& c) { return runs(c) || (c.kind == command_kind::wait && c.slot == slot); };
      auto const before = only(p.all, mine), behind = only(k.all, mine);
      std::size_t waits_before = 0, waits_behind = 0, at = 0;
      for (command const& c : before) {
        if (!runs(c)) {
          ++waits_before;
          continue;
        }
        while (!runs(behind[at])) ++waits_behind, ++at;
        ++at;
        CHECK(waits_behind >= waits_before);
      }
    }
  }
  // The rules were all used.
  CHECK(apart > 100);
  CHECK(ready > apart);
  CHECK(told > 20);
  CHECK(turned > 20);
  CHECK(doubled > 20);
}
