// SPDX-License-Identifier: Apache-2.0
// Element types: sizes, ranges, names, and what is no element type.
#include <deeploy/types.hpp>

namespace {
using namespace deeploy;
static_assert(sizeof(i8) == 1 && sizeof(u16) == 2 && sizeof(i32) == 4 && sizeof(i64) == 8 && sizeof(f32) == 4);
static_assert(sizeof(index) == 4 && sizeof(bytes) == 4);

static_assert(is_element<i8> && is_element<u8> && is_element<i16> && is_element<u16> && is_element<i32> &&
              is_element<f32>);
static_assert(!is_element<i64> && !is_element<u32> && !is_element<double> && !is_element<bool> && !is_element<char>);

template <class T>
constexpr bool there_and_back = static_cast<element_type<element_of<T>>>(-1) == static_cast<T>(-1) &&
                                sizeof(element_type<element_of<T>>) == sizeof(T) && size_of(element_of<T>) == sizeof(T);
static_assert(there_and_back<i8> && there_and_back<u8> && there_and_back<i16> && there_and_back<u16>);
static_assert(there_and_back<i32> && there_and_back<f32>);

/// The range is that of the type: both ends are kept by a conversion, one further is not.
template <class T>
constexpr bool range_of = static_cast<T>(lowest(element_of<T>)) == lowest(element_of<T>) &&
                          static_cast<T>(highest(element_of<T>)) == highest(element_of<T>) &&
                          static_cast<T>(lowest(element_of<T>) - 1) != lowest(element_of<T>) - 1 &&
                          static_cast<T>(highest(element_of<T>) + 1) != highest(element_of<T>) + 1;
static_assert(range_of<i8> && range_of<u8> && range_of<i16> && range_of<u16> && range_of<i32>);

constexpr bool is(char const* a, char const* b) {
  for (; *a == *b; ++a, ++b)
    if (*a == 0) return true;
  return false;
}
static_assert(is(name_of(element::i8), "i8") && is(name_of(element::u16), "u16") && is(name_of(element::f32), "f32"));
}  // namespace
