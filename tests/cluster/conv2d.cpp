// SPDX-License-Identifier: Apache-2.0
// Convolutions of the cluster against the reference kernel.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include "rows_harness.hpp"

namespace deeploy {
using rows_test::compared;
namespace {
template <int number, class E, index... n>
struct t : tensor<t<number, E, n...>, E, shape<n...>> {};
constexpr requantisation scaled_by(i32 mul, i32 add, u8 shift, i32 low = -128, i32 high = 127,
                                   rounding round = rounding::half_up, i32 zero = 0) {
  return {.round = round, .shift = shift, .mul = mul, .add = add, .zero = zero, .low = low, .high = high};
}
template <class X, class W, class Y, op::conv2d_params p, class... Options>
struct conv : op::conv2d<conv<X, W, Y, p, Options...>, X, W, Y, p, Options...> {};
constexpr requantisation narrow = scaled_by(3001, 12345, 18);
constexpr requantisation unsigned_result = scaled_by(70001, -1234567, 22, 0, 255);
constexpr requantisation limited = scaled_by(-301, 1234, 14, -100, 90, rounding::down, 5);
constexpr requantisation exact = scaled_by(1 << 30, 1 << 29, 31, -128, 127, rounding::half_even);
template <class E, index... n>
using x = t<0, E, n...>;
template <class E, index... n>
using w = t<1, E, n...>;
template <class E, index... n>
using y = t<2, E, n...>;
template <class E, index n>
using per_channel = t<3, E, n>;
}  // namespace

TEST_CASE("dense: signs, strides, padding, dilation") {
  CHECK(compared<conv<x<i8, 1, 7, 9, 12>, w<i8, 20, 3, 3, 12>, y<i8, 1, 7, 9, 20>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .result = narrow}>>(1, 40) == "");
  CHECK(compared<conv<x<u8, 2, 9, 8, 5>, w<i8, 7, 3, 2, 5>, y<u8, 2, 5, 4, 7>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {1, 0, 2, 0}, .result = unsigned_result}>>(2, 40) ==
        "");
  CHECK(compared<conv<x<i8, 1, 11, 10, 8>, w<u8, 9, 3, 3, 8>, y<i8, 1, 8, 8, 9>,
                      op::conv2d_params{.pad = {0, 2, 1, 0}, .dilation = {2, 2}, .result = limited}>>(3, 40) == "");
  CHECK(compared<conv<x<u8, 1, 6, 6, 3>, w<u8, 4, 3, 3, 3>, y<i8, 1, 6, 6, 4>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .result = exact}>>(4, 40) == "");
  CHECK(compared<
            conv<x<i8, 1, 6, 5, 3>, w<i8, 16, 5, 5, 3>, y<i32, 1, 6, 5, 16>, op::conv2d_params{.pad = {2, 2, 2, 2}}>>(
            5, 40) == "");
  CHECK(
      compared<conv<x<u8, 1, 4, 4, 16>, w<i8, 36, 1, 1, 16>, y<i8, 1, 4, 4, 36>, op::conv2d_params{.result = narrow}>>(
          6, 40) == "");
  CHECK(compared<conv<x<u8, 1, 7, 7, 13>, w<i8, 10, 1, 1, 13>, y<i8, 1, 4, 4, 10>,
                      op::conv2d_params{.stride = {2, 2}, .result = narrow}>>(7, 40) == "");
  CHECK(compared<conv<x<i8, 1, 5, 5, 1>, w<i8, 6, 1, 1, 1>, y<i8, 1, 5, 5, 6>, op::conv2d_params{.result = narrow}>>(
            8, 40) == "");
}

TEST_CASE("pointwise, lowered with mac&load") {
  constexpr auto mac_load = engine::instructions::mac_load;
  constexpr requantisation small = scaled_by(37, 1234, 14), small_unsigned = scaled_by(-41, 77, 15, 0, 255, rounding::down, 3);
  int const before = rows_test::comparison::lowered_calls;
  CHECK(compared<conv<x<u8, 1, 9, 7, 20>, w<i8, 24, 1, 1, 20>, y<u8, 1, 9, 7, 24>, op::conv2d_params{.result = small_unsigned}>, mac_load>(90, 150) == "");
  CHECK(compared<conv<x<i8, 1, 6, 11, 12>, w<u8, 18, 1, 1, 12>, y<i8, 1, 6, 11, 18>, op::conv2d_params{.result = small}>, mac_load>(91, 150) == "");
  CHECK(compared<conv<x<u8, 1, 19, 11, 20>, w<i8, 3, 1, 1, 20>, y<u8, 1, 19, 11, 3>, op::conv2d_params{.result = small_unsigned}>, mac_load>(93, 150) == "");
  CHECK(compared<conv<x<u8, 2, 9, 9, 16>, w<i8, 12, 1, 1, 16>, y<i8, 2, 5, 5, 12>, op::conv2d_params{.stride = {2, 2}, .result = small}>, mac_load>(92, 150) == "");
  CHECK(rows_test::comparison::lowered_calls > before + 40);
}

