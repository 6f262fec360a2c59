// SPDX-License-Identifier: Apache-2.0
// A recorded program as a stream of 32-bit words: what a control core reads page by page while the network runs. Each
// command begins with a word whose low bits say what it is.
#pragma once
#include <deeploy/recorder.hpp>

namespace deeploy {
/// A word of the stream; the reader knows which member it is.
union stream_word {
  u32 n = 0;
  kernel_phase phase;
};

/// How the first word of a command is divided. Words that follow it:
///
///     copy  transfer word, address in L1, address outside; of lines also the bytes of a line and their distance
///     run   phases, null behind them; patches: byte offset in the block, address; the block, unless it stands before
///     tile  the addresses that the block begins with, unless they are there; of a unit's what core 0 calls to tell it, or null, and
///           what it calls at the end, or null; where it runs phases, null behind them; the block, unless it stands before
///     page  nothing: go on at the begin of the next page, fetch the one behind it, or both
namespace stream_field {
inline constexpr int kind_bits = 3, tile_at = 31, copy_at = 30, step_at = 29, wait_at = 28;  // what comes often has a bit of its own
inline constexpr int slot_at = 3, slot_bits = 4, opens_at = 7, lines_at = 8;                   // copy, wait
inline constexpr int patches_at = 3, patches_bits = 4, phases_at = 7, phases_bits = 2, words_at = 9, words_bits = 10, block_at = 19, block_bits = 9;  // run
inline constexpr int overlaps_at = 3, joins_at = 4, back_at = 5, back_bits = 3, number_at = 8, number_bits = 20;                                      // step, walk
inline constexpr int turns_at = 3, fetches_at = 4;                                              // page
// Of a tile, in place of the kind. Distances are in bytes, so that the reader need not multiply.
inline constexpr int posts_at = 0, apart_at = 1, unit_at = 3, addresses_at = 7, addresses_bits = 4, block_bytes_at = 11, block_bytes_bits = 11, call_bytes_at = 22, call_bytes_bits = 9;
}  // namespace stream_field

/// Addresses with this base are bytes from the begin of the page that is read.
inline constexpr u32 base_of_page = 31;

/// How an address stands in a stream: its base in the upper bits, so that one addition of what stream_origin() says of that
/// base makes a pointer of it. The offset has a sign: the NPU counts from the origin of the padding, which may lie before the section.
inline constexpr u32 least_stream_offset = 1u << (address::offset_bits - 1);
constexpr u32 in_stream(address a) { return (a.base() << address::offset_bits) + ((a.offset() + least_stream_offset) & ((1u << address::offset_bits) - 1)); }
/// @param base   number of the base
/// @param begin  where it begins
constexpr u32 stream_origin(u32 base, u32 begin) { return begin - (base << address::offset_bits) - least_stream_offset; }

namespace detail {
constexpr address in_page(i64 offset_bytes) {
  address a;
  a.word = base_of_page << address::offset_bits;
  return a + offset_bytes;
}

/// Lays commands out in pages; counts only, or writes too.
///
/// @tparam Dma         most_bytes of one transfer; word(in, of_lines, bytes) that programs it
/// @tparam page_words  of a page
template <class Dma, int page_words>
class page_writer {
  static constexpr u32 word_bytes = 4;
  static_assert(base_count <= static_cast<int>(base_of_page) && page_words <= 1 << stream_field::block_bits && page_words < 1 << stream_field::words_bits);
  static_assert(word_bytes * page_words <= 1 << stream_field::block_bytes_bits && lowered_tile::max_pointers < 1 << stream_field::addresses_bits);

  static constexpr int turn_words = 2;  ///< and a fetch before, if there was none

