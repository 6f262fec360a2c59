// SPDX-License-Identifier: Apache-2.0
// Movement, pooling, reductions, divisions of the cluster against the reference kernels.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "rows_harness.hpp"

namespace deeploy {
using rows_test::compared;
namespace {
template <int number, class E, index... n>
struct s : tensor<s<number, E, n...>, E, shape<n...>> {};
constexpr requantisation none = no_requantisation;

template <class X, class Y, u8 reversed = 0>
struct copy : op::copy<copy<X, Y, reversed>, X, Y, op::copy_params{.reversed = reversed}> {};
template <class X, class Y, op::pad_params p>
struct pad : op::pad<pad<X, Y, p>, X, Y, p> {};
template <class X, class I, class Y>
struct gather : op::gather<gather<X, I, Y>, X, I, Y> {};
template <class X, class Y, op::max_pool_params p, class... Scale>
struct pool : op::max_pool<pool<X, Y, p, Scale...>, X, Y, p, Scale...> {};
template <class X, class Y, u8 reduced, bool half_away, requantisation q = none, class... Scale>
struct mean
    : op::reduce_mean<mean<X, Y, reduced, half_away, q, Scale...>, X, Y,
                      op::reduce_mean_params{.reduced = reduced, .half_away = half_away, .result = q}, Scale...> {};
template <class X, class Y, u8 reduced, requantisation q = none, class... Scale>
struct sum : op::reduce_sum<sum<X, Y, reduced, q, Scale...>, X, Y,
                            op::reduce_sum_params{.reduced = reduced, .result = q}, Scale...> {};
template <class A, class B, class Y, i32 delta, i32 eta, i32 eps, requantisation q = none, class... Scale>
struct division
    : op::integer_div<division<A, B, Y, delta, eta, eps, q, Scale...>, A, B, Y,
                      op::integer_div_params{.delta = delta, .eta = eta, .eps = eps, .result = q}, Scale...> {};
template <class X, class W, class B, class Y, i32 mul, i32 shift, requantisation q = none>
struct nonorm : op::inonorm<nonorm<X, W, B, Y, mul, shift, q>, X, W, B, Y,
                            op::inonorm_params{.mul = mul, .shift = shift, .result = q}> {};
}  // namespace

TEST_CASE("copy") {
  CHECK(compared<copy<s<0, i8, 5, 7, 36>, s<1, i8, 5, 7, 36>>>(1, 80) == "");
  using x = s<0, i8, 6, 10, 8>;
  CHECK(compared<copy<view<x, {.of = {8, 10, 6}, .stride = {1, 8, 80}}>, s<1, i8, 8, 10, 6>>>(2, 80) == "");
  CHECK(compared<copy<view<x, {.of = {10, 6, 8}, .stride = {8, 80, 1}}>, s<1, u8, 10, 6, 8>>>(3, 80) == "");
  CHECK(compared<copy<x, s<1, i8, 6, 10, 8>, 5>>(4, 80) == "");
  CHECK(compared<copy<s<0, i32, 6, 10>, s<1, i32, 6, 10>>>(5, 80, 32) == "");
  CHECK(compared<copy<s<0, i8, 6, 10>, s<1, i32, 6, 10>>>(6, 80) == "");
  CHECK(compared<copy<s<0, i32, 6, 10>, s<1, i8, 6, 10>>>(7, 80, 7) == "");
  CHECK(compared<copy<s<0, u16, 3, 10>, s<1, u16, 3, 10>>>(8, 80) == "");
  CHECK(compared<copy<s<0, i8, 10>, view<s<1, i8, 3, 70>, {.offset = 11, .of = {3, 10}, .stride = {70, 1}}>>>(9, 80) ==
        "");
  CHECK(compared<copy<view<s<0, i8, 33, 16, 4>, {.of = {16, 33, 4}, .stride = {4, 64, 1}}>, s<1, i8, 16, 33, 4>>>(
            11, 80) == "");
}

TEST_CASE("pad") {
  CHECK(compared<pad<s<0, i8, 1, 6, 5, 8>, s<1, i8, 1, 9, 8, 8>, {.value = -7, .before = {0, 1, 2, 0}}>>(20, 120) ==
        "");
  CHECK(compared<pad<s<0, u8, 2, 6, 7>, s<1, u8, 2, 10, 12>, {.value = 200, .before = {0, 3, 1}}>>(21, 120) == "");
  CHECK(compared<pad<s<0, i8, 6, 17>, s<1, i8, 5, 13>, {.value = 3, .before = {-1, -2}}>>(22, 120) == "");
  CHECK(compared<pad<s<0, i32, 4, 5>, s<1, i32, 9, 9>, {.value = 1 << 20, .before = {2, 2}}>>(23, 120, 30) == "");
  using x = s<0, i8, 5, 6, 4>;
  CHECK(compared<pad<view<x, {.of = {4, 5, 6}, .stride = {1, 24, 4}}>, s<1, i8, 4, 7, 8>, {.before = {0, 1, 1}}>>(
            24, 120) == "");
  CHECK(compared<pad<s<0, i8, 1>, s<1, i8, 1>, {.value = 5, .before = {0}}>>(25, 10) == "");
  CHECK(compared<pad<s<0, i8, 1, 4>, s<1, i8, 3, 4>, {.value = 5, .before = {1, 0}}>>(26, 40) == "");
}

TEST_CASE("gather") {
  CHECK(compared<gather<s<0, i8, 3, 20, 16>, s<1, i32, 7>, s<2, i8, 3, 7, 16>>>(30, 80, 6) == "");
  CHECK(compared<gather<s<0, i8, 3, 20, 1>, s<1, i32, 17>, s<2, i8, 3, 17, 1>>>(31, 80, 6) == "");
  CHECK(compared<gather<s<0, i32, 1, 9, 5>, s<1, i32, 1>, s<2, i32, 1, 1, 5>>>(32, 80, 5) == "");
  using x = view<s<0, i8, 8, 3, 20>, {.of = {3, 20, 8}, .stride = {20, 1, 60}}>;
  CHECK(compared<gather<x, s<1, i32, 7>, s<2, i8, 3, 7, 8>>>(33, 80, 6) == "");
}

TEST_CASE("copy: small tiles, lowered") {
  int const before = rows_test::comparison::lowered_calls;
  using x = s<0, i8, 6, 5, 7>;
  using y = s<1, i8, 6, 5, 7>;
  CHECK(compared<copy<x, y>>(90, 80) == "");
  CHECK(compared<copy<view<x, {.of = {7, 5, 6}, .stride = {1, 7, 35}}>, s<1, i8, 7, 5, 6>>>(91, 80) == "");
  CHECK(compared<copy<view<x, {.of = {5, 6, 7}, .stride = {7, 35, 1}}>, s<1, i8, 5, 6, 7>>>(92, 80) == "");
  CHECK(compared<copy<view<s<0, i32, 4, 9, 8>, {.offset = 3, .of = {4, 5}, .stride = {72, 8}}>, s<1, i32, 4, 5>>>(93, 80) == "");
  CHECK(compared<copy<view<s<0, i8, 400>, {.offset = 9, .of = {333}, .stride = {1}}>, s<1, i8, 333>>>(94, 80) == "");
  CHECK(compared<copy<s<0, i8, 12>, s<1, i8, 12>>>(95, 80) == "");
  CHECK(rows_test::comparison::lowered_calls >= before + 100);
}

TEST_CASE("max_pool") {
  CHECK(compared<pool<s<0, i8, 1, 12, 11, 20>, s<1, i8, 1, 6, 5, 20>, {.kernel = {2, 2}, .stride = {2, 2}}>>(40, 80) ==
        "");
  CHECK(compared<pool<s<0, u8, 2, 9, 7, 37>, s<1, u8, 2, 9, 7, 37>, {.kernel = {3, 3}, .pad = {1, 1, 1, 1}}>>(41, 80) ==
        "");
  CHECK(compared<pool<s<0, i8, 1, 9, 9, 16>, s<1, i8, 1, 5, 5, 16>,
                      {.kernel = {3, 2}, .stride = {2, 2}, .pad = {2, 1, 2, 1}, .dilation = {2, 2}}>>(42, 80) == "");
  using first = view<s<0, i8, 1, 8, 10, 10>, {.of = {1, 10, 10, 8}, .stride = {800, 10, 1, 100}}>;
  using y_first = view<s<1, i8, 1, 8, 5, 5>, {.of = {1, 5, 5, 8}, .stride = {200, 5, 1, 25}}>;
  CHECK(compared<pool<first, y_first, {.kernel = {2, 2}, .stride = {2, 2}}>>(43, 80) == "");
  CHECK(compared<pool<s<0, i32, 1, 6, 6, 5>, s<1, i32, 1, 3, 3, 5>, {.kernel = {2, 2}, .stride = {2, 2}}>>(44, 80,
                                                                                                           32) == "");
  CHECK(compared<pool<s<0, i8, 1, 6, 6, 12>, s<1, i8, 1, 3, 3, 12>,
                      {.kernel = {2, 2}, .stride = {2, 2}, .result = {.shift = 3, .mul = 11}}>>(45, 80) == "");
  CHECK(compared<
            pool<s<0, i8, 1, 6, 6, 12>, s<1, i8, 1, 3, 3, 12>,
                 {.kernel = {2, 2}, .stride = {2, 2}, .result = {.shift = 11}}, scale<s<3, i32, 12>, s<4, i32, 12>>>>(
            46, 80, 14) == "");
  CHECK(compared<pool<s<0, i8, 1, 1, 33, 8>, s<1, i8, 1, 1, 11, 8>, {.kernel = {1, 3}, .stride = {1, 3}}>>(47, 80) ==
        "");
  // Of few pixels the cores share the channels.
  CHECK(compared<pool<s<0, i8, 1, 9, 7, 70>, s<1, i8, 1, 1, 1, 70>, {.kernel = {9, 7}}>>(48, 80) == "");
  CHECK(compared<pool<s<0, u8, 3, 4, 4, 21>, s<1, u8, 3, 1, 1, 21>, {.kernel = {4, 4}}>>(49, 80) == "");
  // To one pixel: words of channels, and pairs of words.
  CHECK(compared<pool<s<0, i8, 1, 8, 8, 64>, s<1, i8, 1, 1, 1, 64>, {.kernel = {8, 8}}>>(50, 80) == "");
  CHECK(compared<pool<s<0, u8, 1, 5, 7, 12>, s<1, u8, 1, 1, 1, 12>, {.kernel = {5, 7}}>>(51, 80) == "");
  CHECK(compared<pool<s<0, u8, 1, 5, 7, 136>, s<1, u8, 1, 1, 1, 136>, {.kernel = {3, 2}, .stride = {3, 6}}>>(52, 80) == "");
  CHECK(compared<pool<s<0, i8, 1, 3, 3, 16>, s<1, i8, 1, 1, 1, 16>, {.kernel = {5, 5}, .pad = {1, 1, 1, 1}}>>(53, 80) == "");
  CHECK(compared<pool<s<0, i8, 1, 6, 4, 37>, s<1, i8, 1, 2, 1, 37>, {.kernel = {3, 4}, .stride = {3, 4}, .result = {.shift = 11}},
                      scale<s<3, i32, 37>, s<4, i32, 37>>>>(50, 80, 14) == "");
}

TEST_CASE("reductions") {
  CHECK(compared<mean<s<0, i8, 1, 7, 7, 20>, s<1, i8, 1, 1, 1, 20>, 6, true>>(50, 80) == "");
  CHECK(compared<mean<s<0, u8, 1, 8, 4, 19>, s<1, i8, 1, 1, 1, 19>, 6, false>>(51, 80) == "");
  CHECK(compared<mean<s<0, i8, 9, 64>, s<1, i8, 9, 1>, 2, false>>(52, 80) == "");
  CHECK(compared<mean<s<0, i32, 9, 12>, s<1, i8, 1, 12>, 1, true>>(53, 80, 31) == "");
  CHECK(compared<mean<s<0, i32, 9, 16>, s<1, i8, 9, 1>, 2, false>>(54, 80, 32) == "");
  CHECK(compared<mean<s<0, i8, 5, 3, 8>, s<1, u8, 5, 1, 8>, 2, true,
                      {.shift = 4, .mul = 40, .add = 100, .low = 0, .high = 255}>>(55, 80) == "");
  CHECK(compared<sum<s<0, i8, 5, 30, 8>, s<1, i32, 5, 1, 8>, 2>>(56, 80) == "");
  CHECK(compared<sum<s<0, i8, 300>, s<1, i32, 1>, 1>>(57, 80) == "");
  CHECK(compared<sum<s<0, i8, 6, 33>, s<1, i8, 6, 1>, 2, {.shift = 6, .mul = 9}>>(58, 80) == "");
  CHECK(compared<
            sum<s<0, u8, 6, 5, 4, 3>, s<1, i8, 1, 5, 1, 3>, 5, {.shift = 10}, scale<s<3, i32, 3>, s<4, i32, 5, 1, 1>>>>(
            59, 80, 10) == "");
  CHECK(compared<sum<s<0, i16, 6, 5>, s<1, i32, 6, 1>, 2>>(60, 80) == "");
  using first = view<s<0, i8, 20, 7, 7>, {.of = {7, 7, 20}, .stride = {7, 1, 49}}>;
  CHECK(compared<mean<first, s<1, i8, 1, 1, 20>, 3, true>>(61, 80) == "");
}

TEST_CASE("integer_div") {
  CHECK(compared<division<s<0, i32, 8, 12>, s<1, i32, 8, 1>, s<2, i32, 8, 12>, 100, 3, 7>>(70, 80, 16) == "");
  CHECK(compared<division<s<0, i8, 8, 12>, s<1, i8, 12>, s<2, i8, 8, 12>, 100, 3, 7, {.shift = 4, .mul = 3}>>(71, 80) ==
        "");
  CHECK(compared<division<s<0, i32, 8, 12>, s<1, i32, 1>, s<2, i32, 8, 12>, 1, 1, 0>>(72, 80, 4) == "");
  CHECK(compared<division<s<0, i32, 8, 12>, s<1, i32, 8, 12>, s<2, i32, 8, 12>, 1000, 50, 1>>(73, 80, 31) == "");
  CHECK(compared<division<s<0, i16, 8, 12>, s<1, u8, 8, 1>, s<2, i8, 8, 12>, 30, -2, 5, {.shift = 12},
                          scale<s<3, i32, 12>, s<4, i32, 12>>>>(74, 80, 14) == "");
  CHECK(compared<division<s<0, u8, 8, 12>, s<1, i8, 1>, s<2, i32, 8, 12>, -3, 1, 0>>(75, 80, 14) == "");
}

TEST_CASE("inonorm") {
  CHECK(compared<nonorm<s<0, i8, 9, 16>, s<1, i32, 16>, s<2, i32, 16>, s<3, i8, 9, 16>, 77, 12>>(80, 80, 14) == "");
  CHECK(compared<nonorm<s<0, i8, 9, 16>, s<1, i8, 9, 16>, s<2, i32, 9, 16>, s<3, i8, 9, 16>, -7, 24,
                        {.shift = 2, .mul = 5}>>(81, 80, 24) == "");
  CHECK(compared<nonorm<s<0, i32, 9, 16>, s<1, i32, 1>, s<2, i32, 16>, s<3, i8, 9, 16>, 77, 25>>(82, 80, 26) == "");
}
}  // namespace deeploy
