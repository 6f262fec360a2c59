// SPDX-License-Identifier: Apache-2.0
// CRC-32 at every alignment and length, in one piece and in shares, against the definition bit by bit.
#include <deeploy/crc.hpp>
#include <doctest/doctest.h>
#include <random>
#include <vector>

namespace deeploy::test {
namespace {
u32 by_definition(u8 const* data, size_t length) {
  u32 crc = ~0u;
  for (size_t i = 0; i < length; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xEDB8'8320 : crc >> 1;
  }
  return ~crc;
}
}  // namespace

TEST_CASE("crc: at every alignment and length as defined, whole and in shares of 1 to 8 cores") {
  std::mt19937 random(7);
  alignas(8) u8 data[1200];
  for (u8& x : data) x = static_cast<u8>(random());
  for (size_t begin = 0; begin < 5; ++begin)
    for (size_t length = 0; length < 300; length += 1 + (length > 70) * (random() % 9)) {
      u32 const right = by_definition(data + begin, length);
      CHECK(crc32_of(data + begin, length) == right);
      for (u32 cores = 1; cores <= 8; ++cores) {
        u32 all = 0;
        for (u32 core = 0; core < cores; ++core) all ^= crc32_share(data + begin, length, core, cores);
        CHECK(~all == right);
      }
    }
}

TEST_CASE("crc: shares of a long image") {
  std::mt19937 random(8);
  std::vector<u8> data(1'000'003);
  for (u8& x : data) x = static_cast<u8>(random());
  u32 all = 0;
  for (u32 core = 0; core < 8; ++core) all ^= crc32_share(data.data(), data.size(), core, 8);
  CHECK(~all == by_definition(data.data(), data.size()));
}
}  // namespace deeploy::test
