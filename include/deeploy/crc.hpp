// SPDX-License-Identifier: Apache-2.0
// CRC-32 as in zip files (reflected, polynomial 0xEDB88320): of bytes, a word at a time, and of pieces that are put together.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy {
namespace detail {
inline constexpr u32 crc_polynomial = 0xEDB8'8320;

/// What each byte leaves behind. 1 KiB, so that a core may keep it on its stack; tables for whole words would take four.
struct crc_table {
  u32 of[256] = {};
  constexpr crc_table() {
    for (u32 i = 0; i < 256; ++i) {
      of[i] = i;
      for (int k = 0; k < 8; ++k) of[i] = of[i] >> 1 ^ (of[i] & 1 ? crc_polynomial : 0);
    }
  }
};
inline constexpr crc_table crc_of_bytes{};

constexpr u32 crc_of_byte(crc_table const& t, u32 crc, u32 byte) { return crc >> 8 ^ t.of[(crc ^ byte) & 255]; }
constexpr u32 crc_of_word(crc_table const& t, u32 crc, u32 word) {
  return crc_of_byte(t, crc_of_byte(t, crc_of_byte(t, crc_of_byte(t, crc ^ word, 0), 0), 0), 0);
}

/// The register after `length` bytes. Words are read where memory has them: far memories charge each access alike.
inline u32 crc_register(crc_table const& t, u32 crc, u8 const* data, size_t length) {
  for (; length != 0 && (reinterpret_cast<uintptr_t>(data) & 3) != 0; ++data, --length) crc = crc_of_byte(t, crc, *data);
  for (; length >= 4; data += 4, length -= 4) {
    u32 word;
    __builtin_memcpy(&word, __builtin_assume_aligned(data, 4), 4);
    crc = crc_of_word(t, crc, word);
  }
  for (; length != 0; ++data, --length) crc = crc_of_byte(t, crc, *data);
  return crc;
}

/// Product of two polynomials modulo the CRC's; bit 31 is x^0.
constexpr u32 crc_product(u32 a, u32 b) {
  u32 product = 0;
  for (; a != 0; a <<= 1) {
    if (a >> 31) product ^= b;
    b = b >> 1 ^ (b & 1 ? crc_polynomial : 0);
  }
  return product;
}
/// The register after `length` more bytes of zero.
constexpr u32 crc_shifted(u32 crc, size_t length) {
  for (u32 power = 1u << 23; length != 0; length >>= 1, power = crc_product(power, power))  // x^8 first
    if (length & 1) crc = crc_product(crc, power);
  return crc;
}
}  // namespace detail

/// CRC-32 of `length` bytes.
constexpr u32 crc32_of(u8 const* data, size_t length) {
  u32 crc = ~0u;
  if (__builtin_is_constant_evaluated()) {
    for (size_t i = 0; i < length; ++i) crc = detail::crc_of_byte(detail::crc_of_bytes, crc, data[i]);
  } else {
    crc = detail::crc_register(detail::crc_of_bytes, crc, data, length);
  }
  return ~crc;
}

/// One core's share of the CRC-32 of `length` bytes: ~ of the shares' exclusive or is the whole. Each core takes a part of
/// its own and lets zeros follow for the parts behind it.
///
/// @buffers  1 KiB of the core's stack: tables far from the core would cost more than they save
inline u32 crc32_share(u8 const* data, size_t length, u32 core, u32 cores) {
  detail::crc_table const table = detail::crc_of_bytes;
  auto const* near = &table;
  asm("" : "+r"(near));  // in a register of its own: addressed from the stack pointer each byte takes two instructions more
  size_t const part = (length + 4 * cores - 1) / (4 * cores) * 4;
  size_t const begin = part * core < length ? part * core : length, rest = length - begin, own = rest < part ? rest : part;
  // The register begins with ones, which all parts must see only once.
  u32 const crc = detail::crc_register(*near, core == 0 ? ~0u : 0, data + begin, own);
  return detail::crc_shifted(crc, rest - own);
}
}  // namespace deeploy