 public:
  /// @param begins  with the program's first page: the second one is fetched when the first tile runs, not before its data
  constexpr page_writer(stream_word* to, bool begins) : to_(to), fetched_(!begins) {}
  constexpr int pages() const { return page_ + (used_ != 0); }
  /// Does so much go into the page that is written?
  constexpr bool fits(int words) const { return used_ + words + turn_words <= page_words; }
  constexpr void make_room(int words) {
    if (!fits(words)) turn();
  }
  static constexpr int most_words_together = page_words - turn_words;
  static constexpr int most_post_words = 1 + 4 + 2;  ///< of a tile whose block is ready
  /// No fewer words than a command takes.
  static constexpr int most_words(command const& c) {
    if (c.kind == command_kind::tile) return most_post_words + (c.resolves ? 2 * c.tile.pointers + c.tile.words : 0);
    if (c.kind != command_kind::copy) return 1;
    i64 const most = Dma::most_bytes, in_line = (c.line + most - 1) / (most & ~255), at_once = c.line > most ? 1 : most / c.line;
    return static_cast<int>(6 * in_line * ((c.lines + at_once - 1) / at_once));
  }
  constexpr void operator()(command const& c) {
    switch (c.kind) {
      case command_kind::copy: return copy(c);
      case command_kind::wait: return wait(c);
      case command_kind::run: run(c); return fetch_first();
      case command_kind::tile: tile(c); return c.posts ? fetch_first() : void();
      case command_kind::step:
        return begin(1, head(c) | static_cast<u32>(c.overlaps) << stream_field::overlaps_at | static_cast<u32>(c.back) << stream_field::back_at | static_cast<u32>(c.joins) << stream_field::joins_at | static_cast<u32>(c.step) << stream_field::number_at);
      case command_kind::page: return c.turns ? turn(c.fetches) : fetch();
      default: return begin(1, head(c) | static_cast<u32>(c.step) << stream_field::number_at);
    }
  }

 private:
  /// The rest of the page stays empty.
  constexpr void turn(bool fetches = true) {
    if (!fetched_) put_fetch();
    put(static_cast<u32>(command_kind::page) | 1u << stream_field::turns_at | static_cast<u32>(fetches) << stream_field::fetches_at);
    used_ = 0;
    ++page_;
    known_ = replaced_ = 0;
    opens_ = true;
  }
  constexpr void fetch() {
    make_room(1);
    put_fetch();
  }
  constexpr void fetch_first() {
    if (!fetched_) fetch();
  }
  constexpr void put_fetch() {
    put(static_cast<u32>(command_kind::page) | 1u << stream_field::fetches_at);
    fetched_ = opens_ = true;
  }

  struct block {
    bool lowered;
    kernel_arguments const* arguments;
    i32 const* values;
    u32 placed;
    lowered_tile tile;
    int at;
    int filled;  ///< when addresses were put into it last
  };
  static constexpr int most_blocks = 8;
  static constexpr u32 head(command const& c) {
    namespace f = stream_field;
    using k = command_kind;
    if (c.kind == k::tile) return 1u << f::tile_at | static_cast<u32>(c.posts) << f::posts_at | static_cast<u32>(c.apart) << f::apart_at;
    return static_cast<u32>(c.kind) | static_cast<u32>(c.kind == k::copy) << f::copy_at | static_cast<u32>(c.kind == k::step) << f::step_at | static_cast<u32>(c.kind == k::wait) << f::wait_at;
  }
  constexpr void put(stream_word w) {
    if (to_ != nullptr) to_[page_ * page_words + used_] = w;
    ++used_;
  }
  constexpr void put(u32 n) { put(stream_word{.n = n}); }
  constexpr void put(address a) { put(in_stream(a)); }
  constexpr void begin(int words, u32 first) {
    make_room(words);
    put(first);
  }

  constexpr void wait(command const& c) {
    begin(1, head(c) | static_cast<u32>(c.slot) << stream_field::slot_at);
    if (c.slot < channel::count) counters_[c.slot] = 0;
  }

