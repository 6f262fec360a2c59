// SPDX-License-Identifier: Apache-2.0
// Matrix products and convolutions by their sizes, for the tables of this folder.
#pragma once
#include "measure.hpp"

namespace deeploy::target_test {
template <int number, class E, index... n>
struct t : tensor<t<number, E, n...>, E, shape<n...>> {};
inline constexpr requantisation to_i8{.shift = 16, .mul = 37, .add = 1234};
inline constexpr requantisation to_u8{.shift = 16, .mul = 37, .add = 1234, .low = 0, .high = 255};

template <class A, class B, class Y, op::matmul_params p, class... Options>
struct product : op::matmul<product<A, B, Y, p, Options...>, A, B, Y, p, Options...> {};
/// [M][K] by [K][N], the second operand stored [N][K] or [K][N].
template <index m, index k, index n, class A = i8, class B = i8>
using rows = product<t<0, A, m, k>, view<t<1, B, n, k>, {.of = {k, n}, .stride = {1, k}}>, t<2, i8, m, n>,
                     op::matmul_params{.result = to_i8}>;
template <index m, index k, index n>
using columns = product<t<0, i8, m, k>, t<1, i8, k, n>, t<2, i8, m, n>, op::matmul_params{.result = to_i8}>;

template <class X, class W, class Y, op::conv2d_params p, class... Options>
struct conv : op::conv2d<conv<X, W, Y, p, Options...>, X, W, Y, p, Options...> {};
template <index size, index channels, index outputs, index taps, index stride = 1>
using dense = conv<t<0, u8, 1, size, size, channels>, t<1, i8, outputs, taps, taps, channels>,
                   t<2, u8, 1, (size - 1) / stride + 1, (size - 1) / stride + 1, outputs>,
                   op::conv2d_params{
                       .stride = {stride, stride}, .pad = {taps / 2, taps / 2, taps / 2, taps / 2}, .result = to_u8}>;
template <index size, index channels, index stride>
using depthwise = conv<t<0, u8, 1, size, size, channels>, t<1, i8, channels, 3, 3, 1>,
                       t<2, u8, 1, (size - 1) / stride + 1, (size - 1) / stride + 1, channels>,
                       op::conv2d_params{.stride = {stride, stride},
                                         .pad = {1, 1, 1, 1},
                                         .groups = channels,
                                         .result = {.shift = 10, .mul = 37, .add = 1234, .low = 0, .high = 255}}>;
/// With a bias and a scale for each channel, of which 32 bits or 64 are needed.
template <index size, index channels, index stride, u8 shift>
using depthwise_by_channel = conv<t<0, u8, 1, size, size, channels>, t<1, i8, channels, 3, 3, 1>,
                                  t<2, u8, 1, (size - 1) / stride + 1, (size - 1) / stride + 1, channels>,
                                  op::conv2d_params{.stride = {stride, stride},
                                                    .pad = {1, 1, 1, 1},
                                                    .groups = channels,
                                                    .result = {.shift = shift, .low = 0, .high = 255}},
                                  bias<t<5, i32, channels>>, scale<t<3, i32, channels>, t<4, i32, channels>>>;
template <index size, index channels, index outputs, index taps, u8 shift>
using dense_by_channel =
    conv<t<0, u8, 1, size, size, channels>, t<1, i8, outputs, taps, taps, channels>, t<2, u8, 1, size, size, outputs>,
         op::conv2d_params{.pad = {taps / 2, taps / 2, taps / 2, taps / 2},
                           .result = {.shift = shift, .low = 0, .high = 255}},
         bias<t<5, i32, outputs>>, scale<t<3, i32, outputs>, t<4, i32, outputs>>>;
template <index k, index n>
using linear_with_bias =
    product<t<0, i8, 1, k>, view<t<1, i8, n, k>, {.of = {k, n}, .stride = {1, k}}>, t<2, i8, 1, n>,
            op::matmul_params{.result = to_i8}, bias<view<t<3, i32, n>, {.of = {1, n}, .stride = {0, 1}}>>>;
#ifdef DEEPLOY_MAC_LOAD
using engine_t = engine::cluster<engine::instructions::mac_load>;
#else
using engine_t = engine::cluster<engine::instructions::xpulpv2>;
#endif
}  // namespace deeploy::target_test
