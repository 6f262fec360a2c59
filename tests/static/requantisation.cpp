// SPDX-License-Identifier: Apache-2.0
// requantisation: the five roundings at and around ties, clip, zero point, and products that need 64 bits.
#include <deeploy/requantisation.hpp>

namespace {
using namespace deeploy;
using enum rounding;
// Quarters around a tie: t / 4 for t = 1, 2, 3 and negative, and both parities at the tie.
constexpr bool rounds(rounding how, i64 t, i64 expected) { return shift_right(t, 2, how) == expected; }
static_assert(rounds(half_up, 1, 0) && rounds(half_up, 2, 1) && rounds(half_up, 3, 1) && rounds(half_up, 6, 2));
static_assert(rounds(half_up, -1, 0) && rounds(half_up, -2, 0) && rounds(half_up, -3, -1) && rounds(half_up, -6, -1));
static_assert(rounds(half_away, 1, 0) && rounds(half_away, 2, 1) && rounds(half_away, 6, 2));
static_assert(rounds(half_away, -1, 0) && rounds(half_away, -2, -1) && rounds(half_away, -3, -1) &&
              rounds(half_away, -6, -2));
static_assert(rounds(half_even, 1, 0) && rounds(half_even, 2, 0) && rounds(half_even, 3, 1) && rounds(half_even, 6, 2));
static_assert(rounds(half_even, -1, 0) && rounds(half_even, -2, 0) && rounds(half_even, -3, -1) &&
              rounds(half_even, -6, -2));
static_assert(rounds(half_even, 10, 2) && rounds(half_even, -10, -2) && rounds(half_even, 14, 4) &&
              rounds(half_even, -14, -4));
static_assert(rounds(down, 3, 0) && rounds(down, -1, -1) && rounds(down, -4, -1) && rounds(down, -5, -2));
static_assert(rounds(to_zero, 3, 0) && rounds(to_zero, -1, 0) && rounds(to_zero, -3, 0) && rounds(to_zero, -4, -1));
static_assert(shift_right(-7, 0, half_up) == -7 && shift_right(-7, 0, half_even) == -7);  // nothing is cut off

// 2^31 * 2^31 and an add at the edge stay exact.
constexpr requantisation far{
    .shift = 31, .mul = 2147483647, .add = 2147483647, .low = -2147483647 - 1, .high = 2147483647};
static_assert(apply(far, 2147483647) == 2147483647);  // (2^31 - 1) * 2^31 / 2^31
static_assert(apply(far, -2147483647 - 1) == -2147483646);
static_assert(apply({.shift = 1, .mul = 3, .add = -1}, 5) == 7);  // add comes before the shift
static_assert(apply({.mul = -1}, -128) == 127 && apply({.mul = 1}, 300) == 127 && apply({}, -300) == -128);
static_assert(apply({.shift = 1, .zero = 128, .low = 0, .high = 255}, -250) == 3);
static_assert(apply({.zero = 2147483647, .low = 0, .high = 255}, 2147483647) == 255);  // the zero point cannot wrap
static_assert(apply({.shift = 4, .low = 0, .high = 255}, 100, 16, 8) == 101);          // mul and add of the call count
static_assert(!no_requantisation.present && requantisation{}.present && requantisation{} == requantisation{});
}  // namespace
