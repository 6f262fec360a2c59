// SPDX-License-Identifier: Apache-2.0
// Runs of elements moved and filled: words where neighbours are neighbours in both places.
#pragma once
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// Copies n bytes that lie together.
DEEPLOY_ALWAYS_INLINE void move_bytes(u8* to, u8 const* from, index n) {
  for (; n >= 16; n -= 16) {
    u32 const w0 = rows::next_word(from), w1 = rows::next_word(from), w2 = rows::next_word(from),
              w3 = rows::next_word(from);
    rows::put_word(to, w0);
    rows::put_word(to, w1);
    rows::put_word(to, w2);
    rows::put_word(to, w3);
  }
  for (; n >= 4; n -= 4) rows::put_word(to, rows::next_word(from));
  for (; n > 0; --n) rows::put<u8>(to, rows::next<u8>(from, 1), 1);
}

/// Copies n elements, from `from_on` and to `to_on` bytes apart.
template <class T>
DEEPLOY_ALWAYS_INLINE void move_elements(u8* to, index to_on, u8 const* from, index from_on, index n) {
  if (to_on == static_cast<index>(sizeof(T))) {
    if (from_on == to_on) return move_bytes(to, from, n * static_cast<index>(sizeof(T)));
    if constexpr (sizeof(T) == 1)
      for (; n >= 4; n -= 4) {
        i32 const b0 = rows::next<u8>(from, from_on), b1 = rows::next<u8>(from, from_on),
                  b2 = rows::next<u8>(from, from_on), b3 = rows::next<u8>(from, from_on);
        rows::put_word(to, rows::pack(b0, b1, b2, b3));
      }
  }
  for (; n > 0; --n) rows::put<T>(to, rows::next<T>(from, from_on), to_on);
}

/// Fills n elements `to_on` bytes apart.
template <class T>
DEEPLOY_ALWAYS_INLINE void fill_elements(u8* to, index to_on, i32 value, index n) {
  if constexpr (sizeof(T) == 1) {
    u32 const word = (static_cast<u32>(value) & 255u) * 0x01010101u;
    if (to_on == 1)
      for (; n >= 4; n -= 4) rows::put_word(to, word);
  }
  for (; n > 0; --n) rows::put<T>(to, value, to_on);
}

/// The unsigned type of a size: what movement needs to know of an element.
template <bytes size>
struct element_of_size {
  using type = u8;
};
template <>
struct element_of_size<2> {
  using type = u16;
};
template <>
struct element_of_size<4> {
  using type = i32;
};
}  // namespace deeploy::cluster
