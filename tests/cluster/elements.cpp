// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels of the cluster against the reference kernels.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "rows_harness.hpp"

namespace deeploy {
using rows_test::compared;
namespace {
template <class E, index... n>
struct t : tensor<t<E, n...>, E, shape<n...>> {};
template <int number, class E, index... n>
struct s : tensor<s<number, E, n...>, E, shape<n...>> {};
constexpr requantisation scaled_by(i32 mul, i32 add, u8 shift, i32 low = -128, i32 high = 127,
                                   rounding round = rounding::half_up, i32 zero = 0) {
  return {.round = round, .shift = shift, .mul = mul, .add = add, .zero = zero, .low = low, .high = high};
}

template <class X, class Y, requantisation q, class... Scale>
struct requantise : op::requantise<requantise<X, Y, q, Scale...>, X, Y, op::requantise_params{.result = q}, Scale...> {
};
template <class A, class B, class Y, requantisation a, requantisation b, requantisation q, class... Scale>
struct add : op::add<add<A, B, Y, a, b, q, Scale...>, A, B, Y, op::add_params{.a = a, .b = b, .result = q}, Scale...> {
};
template <class A, class B, class Y, requantisation a, requantisation b, requantisation q, class... Scale>
struct sub : op::sub<sub<A, B, Y, a, b, q, Scale...>, A, B, Y, op::sub_params{.a = a, .b = b, .result = q}, Scale...> {
};
template <class A, class B, class Y, requantisation a, requantisation b, requantisation q, class... Scale>
struct mul : op::mul<mul<A, B, Y, a, b, q, Scale...>, A, B, Y, op::mul_params{.a = a, .b = b, .result = q}, Scale...> {
};
}  // namespace

TEST_CASE("long runs") {
  constexpr requantisation a = scaled_by(700, 40, 10), b = scaled_by(300, 3, 9), sum = scaled_by(17, 8, 5), to_u8 = scaled_by(17, 8, 5, 0, 255);
  CHECK(compared<requantise<t<i8, 40, 64>, s<0, i8, 40, 64>, scaled_by(90, 5, 7)>>(200) == "");
  CHECK(compared<requantise<t<i32, 1500>, s<0, u8, 1500>, scaled_by(9000, 5, 17, 0, 255)>>(201, 60, 18) == "");
  CHECK(compared<add<t<i8, 20, 128>, s<1, i8, 20, 128>, s<0, i8, 20, 128>, a, b, sum>>(202) == "");
  CHECK(compared<add<t<u8, 20, 128>, s<1, i8, 20, 128>, s<0, u8, 20, 128>, a, b, to_u8>>(203) == "");
  CHECK(compared<sub<t<i8, 3, 1000>, s<1, u8, 3, 1000>, s<0, i8, 3, 1000>, a, b, sum>>(204) == "");
  CHECK(compared<mul<t<i8, 11, 100>, s<1, i8, 11, 100>, s<0, i8, 11, 100>, a, b, sum>>(205) == "");
  CHECK(compared<add<t<i8, 1030>, s<1, i8, 1030>, s<0, i8, 1030>, a, b, sum>>(206) == "");  // no whole words
}

TEST_CASE("requantise: types and scales") {
  CHECK(compared<requantise<t<i8, 3, 7, 20>, s<0, i8, 3, 7, 20>, scaled_by(1234567, -5000, 21)>>(1) == "");
  CHECK(compared<requantise<t<i8, 3, 7, 20>, s<0, u8, 3, 7, 20>, scaled_by(3001, 12345, 12, 0, 255)>>(2) == "");
  CHECK(compared<requantise<t<u8, 5, 64>, s<0, i8, 5, 64>, scaled_by(-70000, 900, 16)>>(3) == "");
  CHECK(compared<requantise<t<u8, 1, 1000>, s<0, u8, 1, 1000>, scaled_by(255, 3, 8, 5, 200, rounding::half_even, 7)>>(
            4) == "");
  CHECK(compared<requantise<t<i32, 11, 13>, s<0, i8, 11, 13>, scaled_by(4190000, 77, 24)>>(5, 60, 20) == "");
  CHECK(compared<requantise<t<i32, 11, 13>, s<0, i8, 11, 13>, scaled_by(17, -4, 10)>>(6, 60, 31) == "");
  CHECK(compared<requantise<t<i32, 11, 13>, s<0, i8, 11, 13>, scaled_by(1 << 30, 1 << 29, 31)>>(7, 60, 32) == "");
  CHECK(compared<requantise<t<i16, 9, 10>, s<0, u8, 9, 10>, scaled_by(40000, 1, 22, 0, 255, rounding::half_away)>>(8) ==
        "");
  CHECK(compared<requantise<t<u16, 9, 10>, s<0, i32, 9, 10>,
                            scaled_by(-40000, 1, 10, -1000000, 1000000, rounding::to_zero)>>(9) == "");
  CHECK(compared<requantise<t<i32, 9, 10>, s<0, i16, 9, 10>, scaled_by(3, 1, 4, -32768, 32767, rounding::down)>>(
            10, 60, 24) == "");
  CHECK(compared<requantise<t<i8, 64>, s<0, i8, 64>, scaled_by(0, 5, 0)>>(11) == "");
  CHECK(compared<requantise<t<i8, 64>, s<0, i8, 64>, scaled_by(2, 5, 0)>>(12) == "");
}

TEST_CASE("requantise: one scale per channel, row or head") {
  constexpr requantisation q = scaled_by(1, 0, 16);
  CHECK(compared<requantise<t<i32, 4, 5, 12>, s<0, i8, 4, 5, 12>, q, scale<s<1, i32, 12>, s<2, i32, 12>>>>(20) == "");
  CHECK(compared<requantise<t<i8, 4, 5, 12>, s<0, i8, 4, 5, 12>, q, scale<s<1, i32, 4, 1, 1>, s<2, i32, 4, 1, 1>>>>(
            21, 40, 24) == "");
  CHECK(compared<requantise<t<u8, 4, 5, 12>, s<0, u8, 4, 5, 12>, scaled_by(1, 0, 12, 0, 255),
                            scale<s<1, i32, 5, 1>, s<2, i32, 1>>>>(22) == "");
  CHECK(compared<requantise<t<i32, 33>, s<0, i8, 33>, scaled_by(1, 0, 30), scale<s<1, i32, 33>, s<2, i32, 33>>>>(
            23, 40, 31) == "");
  CHECK(
      compared<requantise<t<i32, 3, 33>, s<0, i8, 3, 33>, scaled_by(1, 0, 9), scale<s<1, i32, 3, 33>, s<2, i32, 33>>>>(
          24, 40, 18) == "");
}

TEST_CASE("requantise: views") {
  using x = t<i8, 6, 10, 8>;
  using transposed = view<x, {.of = {8, 10, 6}, .stride = {1, 8, 80}}>;
  CHECK(compared<requantise<transposed, s<0, i8, 8, 10, 6>, scaled_by(300, 10, 8)>>(30, 80) == "");
  using part = view<x, {.offset = 83, .of = {4, 7, 5}, .stride = {80, 8, 1}}>;
  CHECK(compared<requantise<part, s<0, i8, 4, 7, 5>, scaled_by(300, 10, 8)>>(31, 80) == "");
  CHECK(compared<requantise<s<1, i8, 7, 5>, s<0, i8, 4, 7, 5>, scaled_by(300, 10, 8)>>(32, 80) == "");
  using heads = view<s<5, i8, 10, 4, 16>, {.of = {4, 10, 16}, .stride = {16, 64, 1}}>;
  CHECK(compared<requantise<heads, view<s<6, i8, 10, 64>, {.of = {4, 10, 16}, .stride = {16, 64, 1}}>,
                            scaled_by(99, 10, 6)>>(33, 80) == "");
}

TEST_CASE("add, sub, mul: with and without requantisations") {
  constexpr requantisation none = no_requantisation;
  constexpr requantisation q1 = scaled_by(30011, -77, 15), q2 = scaled_by(19000, 1000, 14),
                           q3 = scaled_by(25000, 12, 15);
  using a = s<0, i8, 5, 9, 24>;
  using b = s<1, i8, 5, 9, 24>;
  using y = s<2, i8, 5, 9, 24>;
  CHECK(compared<add<a, b, y, q1, q2, q3>>(40, 80) == "");
  CHECK(compared<sub<a, b, y, q1, q2, q3>>(41, 80) == "");
  CHECK(compared<mul<a, b, y, q1, q2, scaled_by(25000, 12, 21)>>(42, 80) == "");
  CHECK(compared<add<a, b, y, none, none, q3>>(43, 80) == "");
  CHECK(compared<sub<a, b, y, none, q2, q3>>(44, 80) == "");
  CHECK(compared<add<a, b, s<3, i32, 5, 9, 24>, none, none, none>>(45, 80) == "");
  CHECK(compared<mul<a, b, s<3, i32, 5, 9, 24>, none, none, none>>(46, 80) == "");
  CHECK(compared<add<s<4, u8, 5, 9, 24>, b, s<5, u8, 5, 9, 24>, scaled_by(9000, 0, 13, 0, 255), q2,
                     scaled_by(33000, 0, 15, 0, 255)>>(47, 80) == "");
  CHECK(compared<sub<s<4, u8, 5, 9, 24>, b, s<5, u8, 5, 9, 24>, scaled_by(9000, 0, 13, 10, 265), q2,
                     scaled_by(33000, 0, 15, 3, 255)>>(48, 80) == "");
  // A range of more than 255 values: no table.
  CHECK(compared<add<a, b, y, scaled_by(900, 0, 5, -1000, 1000), q2, scaled_by(1000, 0, 14)>>(49, 80) == "");
  CHECK(compared<add<s<6, i32, 40>, s<7, i32, 40>, s<8, i32, 40>, none, none, none>>(50, 40, 32) == "");
  CHECK(compared<mul<s<6, i32, 40>, s<7, i32, 40>, s<8, i8, 40>, none, none, scaled_by(5, 1, 28)>>(51, 40, 32) == "");
  CHECK(compared<add<s<6, i32, 40>, s<7, i16, 40>, s<8, i8, 40>, scaled_by(70, 5, 20), none, scaled_by(500, 1, 14)>>(
            52, 40, 27) == "");
}

TEST_CASE("add, mul: broadcast operands and scales") {
  constexpr requantisation none = no_requantisation;
  constexpr requantisation q1 = scaled_by(30011, -77, 15), q3 = scaled_by(25000, 12, 15);
  using y = s<2, i8, 5, 9, 24>;
  CHECK(compared<add<s<0, i8, 5, 9, 24>, s<1, i8, 24>, y, q1, q1, q3>>(60, 80) == "");
  CHECK(compared<add<s<0, i8, 9, 1>, s<1, i8, 5, 1, 24>, y, q1, q1, q3>>(61, 80) == "");
  CHECK(compared<mul<s<0, i8, 5, 9, 24>, s<1, i8, 1>, y, none, none, scaled_by(400, 9, 12)>>(62, 80) == "");
  CHECK(compared<add<s<0, i32, 5, 9, 24>, s<1, i32, 24>, y, none, none, scaled_by(1, 0, 14),
                     scale<s<3, i32, 24>, s<4, i32, 24>>>>(63, 80, 18) == "");
  CHECK(compared<mul<s<0, i8, 5, 9, 24>, s<1, i8, 24>, y, none, none, scaled_by(1, 0, 14),
                     scale<s<3, i32, 5, 1, 1>, s<4, i32, 1>>>>(64, 80, 14) == "");
}

namespace {
template <class X, class Y, i32 b, i32 one, requantisation q>
struct gelu : op::igelu<gelu<X, Y, b, one, q>, X, Y, op::igelu_params{.b = b, .one = one, .result = q}> {};
template <class X, class Y, i32 by, i32 three, i32 six, requantisation q>
struct swish : op::ihardswish<swish<X, Y, by, three, six, q>, X, Y,
                              op::ihardswish_params{.one_over_six = by, .three = three, .six = six, .result = q}> {};
}  // namespace

TEST_CASE("igelu and ihardswish") {
  constexpr requantisation none = no_requantisation;
  using x = s<0, i8, 7, 33>;
  CHECK(compared<gelu<x, s<1, i8, 7, 33>, -40, 1743, scaled_by(1300, 100, 21)>>(70, 80) == "");
  CHECK(compared<gelu<x, s<1, i32, 7, 33>, -40, 1743, none>>(71, 80) == "");
  CHECK(compared<gelu<s<2, u8, 7, 33>, s<1, u8, 7, 33>, -100, 20000, scaled_by(130, 100, 20, 0, 255)>>(72, 80) == "");
  CHECK(compared<gelu<s<2, i32, 7, 33>, s<1, i32, 7, 33>, -40000, 1600000000, none>>(73, 80, 17) == "");
  CHECK(compared<gelu<s<2, i32, 7, 33>, s<1, i8, 7, 33>, -4000, 160000, scaled_by(4000, -3, 31)>>(74, 80, 12) == "");
  CHECK(compared<swish<x, s<1, i8, 7, 33>, 11, 48, 96, scaled_by(1000, 100, 18)>>(75, 80) == "");
  CHECK(compared<swish<x, s<1, i32, 7, 33>, 11, 48, 96, none>>(76, 80) == "");
  CHECK(compared<swish<s<2, u8, 7, 33>, s<1, u8, 7, 33>, 11, 100, 200, scaled_by(60, 100, 18, 0, 255)>>(77, 80) == "");
  CHECK(compared<swish<s<2, i32, 7, 33>, s<1, i32, 7, 33>, 1100, 2000000000, 2100000000, none>>(78, 80, 20) == "");
  CHECK(compared<swish<x, s<1, i8, 7, 33>, -11, 48, -96, scaled_by(1000, 100, 18)>>(79, 80) == "");
}
TEST_CASE("small tiles of the layers above ran lowered") { CHECK(rows_test::comparison::lowered_calls > 200); }
}  // namespace deeploy