TEST_CASE("one dimension, grouped, channels first") {
  CHECK(compared<conv<x<i8, 1, 1, 33, 6>, w<i8, 10, 1, 3, 6>, y<i8, 1, 1, 33, 10>,
                      op::conv2d_params{.pad = {0, 1, 0, 1}, .result = narrow}>>(20, 40) == "");
  CHECK(compared<conv<x<u8, 1, 1, 40, 3>, w<i8, 8, 1, 5, 3>, y<i8, 1, 1, 18, 8>,
                      op::conv2d_params{.stride = {1, 2}, .result = narrow}>>(21, 40) == "");
  CHECK(compared<conv<x<i8, 1, 6, 6, 12>, w<i8, 18, 3, 3, 4>, y<i8, 1, 6, 6, 18>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 3, .result = narrow}>>(22, 40) == "");
  CHECK(compared<conv<x<i8, 1, 6, 6, 4>, w<i8, 12, 3, 3, 1>, y<i8, 1, 6, 6, 12>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 4, .result = narrow}>>(23, 40) == "");
  using chw = view<t<0, u8, 3, 8, 9>, {.of = {1, 8, 9, 3}, .stride = {216, 9, 1, 72}}>;
  CHECK(compared<conv<chw, w<i8, 8, 3, 3, 3>, y<u8, 1, 8, 9, 8>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .result = unsigned_result}>>(24, 40) == "");
  using result_chw = view<t<2, i8, 10, 6, 5>, {.of = {1, 6, 5, 10}, .stride = {300, 5, 1, 30}}>;
  CHECK(compared<conv<x<i8, 1, 6, 5, 8>, w<i8, 10, 3, 3, 8>, result_chw,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .result = narrow}>>(25, 40) == "");
  using kcrs = view<t<1, i8, 10, 8, 3, 3>, {.of = {10, 3, 3, 8}, .stride = {72, 3, 1, 9}}>;
  CHECK(compared<conv<x<i8, 1, 6, 5, 8>, kcrs, y<i8, 1, 6, 5, 10>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .result = narrow}>>(26, 40) == "");
}

/// Channels apart, pixels of a row side by side: windows are turned four pixels at a time.
template <int seed, index channels, index high, index wide, index taps_high, index taps_wide, index pad_high, index pad_wide, index dilation = 1>
void channels_apart() {
  CAPTURE(seed);
  using plane = view<t<0, u8, channels, high, wide>, {.of = {1, high, wide, channels}, .stride = {channels * high * wide, wide, 1, high * wide}}>;
  using filters = view<t<1, i8, 6, channels, taps_high, taps_wide>,
                       {.of = {6, taps_high, taps_wide, channels}, .stride = {channels * taps_high * taps_wide, taps_wide, 1, taps_high * taps_wide}}>;
  constexpr index rows = high + 2 * pad_high - dilation * (taps_high - 1), columns = wide + 2 * pad_wide - dilation * (taps_wide - 1);
  constexpr op::conv2d_params p{.pad = {pad_high, pad_wide, pad_high, pad_wide}, .dilation = {dilation, dilation}, .result = narrow};
  CHECK(compared<conv<plane, filters, y<i8, 1, rows, columns, 6>, p>>(seed, 30) == "");
  using rows_of_filters = w<i8, 6, taps_high, taps_wide, channels>;
  CHECK(compared<conv<plane, rows_of_filters, y<i8, 1, rows, columns, 6>, p>>(seed + 1, 30) == "");
}

