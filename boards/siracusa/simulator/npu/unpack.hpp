// SPDX-License-Identifier: Apache-2.0
// Weight words to numbers: bit-planes in the three layouts, by tables of bytes.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>

#include "job.hpp"

namespace simulator::neureka {
/// Lanes that a filter tap takes in unpacked weights and in gathered inputs: 28 or 32 channels.
inline constexpr unsigned lanes = 32;

namespace detail {
/// Bit i of a byte to bit 0 of byte i.
constexpr std::array<std::uint64_t, 256> spread_byte = [] {
  std::array<std::uint64_t, 256> table{};
  for (unsigned v = 0; v < 256; ++v)
    for (unsigned i = 0; i < 8; ++i) table[v] |= std::uint64_t{v >> i & 1} << (8 * i);
  return table;
}();
/// Bits c and 4 + c of a byte to bits 0 and 1 of byte c.
constexpr std::array<std::uint32_t, 256> spread_nibbles = [] {
  std::array<std::uint32_t, 256> table{};
  for (unsigned v = 0; v < 256; ++v)
    for (unsigned c = 0; c < 4; ++c) table[v] |= ((v >> c & 1) | (v >> (4 + c) & 1) << 1) << (8 * c);
  return table;
}();

inline std::uint32_t load_32(std::uint8_t const* p) {
  std::uint32_t v;
  std::memcpy(&v, p, 4);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) v = __builtin_bswap32(v);
  return v;
}
/// The bytes of a number, lowest first.
template <class Word>
inline void put_bytes(Word value, std::uint8_t* to) {
  if constexpr (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    std::memcpy(to, &value, sizeof value);
  else
    for (unsigned i = 0; i < sizeof(Word); ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}
/// Codes to weights, in one loop that vectorises.
inline void widen(std::uint8_t const* codes, unsigned n, std::int16_t offset, std::int16_t* to) {
  for (unsigned i = 0; i < n; ++i) to[i] = static_cast<std::int16_t>(codes[i] + offset);
}
}  // namespace detail

/// `bits` consecutive words of 9 taps x 28 channels, one bit-plane each, to 9 x 32 lanes; lanes 28 to 31 hold the
/// offset only.
inline void unpack_planes(std::uint8_t const* words, unsigned bits, std::int16_t offset, std::int16_t* to) {
  alignas(32) std::uint64_t taps[9][4] = {};
  for (unsigned b = 0; b < bits; ++b, words += word_bytes)
    for (unsigned t = 0; t < 9; ++t) {
      // Bit 28 t: odd taps start in the middle of a byte.
      std::uint32_t const plane = (detail::load_32(words + 28 * t / 8) >> (t % 2 * 4)) & 0x0fff'ffff;
      for (unsigned i = 0; i < 4; ++i) taps[t][i] |= detail::spread_byte[plane >> (8 * i) & 0xff] << b;
    }
  std::uint8_t codes[9 * lanes];
  for (unsigned t = 0; t < 9; ++t)
    for (unsigned i = 0; i < 4; ++i) detail::put_bytes(taps[t][i], codes + t * lanes + 8 * i);
  detail::widen(codes, 9 * lanes, offset, to);
}

/// One word of 32 channels with all bit-planes to 32 lanes.
inline void unpack_channels(std::uint8_t const* word, unsigned bits, std::int16_t offset, std::int16_t* to) {
  std::uint32_t const used = 0x0101'0101u * ((1u << bits) - 1);
  std::uint8_t codes[lanes];
  for (unsigned group = 0; group < 8; ++group) {
    std::uint32_t const code = detail::load_32(word + 4 * group);
    std::uint32_t u = 0;
    for (unsigned i = 0; i < 4; ++i) u |= detail::spread_nibbles[code >> (8 * i) & 0xff] << (2 * i);
    detail::put_bytes(u & used, codes + 4 * group);
  }
  detail::widen(codes, lanes, offset, to);
}
}  // namespace simulator::neureka
