// SPDX-License-Identifier: Apache-2.0
// Element types and the two integer aliases that the whole library counts with.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace deeploy {
using i8 = int8_t;
using u8 = uint8_t;
using i16 = int16_t;
using u16 = uint16_t;
using i32 = int32_t;
using u32 = uint32_t;
using i64 = int64_t;
using u64 = uint64_t;
using f32 = float;

/// Counts and subscripts of elements. 32 bits: no tensor of a microcontroller has more.
using index = int32_t;
/// Sizes and offsets in memory.
using bytes = int32_t;

/// What one element of a tensor is, as a value.
enum class element : u8 { i8, u8, i16, u16, i32, f32 };

template <class T>
inline constexpr bool is_element = false;
template <class T>
inline constexpr element element_of = element::i8;
#define DEEPLOY_ELEMENT(T)               \
  template <>                            \
  inline constexpr bool is_element<T> = true; \
  template <>                            \
  inline constexpr element element_of<T> = element::T;
DEEPLOY_ELEMENT(i8)
DEEPLOY_ELEMENT(u8)
DEEPLOY_ELEMENT(i16)
DEEPLOY_ELEMENT(u16)
DEEPLOY_ELEMENT(i32)
DEEPLOY_ELEMENT(f32)
#undef DEEPLOY_ELEMENT

/// The C++ type of an element value: `element_type<element::u8>` is `u8`.
template <element E>
struct element_type_of;
#define DEEPLOY_ELEMENT(T)            \
  template <>                         \
  struct element_type_of<element::T> { \
    using type = T;                   \
  };
DEEPLOY_ELEMENT(i8)
DEEPLOY_ELEMENT(u8)
DEEPLOY_ELEMENT(i16)
DEEPLOY_ELEMENT(u16)
DEEPLOY_ELEMENT(i32)
DEEPLOY_ELEMENT(f32)
#undef DEEPLOY_ELEMENT
template <element E>
using element_type = typename element_type_of<E>::type;

/// Bytes of one element.
constexpr bytes size_of(element type) {
  switch (type) {
    case element::i8:
    case element::u8: return 1;
    case element::i16:
    case element::u16: return 2;
    default: return 4;
  }
}

/// Smallest and largest value of an integer element; for f32 the range of i32.
constexpr i64 lowest(element type) {
  switch (type) {
    case element::i8: return -128;
    case element::i16: return -32768;
    case element::u8:
    case element::u16: return 0;
    default: return -2147483648LL;
  }
}
constexpr i64 highest(element type) {
  switch (type) {
    case element::i8: return 127;
    case element::u8: return 255;
    case element::i16: return 32767;
    case element::u16: return 65535;
    default: return 2147483647LL;
  }
}

constexpr char const* name_of(element type) {
  constexpr char const* names[] = {"i8", "u8", "i16", "u16", "i32", "f32"};
  return names[static_cast<int>(type)];
}
}  // namespace deeploy
