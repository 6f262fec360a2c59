// SPDX-License-Identifier: Apache-2.0
// Division by a multiplication against the language's.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cluster/xpulp_rows.hpp>
#include <doctest/doctest.h>
#include <limits>
#include <random>

namespace deeploy::test {
namespace {
constexpr u32 most_little = 1u << 30;

void check(i32 n, u32 d) {
  CAPTURE(n);
  CAPTURE(d);
  cluster::rows::divider const by(d);
  i64 const quotient = i64{n} / i64{d};
  REQUIRE(by.signed_quotient(n) == quotient);
  if (d <= most_little) REQUIRE(by.quotient_by_little(n) == quotient);
  REQUIRE(by(static_cast<u32>(n)) == static_cast<u32>(n) / d);
}
}  // namespace

TEST_CASE("division: quotients of drawn numbers, of multiples and of what is beside them") {
  std::mt19937 draw(1);
  i32 const ends[] = {0, 1, -1, std::numeric_limits<i32>::max(), std::numeric_limits<i32>::min(), std::numeric_limits<i32>::min() + 1};
  for (int i = 0; i < 100'000; ++i) {
    u32 const d = 1 + (draw() >> draw() % 32);
    check(static_cast<i32>(draw()), d);
    check(static_cast<i32>(draw()) >> draw() % 32, d);
    i64 const multiple = i64{d} * static_cast<i32>(draw() % (std::numeric_limits<i32>::max() / d + 1));
    for (i64 n : {multiple - 1, multiple, multiple + 1, -multiple - 1, -multiple, -multiple + 1})
      if (n == static_cast<i32>(n)) check(static_cast<i32>(n), d);
    for (i32 n : ends) check(n, d);
  }
}
}  // namespace deeploy::test
