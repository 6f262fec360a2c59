// SPDX-License-Identifier: Apache-2.0
// What the core that reads a program does while others are at work: it makes the next tile's block ready and begins
// transfers. The compiler moves the commands there.
#pragma once
#include <deeploy/stream.hpp>

namespace deeploy::detail {
/// Passes commands on, in an order that lets the reader work while it would wait:
///
///     A, step, copies, waits, B       becomes    A apart, B's block, waits, wait for the team, step, copies, B
///     the same, where B runs apart               A apart, B's block, waits, wait for the team, step, B apart, copies
///     wait for a unit, (...), B                  B's block, wait for the unit, (...), B
///     wait for a transfer, A, (...), B           B's block, wait for the transfer, A, (...), B
///     a long copy, wait for it, A                a long copy, A's block, wait for it, A
///     the program's first step, copies           copies, step
///
/// A block lies in the page that is read, and nobody else looks at it; so it may be filled at any time before its tile.
/// Copies to L1 that B does not wait for may come when it runs. A tile that runs apart has a core less: only where that is
/// shorter than what is done meanwhile.
///
/// @tparam Writer  takes the commands; says what fits its page
/// @tparam Stream  of the board: block_cycles, to make a block ready; unit_cycles, to tell a unit what it is to do;
///                 long_copy_bytes, which take the DMA longer than a block whose code comes from memory
template <class Writer, class Stream>
class look_ahead {
 public:
  constexpr explicit look_ahead(Writer& to) : to_(to) {}
  constexpr void operator()(command const& c) {
    // The program's first step begins when its first transfers have: they are what everybody waits for.
    if (c.kind == command_kind::step && c.step == 0 && c.back == 0) {
      first_ = c;
      return;
    }
    if (first_.kind == command_kind::step && !(c.kind == command_kind::copy && c.in)) {
      take(first_);
      first_ = {};
    }
    take(c);
  }

 private:
  constexpr void take(command const& c) {
    bool const short_command = c.kind == command_kind::copy || c.kind == command_kind::wait || c.kind == command_kind::step;
    if (c.kind == command_kind::tile) return meet(c);
    if (short_command && between_.count < list::most - 2 && (held_ || between_.count != 0 || is_unit(c) || is_long(c))) return between_.add(c);
    flush();
    to_(c);
  }
  struct list {
    static constexpr int most = 16;
    int count = 0;
    command of[most] = {};
    constexpr void add(command const& c) { of[count++] = c; }
  };
  static constexpr bool is_unit(command const& c) { return c.kind == command_kind::wait && (c.slot == channel::unit || c.slot == channel::unit_but_last); }
  static constexpr bool is_transfer(command const& c) { return c.kind == command_kind::wait && c.slot < channel::count; }

  /// Does the reader have time meanwhile, even with code that is not in its cache?
  static constexpr bool is_long(command const& c) { return c.kind == command_kind::copy && i64{c.line} * c.lines >= Stream::long_copy_bytes; }

  static constexpr int words_of(list const& l) {
    int words = 0;
    for (int i = 0; i < l.count; ++i) words += Writer::most_words(l.of[i]);
    return words;
  }
  constexpr void put(list& l) {
    for (int i = 0; i < l.count; ++i) to_(l.of[i]);
    l.count = 0;
  }
  /// The tile that is held, with what comes before it, and under it.
  constexpr void put_tile(bool apart) {
    if (!held_) return;
    held_ = false;
    // One core tells a unit while the others make ready what that needs.
    tile_.apart = apart || (tile_.tells && tile_.tile.ahead != nullptr);
    if (apart) {
      // The team begins before copies that its tile does not wait for.
      list later;
      bool const fit = Writer::most_words(tile_) + words_of(before_) + words_of(under_) <= Writer::most_words_together;
      for (int i = 0; i < before_.count; ++i) {
        if (fit && may_come_under(before_, i))
          later.add(before_.of[i]);
        else
          to_(before_.of[i]);
      }
      before_.count = 0;
      to_.make_room(Writer::most_words(tile_) + words_of(later) + words_of(under_));  // they stand in the page that the team reads
      to_(tile_);
      put(later);
    } else {
      ready_before_wait();
      put(before_);
      put(under_);
      to_(tile_);
    }
    put(under_);
  }
  /// The held tile's own block before its wait, if that is long: the transfers begin only now. Nobody runs then.
  constexpr void ready_before_wait() {
    int const wait = wait_for_transfers();
    bool gains = false;
    for (int i = wait; i < before_.count; ++i)
      for (int j = 0; j < wait && is_transfer(before_.of[i]); ++j) gains = gains || (is_long(before_.of[j]) && before_.of[j].slot == before_.of[i].slot);
    int const words = Writer::most_words(tile_) + Writer::most_post_words + words_of(before_) + words_of(under_) + 2;
    if (!tile_.resolves || !gains || words > Writer::most_words_together) return;
    to_.make_room(words);
    for (int i = 0; i < wait; ++i) to_(before_.of[i]);
    ready(tile_, false);
    for (int i = wait; i < before_.count; ++i) before_.of[i - wait] = before_.of[i];
    before_.count -= wait;
    tile_.resolves = false;
  }
  constexpr void flush() {
    put_tile(false);
    put(between_);
  }