  constexpr void copy(command const& c) {
    u32 const line = static_cast<u32>(c.line), lines = static_cast<u32>(c.lines);
    if (line > Dma::most_bytes) {  // in pieces; a multiple of the burst keeps them aligned
      command piece = c;
      for (u32 i = 0; i < lines; ++i)
        for (u32 at = 0; at < line; at += static_cast<u32>(piece.line)) {
          u32 const whole = Dma::most_bytes & ~255u;
          piece.line = static_cast<bytes>(line - at < whole ? line - at : whole);
          piece.lines = 1;
          piece.l1 = c.l1 + (i64{i} * line + at);
          piece.home = c.home + (i64{i} * c.stride + at);
          one_copy(piece);
          piece.opens = false;
        }
      return;
    }
    u32 const at_once = i64{lines} * line <= Dma::most_bytes ? lines : Dma::most_bytes / line;
    command piece = c;
    for (u32 i = 0; i < lines; i += at_once) {
      piece.lines = static_cast<index>(lines - i < at_once ? lines - i : at_once);
      piece.l1 = c.l1 + i64{i} * line;
      piece.home = c.home + i64{i} * c.stride;
      one_copy(piece);
      piece.opens = false;
    }
  }
  constexpr void one_copy(command const& c) {
    bool const of_lines = c.lines != 1;
    int const page = page_;
    make_room(of_lines ? 6 : 4);
    // Turning a page takes a counter: what follows needs another. Of a transfer of many pages the part before is waited for: there are
    // no more than two of a channel.
    if (page != page_ && counters_[c.slot] > 1) wait({.kind = command_kind::wait, .slot = c.slot});
    bool const opens = c.opens || opens_;
    counters_[c.slot] += opens;
    opens_ = false;
    put(head(c) | static_cast<u32>(c.slot) << stream_field::slot_at | static_cast<u32>(opens) << stream_field::opens_at | static_cast<u32>(of_lines) << stream_field::lines_at);
    put(Dma::word(c.in, of_lines, static_cast<u32>(c.line) * static_cast<u32>(c.lines)));
    put(c.l1);
    put(c.home);
    if (!of_lines) return;
    put(static_cast<u32>(c.line));
    put(static_cast<u32>(c.stride));
  }

  // How kernel_arguments lie in memory; the reader asserts it.
  static constexpr int operand_words = max_axes + 2, values_at = max_operands * operand_words + 4 * max_axes, scratch_at = values_at + 1, argument_words = scratch_at + 2;

  constexpr void run(command const& c) {
    int patches = (c.value_count != 0) + 1;
    for (int o = 0; o < max_operands; ++o) patches += static_cast<int>(c.placed >> o & 1);
    kernel_phase const* const phase = c.code.phase;
    int const phases = phases_in(phase), before = 1 + phases + 1 + 2 * patches, block_words = argument_words + c.value_count;
    int const at = place_block(c, before, block_words);
    namespace f = stream_field;
    put(head(c) | static_cast<u32>(patches) << f::patches_at | static_cast<u32>(phases) << f::phases_at | static_cast<u32>(words_of_call(at, before, block_words)) << f::words_at | static_cast<u32>(at) << f::block_at);
    put_phases(phase, phases);
    for (int o = 0; o < max_operands; ++o) {
      if ((c.placed >> o & 1) == 0) continue;
      put(word_bytes * static_cast<u32>(o * operand_words));
      put(c.at[o]);
    }
    if (c.value_count != 0) {
      put(word_bytes * static_cast<u32>(values_at));
      put(in_page(i64{word_bytes} * (at + argument_words)));
    }
    put(word_bytes * static_cast<u32>(scratch_at));
    put(c.scratch);
    if (at != used_) return;
    kernel_arguments const& a = *c.arguments;
    for (kernel_operand const& with : a.with) {
      put(0u);
      put(static_cast<u32>(with.origin));
      for (index stride : with.stride) put(static_cast<u32>(stride));
    }
    index const* const lists[] = {a.length, a.first, a.limit, a.step};
    for (index const* list : lists)
      for (int i = 0; i < max_axes; ++i) put(static_cast<u32>(list[i]));
    put(0u);
    put(0u);
    put(static_cast<u32>(a.begins) | static_cast<u32>(a.ends) << 8);
    for (int i = 0; i < c.value_count; ++i) put(static_cast<u32>(c.values[i]));
  }
  constexpr void tile(command const& c) {
    lowered_tile const& t = c.tile;
    kernel_phase const prepare[] = {t.prepare, nullptr, nullptr};
    kernel_phase const* const phase = t.queue != nullptr ? prepare : t.phase;
    kernel_phase const tell = c.tells ? t.ahead : nullptr, queue = c.posts ? t.queue : nullptr;
    bool const unit = tell != nullptr || queue != nullptr;
    int const pointers = c.resolves ? t.pointers : 0, phases = phases_in(phase);
    int const before = 1 + pointers + 2 * static_cast<int>(unit) + (c.posts ? phases + 1 : 0), block_words = t.pointers + t.words;
    int const at = place_block(c, before, block_words);
    namespace f = stream_field;
    u32 const call_bytes = word_bytes * static_cast<u32>(words_of_call(at, before, block_words));
    static_assert(word_bytes * (most_post_words + 2 * lowered_tile::max_pointers + lowered_tile::max_words) < 1 << f::call_bytes_bits);
    put(head(c) | static_cast<u32>(unit) << f::unit_at | static_cast<u32>(pointers) << f::addresses_at | word_bytes * static_cast<u32>(at) << f::block_bytes_at |
        call_bytes << f::call_bytes_at);
    for (int p = 0; p < pointers; ++p) put((t.at[p].operand == lowered_tile::in_scratch ? c.scratch : c.at[t.at[p].operand]) + t.at[p].offset_bytes);
    if (unit) {
      put(stream_word{.phase = tell});
      put(stream_word{.phase = queue});
    }
    if (c.posts) put_phases(phase, phases);
    if (at != used_) return;
    for (int p = 0; p < t.pointers; ++p) put(0u);
    for (int i = 0; i < t.words; ++i) put(t.word[i]);
  }

