// SPDX-License-Identifier: Apache-2.0
// apply() in all modes against the definition in 128 bits, at the ends of every range and at ties.
#include <doctest/doctest.h>

#include <support/requantised.hpp>
#include <support/rounds.hpp>

namespace deeploy::test {
namespace {
i32 draw_i32(drawn& d) {
  switch (d.in(0, 4)) {
    case 0:
      return static_cast<i32>(d.bits());
    case 1:
      return d.pick({i32{0}, i32{1}, i32{-1}, i32{2147483647}, i32{-2147483647 - 1}, i32{-2147483647}});
    case 2:
      return static_cast<i32>(d.in(-300, 300));
    case 3:
      return static_cast<i32>(i64{1} << d.in(0, 30)) * (d.chance(50) ? 1 : -1);
    default:
      return static_cast<i32>(d.in(-5000000, 5000000));
  }
}
}  // namespace

TEST_CASE("requantisation: every mode and shift against the definition") {
  drawn d(1);
  for (int mode = 0; mode < 5; ++mode)
    for (int shift = 0; shift < 32; ++shift)
      for (int n = 0; n < 400 * rounds(); ++n) {
        requantisation q{.round = static_cast<rounding>(mode), .shift = static_cast<u8>(shift), .zero = draw_i32(d)};
        q.low = draw_i32(d);
        q.high = draw_i32(d);
        if (q.low > q.high) std::swap(q.low, q.high);
        i32 const x = draw_i32(d), mul = draw_i32(d), add = draw_i32(d);
        REQUIRE(wide{apply(q, x, mul, add)} == requantised(q, x, mul, add));
        q.mul = mul;
        q.add = add;
        REQUIRE(apply(q, x) == apply(q, x, mul, add));
      }
}

TEST_CASE("requantisation: ties and their neighbours") {
  for (int mode = 0; mode < 5; ++mode)
    for (int shift = 1; shift < 20; ++shift)
      for (i64 whole = -5; whole <= 5; ++whole)
        for (i64 off = -1; off <= 1; ++off) {
          i64 const t = (whole << shift) + (i64{1} << (shift - 1)) + off;
          REQUIRE(wide{shift_right(t, shift, static_cast<rounding>(mode))} ==
                  rounded(t, shift, static_cast<rounding>(mode)));
        }
}
}  // namespace deeploy::test
