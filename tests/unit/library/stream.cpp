// SPDX-License-Identifier: Apache-2.0
// Pages of a program, read back as a board's reader does.
#include <doctest/doctest.h>

#include <algorithm>
#include <deeploy/stream.hpp>
#include <vector>

namespace deeploy::test {
namespace {
struct dma {
  static constexpr u32 most_bytes = 131071;
  static constexpr u32 word(bool, bool, u32 n) { return n; }
};
constexpr int page_words = 512;

/// What a reader does with the DMA's counters.
struct counters {
  int in_use = 0, most = 0, copies = 0, waits = 0;
  int of[channel::count] = {};
};
counters read(std::vector<stream_word> const& words) {
  namespace f = stream_field;
  counters c;
  int page = 0;
  for (std::size_t at = 0;;) {
    u32 const w = words[at].n;
    int const slot = static_cast<int>(w >> f::slot_at & 15);
    if (w >> f::copy_at & 1) {
      ++c.copies;
      if (w >> f::opens_at & 1) ++c.of[slot], ++c.in_use;
      c.most = std::max(c.most, c.in_use);
      at += w >> f::lines_at & 1 ? 6 : 4;
    } else if ((w & 7) == static_cast<u32>(command_kind::wait)) {
      ++c.waits, ++at;
      c.in_use -= c.of[slot];
      c.of[slot] = 0;
    } else if ((w & 7) == static_cast<u32>(command_kind::page)) {
      at = w >> f::turns_at & 1 ? static_cast<std::size_t>(++page) * page_words : at + 1;
    } else {
      return c;
    }
  }
}
}  // namespace

TEST_CASE("stream: a transfer of many pages takes few counters, a short one no wait of its own") {
  for (int count : {3, 100, 5000}) {
    CAPTURE(count);
    std::vector<stream_word> words(static_cast<std::size_t>(page_words) * 80);
    detail::page_writer<dma, page_words> writer(words.data(), true);
    for (int i = 0; i < count; ++i)
      writer(command{.kind = command_kind::copy, .slot = channel::early, .opens = i == 0, .in = true, .line = 1, .lines = 2, .stride = 24});
    writer(command{.kind = command_kind::wait, .slot = channel::early});
    writer(command{.kind = command_kind::end});
    counters const c = read(words);
    CHECK(c.copies == count);
    CHECK(c.most <= 2);
    CHECK(c.in_use == 0);
    if (count <= 100) CHECK(c.waits == 1);
  }
}

TEST_CASE("stream: an equal tile that is made ready while the one before runs has a block of its own") {
  std::vector<stream_word> words(static_cast<std::size_t>(page_words) * 2);
  detail::page_writer<dma, page_words> writer(words.data(), true);
  command c{.kind = command_kind::tile};
  c.tile.phase[0] = [](int, int, kernel_arguments const&) {};
  c.tile.pointers = 2;
  c.tile.words = 5;
  std::vector<u32> blocks;
  std::size_t at = 0;
  auto const put = [&](bool resolves, bool posts, bool two) {
    c.resolves = resolves, c.posts = posts, c.two_blocks = two;
    writer(c);
    namespace f = stream_field;
    u32 const w = words.at(at).n;
    REQUIRE((w >> f::tile_at) == 1);
    blocks.push_back(w >> f::block_bytes_at & ((1u << f::block_bytes_bits) - 1));
    CHECK((w >> f::addresses_at & ((1u << f::addresses_bits) - 1)) == (resolves ? 2 : 0));
    at += (w >> f::call_bytes_at & ((1u << f::call_bytes_bits) - 1)) / 4;
    // Behind the program's first tile that runs the second page is fetched.
    if (blocks.size() == 1) ++at;
  };
  put(true, true, false);                            // runs
  put(true, false, true), put(false, true, true);    // made ready meanwhile, then runs
  put(true, false, true), put(false, true, true);
  put(true, true, false);                            // nothing runs: the last block serves
  CHECK(blocks[1] != blocks[0]);
  CHECK(blocks[2] == blocks[1]);
  CHECK(blocks[3] == blocks[0]);
  CHECK(blocks[4] == blocks[0]);
  CHECK(blocks[5] == blocks[0]);
}

TEST_CASE("stream: an address is one addition, whatever the sign of its offset") {
  for (u8 memory : {0, 4})
    for (i64 offset : {i64{0}, i64{1}, i64{-1}, i64{-4096}, i64{1} << 25, -(i64{1} << 25)}) {
      address const a = address(memory, section::scratch, 0) + offset;
      u32 const begin = 0x1C00'0040u, word = in_stream(a), base = word >> address::offset_bits;
      CHECK(base == a.base());
      CHECK(word + stream_origin(base, begin) == begin + static_cast<u32>(offset));
    }
}
}  // namespace deeploy::test