  constexpr void meet(command const& next) {
    int unit = 0;
    while (unit < between_.count && !is_unit(between_.of[unit])) ++unit;
    // A unit that is waited for may not be told anything: whether a job that is not to run yet counts as work is not said.
    bool const waits_for_unit = unit < between_.count, tells = next.tile.ahead != nullptr && !waits_for_unit;
    int const gain = Stream::block_cycles + (tells ? Stream::unit_cycles : 0);
    bool const apart = held_ && tile_.tile.queue == nullptr && tile_.tile.one_core_less_cycles <= gain;
    // The next tile, its block, and what comes between stand in one page.
    int const words = Writer::most_words(next) + Writer::most_post_words + words_of(between_) + 2;
    bool const equal = held_ && tile_.tile == next.tile, fit = words <= Writer::most_words_together, may = !equal && fit;
    bool const early = apart ? fit : waits_for_unit && may;
    bool is_told = early && apart && tells, is_ready = early;
    int const wait = wait_for_transfers();
    if (!early && held_ && wait < before_.count && may && to_.fits(words + words_of(before_) + words_of(under_) + Writer::most_words(tile_))) {
      is_ready = true;
      is_told = tells && !tile_.tile.by_unit && !has_unit(before_, wait);
      put_before(next, is_told, wait);
    }
    put_tile(early && apart);
    if (!early) {
      before_ = between_;
    } else if (apart) {
      // The team reads the page: its place is free only when they are done.
      bool const turns = !to_.fits(words);
      if (turns) to_(command{.kind = command_kind::page, .fetches = false});
      ready(next, tells, equal);
      sort_between();
      if (turns) under_.add(command{.kind = command_kind::page, .turns = false});
    } else {
      for (int i = 0; i < unit; ++i) to_(between_.of[i]);
      to_.make_room(words);
      ready(next, false);
      for (int i = unit; i < between_.count; ++i) before_.add(between_.of[i]);
    }
    between_.count = 0;
    tile_ = next;
    tile_.resolves = !is_ready;
    tile_.tells = !is_told;
    held_ = true;
  }
  /// Where the held tile waits for transfers when all have begun; before_.count: nowhere.
  constexpr int wait_for_transfers() const {
    int at = before_.count;
    for (int i = before_.count - 1; i >= 0 && before_.of[i].kind != command_kind::copy; --i)
      if (is_transfer(before_.of[i])) at = i;
    return at;
  }
  /// The block there, behind what comes before.
  constexpr void put_before(command const& next, bool tells, int at) {
    for (int i = 0; i < at; ++i) to_(before_.of[i]);
    ready(next, tells);
    for (int i = at; i < before_.count; ++i) before_.of[i - at] = before_.of[i];
    before_.count -= at;
  }
  static constexpr bool has_unit(list const& l, int from) {
    bool has = false;
    for (int i = from; i < l.count; ++i) has = has || is_unit(l.of[i]);
    return has;
  }
  /// A transfer that was begun before the team is done may be waited for until then, unless others are to be begun first.
  constexpr void sort_between() {
    bool passes = true, joins = false;
    auto const join = [&] {
      if (!joins) before_.add(command{.kind = command_kind::wait, .slot = channel::team});
      joins = true;
    };
    for (int i = 0; i < between_.count; ++i) {
      command const& c = between_.of[i];
      if (may_come_under(between_, i)) {
        under_.add(c);
        continue;
      }
      if (passes && is_transfer(c)) {
        to_(c);
        continue;
      }
      passes = passes && c.kind == command_kind::step;
      if (c.kind != command_kind::step) join();
      before_.add(c);
      if (!joins) before_.of[before_.count - 1].joins = joins = true;
    }
    join();
  }
  /// Is it a copy to L1 that nothing behind it in the list waits for?
  static constexpr bool may_come_under(list const& l, int at) {
    if (l.of[at].kind != command_kind::copy || !l.of[at].in) return false;
    for (int i = at + 1; i < l.count; ++i)
      if (is_transfer(l.of[i]) && l.of[i].slot == l.of[at].slot) return false;
    return true;
  }
  constexpr void ready(command const& next, bool tells, bool two_blocks = false) {
    command c = next;
    c.posts = false;
    c.two_blocks = two_blocks;
    c.tells = tells;
    to_(c);
  }

  Writer& to_;
  command first_ = {};                    ///< the program's first step, as long as it has not begun
  bool held_ = false;
  command tile_ = {};                     ///< the tile that was met last, if it is held
  list before_ = {}, under_ = {};         ///< what comes before it, and what may come while it runs
  list between_ = {};                     ///< what came since
};
}  // namespace deeploy::detail