  static constexpr int phases_in(kernel_phase const* phase) {
    int n = 0;
    while (n < 3 && phase[n] != nullptr) ++n;
    return n;
  }
  constexpr void put_phases(kernel_phase const* phase, int count) {
    for (int i = 0; i < count; ++i) put(stream_word{.phase = phase[i]});
    put(0u);
  }
  /// Makes room for a call.
  /// @returns where its block stands in the page: before it, or right behind the `before` words that follow here
  constexpr int place_block(command const& c, int before, int block_words) {
    block* found = find(c);
    if (found == nullptr || used_ + before + turn_words > page_words) {
      make_room(before + block_words);
      found = find(c);
    }
    if (found != nullptr) {
      if (c.resolves) found->filled = ++fillings_;
      return found->at;
    }
    if (!c.resolves) no_block();
    remember(c, used_ + before);
    return used_ + before;
  }
  /// Of a call that begins here.
  constexpr int words_of_call(int at, int before, int block_words) const { return before + (at == used_ + before ? block_words : 0); }
  static void no_block() {}  ///< not for the compiler: a block that was made ready has gone with its page
  /// The block that was filled last of those that serve; of two_blocks, where the command fills one, the one before: the last
  /// one is read meanwhile.
  constexpr block* find(command const& c) {
    bool const lowered = c.kind == command_kind::tile;
    block *last = nullptr, *before = nullptr;
    for (int i = 0; i < known_; ++i) {
      block& b = blocks_[i];
      if (b.lowered != lowered || !(lowered ? b.tile == c.tile : b.arguments == c.arguments && b.values == c.values && b.placed == c.placed)) continue;
      if (last == nullptr || b.filled > last->filled) {
        before = last;
        last = &b;
      } else if (before == nullptr || b.filled > before->filled) {
        before = &b;
      }
    }
    return c.resolves && c.two_blocks ? before : last;
  }
  constexpr void remember(command const& c, int at) {
    int const oldest = known_ < most_blocks ? known_++ : replaced_++ % most_blocks;
    blocks_[oldest] = {c.kind == command_kind::tile, c.arguments, c.values, c.placed, c.tile, at, ++fillings_};
  }

  stream_word* to_;
  int page_ = 0, used_ = 0, known_ = 0, replaced_ = 0, fillings_ = 0;
  bool opens_ = true, fetched_;
  int counters_[channel::count] = {};  ///< of the DMA, that copies have taken since they were waited for
  block blocks_[most_blocks] = {};
};
}  // namespace detail
}  // namespace deeploy