TEST_CASE("dense: channels apart") {
  channels_apart<200, 4, 7, 9, 3, 3, 1, 1>();
  channels_apart<202, 13, 6, 11, 3, 3, 1, 1>();
  channels_apart<204, 36, 5, 10, 1, 1, 0, 0>();
  channels_apart<206, 8, 9, 21, 3, 5, 0, 2>();
  channels_apart<208, 6, 9, 9, 3, 3, 2, 2, 2>();
  channels_apart<210, 1, 9, 20, 5, 5, 2, 2>();
  channels_apart<212, 2, 12, 19, 8, 8, 1, 1>();
  channels_apart<214, 3, 8, 7, 3, 3, 1, 1>();
  channels_apart<216, 3, 9, 3, 3, 3, 1, 1>();
  channels_apart<218, 2, 1, 40, 1, 9, 0, 4>();
  channels_apart<220, 3, 9, 12, 3, 3, 2, 2, 3>();
}

/// Planes of every operand: strides, dilations and padding of each axis apart, results of all kinds.
template <int seed, class X, class W, class Y, index channels, index outputs, index high, index wide, index taps_high, index taps_wide, index groups,
          op::conv2d_params p, class... Options>
void planes() {
  CAPTURE(seed);
  constexpr index rows = (high + p.pad.top + p.pad.bottom - p.dilation.rows * (taps_high - 1) - 1) / p.stride.rows + 1,
                  columns = (wide + p.pad.left + p.pad.right - p.dilation.columns * (taps_wide - 1) - 1) / p.stride.columns + 1, inputs = channels / groups;
  using from = view<t<0, X, channels, high, wide>, {.of = {1, high, wide, channels}, .stride = {channels * high * wide, wide, 1, high * wide}}>;
  using filters = view<t<1, W, outputs, inputs, taps_high, taps_wide>,
                       {.of = {outputs, taps_high, taps_wide, inputs}, .stride = {inputs * taps_high * taps_wide, taps_wide, 1, taps_high * taps_wide}}>;
  using to = view<t<2, Y, outputs, rows, columns>, {.of = {1, rows, columns, outputs}, .stride = {outputs * rows * columns, columns, 1, rows * columns}}>;
  CHECK(compared<conv<from, filters, to, p, Options...>>(seed, 40, 12) == "");
  using rows_of_filters = w<W, outputs, taps_high, taps_wide, inputs>;
  CHECK(compared<conv<from, rows_of_filters, to, p, Options...>>(seed + 1, 40, 30) == "");
}
template <index n>
using scales = scale<t<4, i32, n>, t<5, i32, n>>;

TEST_CASE("planes: depthwise, a few results of a plane, one plane alone") {
  planes<300, u8, i8, i32, 2, 2, 24, 19, 8, 8, 2, op::conv2d_params{.stride = {2, 4}, .pad = {1, 1, 1, 1}, .groups = 2, .result = {.present = false}}>();
  planes<302, u8, i8, u8, 2, 2, 10, 10, 3, 3, 2, op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 2, .result = scaled_by(0, 0, 16, 0, 255)}, scales<2>>();
  planes<304, i8, u8, i8, 5, 5, 9, 13, 5, 3, 5, op::conv2d_params{.stride = {1, 3}, .pad = {2, 0, 1, 4}, .dilation = {2, 1}, .groups = 5, .result = limited}>();
  planes<306, u8, u8, i8, 3, 3, 7, 17, 3, 4, 3, op::conv2d_params{.stride = {3, 1}, .pad = {0, 3, 2, 0}, .dilation = {1, 3}, .groups = 3, .result = narrow}>();
  planes<308, i8, i8, i8, 4, 8, 8, 9, 3, 3, 4, op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 4, .result = exact}, bias<per_channel<i32, 8>>>();
  planes<310, i8, i8, u8, 1, 1, 11, 12, 3, 3, 1, op::conv2d_params{.stride = {2, 2}, .pad = {1, 1, 1, 1}, .result = unsigned_result}>();
  planes<312, u8, i8, i32, 3, 9, 8, 8, 2, 6, 3, op::conv2d_params{.pad = {0, 5, 0, 5}, .dilation = {1, 2}, .groups = 3, .result = {.present = false}}, bias<per_channel<i32, 9>>>();
  planes<314, i8, u8, i16, 3, 3, 1, 30, 1, 9, 3, op::conv2d_params{.stride = {1, 2}, .pad = {0, 4, 0, 4}, .groups = 3, .result = scaled_by(301, 7, 9, -32768, 32767)}>();
  planes<316, i8, i8, i8, 6, 6, 5, 6, 1, 1, 6, op::conv2d_params{.groups = 6, .result = scaled_by(0, 0, 9)}, scales<6>>();
}

