// SPDX-License-Identifier: Apache-2.0
// Row-wise kernels of the cluster (softmaxes, norms) against the reference kernels.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "rows_harness.hpp"

namespace deeploy {
using rows_test::compared;
namespace {
template <int number, class E, index... n>
struct s : tensor<s<number, E, n...>, E, shape<n...>> {};
constexpr requantisation none = no_requantisation;
constexpr requantisation to_i8 = {.shift = 9, .mul = 255, .add = -32000};

template <class X, class Y, i32 a, i32 b, i32 c, i32 log2, requantisation q = none, i32 levels = 256>
struct softmax : op::isoftmax<softmax<X, Y, a, b, c, log2, q, levels>, X, Y,
                              op::isoftmax_params{.coefficient_a = a,
                                                  .coefficient_b = b,
                                                  .coefficient_c = c,
                                                  .log2 = log2,
                                                  .levels = levels,
                                                  .result = q}> {};
template <class X, class Y, requantisation q = none, i32 levels = 256>
struct ita : op::ita_max<ita<X, Y, q, levels>, X, Y, op::ita_max_params{.levels = levels, .result = q}> {};
template <class X, class Y, i32 width, requantisation q = none, i32 levels = 256>
struct partial : op::ita_partial_max<partial<X, Y, width, q, levels>, X, Y,
                                     op::ita_partial_max_params{.levels = levels, .group_width = width, .result = q}> {
};
template <class X, class W, class B, class Y, i32 shift, requantisation q = none>
struct layer_norm : op::ilayer_norm<layer_norm<X, W, B, Y, shift, q>, X, W, B, Y,
                                    op::ilayer_norm_params{.shift = shift, .result = q}> {};
template <class X, class W, class Y, i32 shift, requantisation q = none>
struct rms_norm
    : op::irms_norm<rms_norm<X, W, Y, shift, q>, X, W, Y, op::irms_norm_params{.shift = shift, .result = q}> {};
}  // namespace

TEST_CASE("isoftmax") {
  CHECK(compared<softmax<s<0, i8, 16, 65>, s<1, u8, 16, 65>, 1, 25, 300, 13>>(1) == "");
  CHECK(compared<softmax<s<0, u8, 4, 3, 64>, s<1, u8, 4, 3, 64>, 1, 40, 0, 30>>(2) == "");
  CHECK(compared<softmax<s<0, i8, 9, 7>, s<1, i8, 9, 7>, 1, 12, 100, 7, to_i8>>(3) == "");
  CHECK(compared<softmax<s<0, i8, 9, 7>, s<1, u8, 9, 7>, 3, -1200, -100, 1, none, 200>>(4) == "");
  CHECK(compared<softmax<s<0, i8, 9, 7>, s<1, u8, 9, 7>, 70000, 1200, 100, 300>>(5) == "");
  CHECK(compared<softmax<s<0, i8, 9, 7>, s<1, u8, 9, 7>, 1, 12, 100, -5>>(6) == "");
  CHECK(compared<softmax<s<0, i8, 9, 7>, s<1, u8, 9, 7>, 0, 12, 0, 5>>(7) == "");
  CHECK(compared<softmax<s<0, i16, 9, 7>, s<1, u8, 9, 7>, 1, 2000, 100, 1000>>(8) == "");
  using columns = view<s<0, i8, 12, 20>, {.of = {20, 12}, .stride = {1, 20}}>;
  CHECK(compared<softmax<columns, s<1, u8, 20, 12>, 1, 25, 300, 13>>(9) == "");
  CHECK(compared<softmax<s<0, i8, 1, 257>, view<s<2, u8, 257, 1>, {.of = {1, 257}, .stride = {1, 1}}>, 1, 25, 300, 13>>(
            10) == "");
}

TEST_CASE("ita_max and ita_partial_max") {
  CHECK(compared<ita<s<0, i8, 16, 65>, s<1, u8, 16, 65>>>(20) == "");
  CHECK(compared<ita<s<0, u8, 5, 3, 22>, s<1, u8, 5, 3, 22>, none, 128>>(21) == "");
  CHECK(compared<ita<s<0, i8, 5, 9>, s<1, i8, 5, 9>, to_i8>>(22) == "");
  CHECK(compared<ita<s<0, i32, 5, 9>, s<1, u8, 5, 9>>>(23, 40, 10) == "");
  CHECK(compared<partial<s<0, i8, 16, 64>, s<1, u8, 16, 64>, 16>>(24) == "");
  CHECK(compared<partial<s<0, i8, 7, 37>, s<1, u8, 7, 37>, 8>>(25) == "");
  CHECK(compared<partial<s<0, u8, 7, 37>, s<1, i8, 7, 37>, 5, to_i8>>(26) == "");
  CHECK(compared<partial<s<0, i8, 7, 5>, s<1, u8, 7, 5>, 9>>(27) == "");
}

TEST_CASE("ilayer_norm") {
  using w = s<2, i32, 65>;
  using b = s<3, i32, 65>;
  CHECK(compared<layer_norm<s<0, i8, 16, 65>, w, b, s<1, i8, 16, 65>, 8>>(30) == "");
  CHECK(compared<layer_norm<s<0, u8, 1, 65>, w, b, s<1, i8, 1, 65>, 9>>(31) == "");
  CHECK(compared<layer_norm<s<0, i8, 3, 65>, w, b, s<1, i8, 3, 65>, 20>>(32, 40, 30) == "");
  CHECK(compared<layer_norm<s<0, i8, 3, 65>, w, b, s<1, u8, 3, 65>, 12,
                            {.shift = 3, .mul = 9, .add = 400, .low = 0, .high = 255}>>(33, 40, 20) == "");
  CHECK(compared<layer_norm<s<0, i8, 3, 65>, w, b, s<1, i8, 3, 65>, 30>>(34, 40, 30) == "");
  CHECK(compared<layer_norm<s<0, i8, 8, 4>, s<2, i32, 8, 4>, s<3, i32, 1>, s<1, i8, 8, 4>, 6>>(35, 40, 24) == "");
  CHECK(compared<layer_norm<s<0, i16, 8, 4>, s<2, i32, 4>, s<3, i32, 4>, s<1, i8, 8, 4>, 6>>(36, 40, 14) == "");
}

TEST_CASE("irms_norm") {
  using w = s<2, i32, 64>;
  CHECK(compared<rms_norm<s<0, i8, 1, 1, 64>, w, s<1, i8, 1, 1, 64>, 8>>(40) == "");
  CHECK(compared<rms_norm<s<0, u8, 21, 64>, w, s<1, i8, 21, 64>, 9>>(41) == "");
  CHECK(compared<rms_norm<s<0, i8, 3, 64>, w, s<1, i8, 3, 64>, 27>>(42, 40, 32) == "");
  CHECK(compared<rms_norm<s<0, i8, 3, 64>, w, s<1, i8, 3, 64>, 12, {.shift = 3, .mul = 9, .add = 40}>>(43, 40, 20) ==
        "");
  using columns = view<s<0, i8, 64, 5>, {.of = {5, 64}, .stride = {1, 5}}>;
  CHECK(compared<rms_norm<columns, w, s<1, i8, 5, 64>, 10>>(44, 40, 20) == "");
}
}  // namespace deeploy
