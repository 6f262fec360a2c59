// SPDX-License-Identifier: Apache-2.0
// CRC-32: the standard's check value, and the arithmetic by which parts are put together.
#include <deeploy/crc.hpp>

namespace {
using namespace deeploy;
constexpr u8 digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
static_assert(crc32_of(digits, 9) == 0xCBF4'3926);
static_assert(crc32_of(digits, 0) == 0);

constexpr u32 after_bytes(u32 crc, u8 const* data, int length) {
  for (int i = 0; i < length; ++i) crc = detail::crc_of_byte(detail::crc_of_bytes, crc, data[i]);
  return crc;
}
// A word is its four bytes, the lowest first.
static_assert(detail::crc_of_word(detail::crc_of_bytes, 0x1234'5678, 0x3433'3231) == after_bytes(0x1234'5678, digits, 4));
// x^0 is neutral, products commute, zeros shift.
static_assert(detail::crc_product(0x8000'0000, 0xDEAD'BEEF) == 0xDEAD'BEEF && detail::crc_product(0xDEAD'BEEF, 0x8000'0000) == 0xDEAD'BEEF);
static_assert(detail::crc_product(0x0123'4567, 0x89AB'CDEF) == detail::crc_product(0x89AB'CDEF, 0x0123'4567));
constexpr u8 zeros[7] = {};
static_assert(detail::crc_shifted(0x0BAD'CAFE, 7) == after_bytes(0x0BAD'CAFE, zeros, 7) && detail::crc_shifted(5, 0) == 5);
// A whole is the exclusive or of a first part that zeros follow, and a second part that begins with zeros.
static_assert(after_bytes(~0u, digits, 9) == (detail::crc_shifted(after_bytes(~0u, digits, 4), 5) ^ after_bytes(0, digits + 4, 5)));
}  // namespace