TEST_CASE("planes: dense, grouped, pointwise") {
  planes<330, u8, i8, u8, 20, 12, 6, 6, 1, 1, 1, op::conv2d_params{.result = scaled_by(0, 0, 16, 0, 255)}, scales<12>>();
  planes<332, i8, i8, i8, 13, 7, 5, 7, 1, 1, 1, op::conv2d_params{.stride = {2, 2}, .result = narrow}>();
  planes<334, u8, u8, i32, 34, 9, 3, 2, 1, 1, 1, op::conv2d_params{.result = {.present = false}}>();
  planes<336, u8, i8, i8, 6, 4, 9, 10, 3, 5, 1, op::conv2d_params{.stride = {2, 3}, .pad = {1, 2, 1, 2}, .result = narrow}, bias<per_channel<i32, 4>>>();
  planes<338, i8, u8, i8, 2, 4, 12, 11, 8, 8, 1, op::conv2d_params{.pad = {1, 1, 1, 1}, .result = limited}>();
  planes<340, i8, i8, i8, 3, 5, 9, 9, 3, 3, 1, op::conv2d_params{.stride = {2, 2}, .pad = {1, 0, 0, 1}, .dilation = {1, 2}, .result = exact}>();
  planes<342, u8, i8, u8, 12, 18, 7, 8, 3, 3, 3, op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 3, .result = unsigned_result}>();
  planes<344, u8, i8, i8, 8, 16, 1, 32, 1, 3, 1, op::conv2d_params{.pad = {0, 1, 0, 1}, .result = narrow}, scales<16>>();
  planes<346, i8, i8, i8, 10, 4, 4, 9, 1, 1, 2, op::conv2d_params{.groups = 2, .result = narrow}>();
}

TEST_CASE("depthwise") {
  CHECK(compared<conv<x<i8, 1, 9, 9, 16>, w<i8, 16, 3, 3, 1>, y<i8, 1, 9, 9, 16>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 16, .result = narrow}>>(40, 60) == "");
  CHECK(
      compared<conv<x<u8, 1, 9, 10, 13>, w<i8, 13, 3, 3, 1>, y<u8, 1, 5, 5, 13>,
                    op::conv2d_params{.stride = {2, 2}, .pad = {1, 0, 1, 1}, .groups = 13, .result = unsigned_result}>>(
          41, 60) == "");
  CHECK(compared<conv<x<i8, 1, 9, 9, 12>, w<u8, 12, 5, 5, 1>, y<i8, 1, 9, 9, 12>,
                      op::conv2d_params{.pad = {2, 2, 2, 2}, .groups = 12, .result = limited}>>(42, 60) == "");
  CHECK(compared<conv<x<i8, 2, 1, 30, 8>, w<i8, 8, 1, 4, 1>, y<i8, 2, 1, 27, 8>,
                      op::conv2d_params{.groups = 8, .result = narrow}>>(43, 60) == "");
  CHECK(compared<conv<x<u8, 1, 9, 9, 6>, w<u8, 6, 3, 3, 1>, y<i8, 1, 9, 9, 6>,
                      op::conv2d_params{.pad = {2, 2, 2, 2}, .dilation = {2, 2}, .groups = 6, .result = exact}>>(
            44, 60) == "");
  CHECK(compared<conv<x<i8, 1, 8, 8, 10>, w<i8, 10, 3, 3, 1>, y<i32, 1, 8, 8, 10>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 10}>>(45, 60) == "");
  CHECK(compared<conv<x<i8, 1, 8, 8, 12>, w<i8, 12, 3, 3, 1>, y<i8, 1, 8, 8, 12>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 12, .result = narrow},
                      bias<per_channel<i32, 12>>, scale<t<4, i32, 12>, t<5, i32, 12>>>>(46, 60) == "");
}

TEST_CASE("depthwise: planes in several strips and bands, few channels, few columns") {
  CHECK(compared<conv<x<i8, 1, 21, 40, 5>, w<i8, 5, 3, 3, 1>, y<i8, 1, 21, 40, 5>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 5, .result = narrow}>>(47, 40) == "");
  CHECK(compared<conv<x<u8, 1, 33, 43, 7>, w<i8, 7, 3, 3, 1>, y<u8, 1, 17, 22, 7>,
                      op::conv2d_params{
                          .stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 7, .result = unsigned_result}>>(48, 40) == "");
  CHECK(compared<conv<x<i8, 2, 6, 3, 3>, w<u8, 3, 3, 3, 1>, y<i8, 2, 8, 5, 3>,
                      op::conv2d_params{.pad = {2, 2, 2, 2}, .groups = 3, .result = limited}>>(49, 60) == "");
  CHECK(compared<conv<x<u8, 1, 7, 4, 2>, w<u8, 2, 3, 3, 1>, y<i8, 1, 4, 3, 2>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {2, 2, 0, 1}, .groups = 2, .result = narrow}>>(50, 60) ==
        "");
}

TEST_CASE("depthwise of stride 2: padding on every side, single rows and columns, few channels, all signs") {
  CHECK(compared<conv<x<i8, 1, 12, 12, 6>, w<u8, 6, 3, 3, 1>, y<i8, 1, 6, 6, 6>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {0, 0, 1, 1}, .groups = 6, .result = narrow}>>(51, 60) == "");
  CHECK(compared<conv<x<u8, 2, 11, 13, 5>, w<u8, 5, 3, 3, 1>, y<u8, 2, 6, 7, 5>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 5, .result = unsigned_result}>>(52, 60) == "");
  CHECK(compared<conv<x<i8, 1, 1, 9, 4>, w<i8, 4, 3, 3, 1>, y<i8, 1, 1, 5, 4>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 4, .result = limited}>>(53, 60) == "");
  CHECK(compared<conv<x<i8, 1, 9, 1, 3>, w<i8, 3, 3, 3, 1>, y<i8, 1, 5, 1, 3>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 3, .result = narrow}>>(54, 60) == "");
  CHECK(compared<conv<x<i8, 1, 8, 40, 3>, w<i8, 3, 3, 3, 1>, y<i8, 1, 5, 21, 3>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {2, 2, 2, 2}, .groups = 3, .result = exact}>>(55, 60) == "");
  CHECK(compared<conv<x<u8, 1, 9, 41, 3>, w<i8, 3, 3, 3, 1>, y<i8, 1, 5, 21, 3>,
                      op::conv2d_params{.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 3, .result = exact}>>(56, 60) == "");
}

TEST_CASE("depthwise: scales and biases of channels, in 32 and in 64 bits") {
  using a = x<u8, 1, 19, 9, 13>;
  using b = w<i8, 13, 3, 3, 1>;
  using c = y<u8, 1, 19, 9, 13>;
  using mul = t<4, i32, 13>;
  using add = t<5, i32, 13>;
  constexpr op::conv2d_params p{.pad = {1, 1, 1, 1}, .groups = 13, .result = unsigned_result};
  constexpr op::conv2d_params low_shift{.pad = {1, 1, 1, 1}, .groups = 13, .result = scaled_by(0, 0, 14, 0, 255)};
  CHECK(compared<conv<a, b, c, low_shift, scale<mul, add>>>(100, 60, 16) == "");
  CHECK(compared<conv<a, b, c, low_shift, bias<per_channel<i32, 13>>, scale<mul, add>>>(101, 60, 12) == "");
  CHECK(compared<conv<a, b, c, low_shift, bias<per_channel<i32, 13>>, scale<mul, add>>>(102, 60, 17) == "");
  CHECK(compared<conv<a, b, c, p, bias<per_channel<i32, 13>>>>(103, 60, 12) == "");
  CHECK(compared<conv<a, b, c, p, bias<per_channel<i32, 13>>>>(104, 60, 32) == "");
  CHECK(compared<conv<a, b, c, p, scale<mul, add>>>(105, 60, 32) == "");
  constexpr op::conv2d_params any_round{.pad = {1, 1, 1, 1}, .groups = 13, .result = exact};
  CHECK(compared<conv<a, b, y<i8, 1, 19, 9, 13>, any_round, bias<per_channel<i32, 13>>, scale<mul, add>>>(106, 60,
                                                                                                          32) == "");
  constexpr op::conv2d_params any_clip{.stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 13, .result = limited};
  CHECK(compared<conv<a, b, y<i8, 1, 10, 5, 13>, any_clip, bias<per_channel<i32, 13>>>>(107, 60, 14) == "");
  constexpr op::conv2d_params strided{
      .stride = {2, 2}, .pad = {1, 1, 1, 1}, .groups = 13, .result = scaled_by(0, 0, 14)};
  CHECK(compared<conv<a, b, y<i8, 1, 10, 5, 13>, strided, bias<per_channel<i32, 13>>, scale<mul, add>>>(108, 60, 12) ==
        "");
  CHECK(compared<conv<a, b, y<i8, 1, 10, 5, 13>, strided, bias<per_channel<i32, 13>>, scale<mul, add>>>(109, 60, 20) ==
        "");
  // One value for all channels.
  CHECK(compared<conv<a, b, c, low_shift, bias<view<t<3, i32, 1>, {.of = {13}, .stride = {0}}>>>>(110, 60, 12) == "");
  CHECK(compared<conv<a, b, c, low_shift, scale<t<4, i32, 1>, t<5, i32, 1>>>>(111, 60, 14) == "");
  CHECK(compared<conv<a, b, c, low_shift, scale<t<4, i32, 1>, t<5, i32, 1>>>>(112, 60, 32) == "");
}

TEST_CASE("dense: one value per channel among axes of length one, 64 bits") {
  using a = x<u8, 1, 1, 40, 12>;
  using b = w<i8, 10, 1, 3, 12>;
  using c = y<i8, 1, 1, 38, 10>;
  using along = view<t<3, i32, 10>, {.of = {1, 1, 38, 10}, .stride = {10, 10, 0, 1}}>;
  using mul = view<t<4, i32, 10>, {.of = {1, 1, 38, 10}, .stride = {0, 0, 0, 1}}>;
  using add = view<t<5, i32, 10>, {.of = {1, 1, 1, 10}, .stride = {10, 10, 10, 1}}>;
  CHECK(compared<conv<a, b, c, op::conv2d_params{.result = narrow}, scale<mul, add>>>(120, 60, 20) == "");
  CHECK(compared<conv<a, b, c, op::conv2d_params{.result = exact}, bias<per_channel<i32, 10>>, scale<along, mul>>>(
            121, 60, 32) == "");
  CHECK(compared<conv<a, b, c, op::conv2d_params{.result = scaled_by(1 << 30, 5, 30)}, bias<per_channel<i32, 10>>>>(
            122, 60, 32) == "");
  CHECK(compared<conv<a, b, c, op::conv2d_params{.result = scaled_by(1 << 30, 5, 30, -7, 99, rounding::to_zero, 3)}>>(
            123, 60) == "");
}

TEST_CASE("bias, scales, zero points, types") {
  using a = x<i8, 1, 6, 7, 8>;
  using b = w<i8, 13, 3, 3, 8>;
  using c = y<i8, 1, 6, 7, 13>;
  constexpr op::conv2d_params p{.pad = {1, 1, 1, 1}, .result = narrow};
  CHECK(compared<conv<a, b, c, p, bias<per_channel<i32, 13>>>>(60, 40) == "");
  CHECK(compared<conv<a, b, c, p, bias<per_channel<i8, 13>>, scale<t<4, i32, 13>, t<5, i32, 13>>>>(61, 40) == "");
  CHECK(compared<conv<a, b, c, p, scale<t<4, i32, 13>, t<5, i32, 1>>>>(62, 40, 30) == "");
  CHECK(compared<conv<a, b, c, p, scale<t<4, i32, 6, 7, 1>, t<5, i32, 13>>>>(63, 40) == "");
  CHECK(
      compared<conv<x<u8, 1, 6, 7, 8>, b, c, op::conv2d_params{.pad = {1, 1, 1, 1}, .x_zero = 130, .result = narrow}>>(
          64, 40) == "");
  CHECK(
      compared<conv<a, w<u8, 13, 3, 3, 8>, c, op::conv2d_params{.pad = {1, 1, 1, 1}, .w_zero = 128, .result = narrow}>>(
          65, 40) == "");
  CHECK(compared<conv<x<i16, 1, 6, 7, 8>, b, c, p>>(66, 40) == "");
  CHECK(compared<conv<a, w<i8, 12, 3, 3, 4>, y<i8, 1, 6, 7, 12>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .groups = 2, .result = narrow}, bias<per_channel<i32, 12>>,
                      scale<t<4, i32, 12>, t<5, i32, 12>>>>(67, 40) == "");
  CHECK(compared<conv<a, b, y<i16, 1, 6, 7, 13>,
                      op::conv2d_params{.pad = {1, 1, 1, 1}, .result = scaled_by(301, 7, 9, -32768, 32767)},
                      bias<per_channel<i32, 13>>>>(68, 40) == "");
}
}  // namespace deeploy
