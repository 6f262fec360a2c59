// SPDX-License-Identifier: Apache-2.0
// Matrix products and convolutions on the simulated cluster: the headline shapes, then sizes that no block divides.
#include "measure.hpp"

namespace deeploy::target_test {
namespace {
template <int number, class E, index... n>
struct t : tensor<t<number, E, n...>, E, shape<n...>> {};
constexpr requantisation to_i8{.shift = 16, .mul = 37, .add = 1234};
constexpr requantisation to_u8{.shift = 16, .mul = 37, .add = 1234, .low = 0, .high = 255};

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
}  // namespace

extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    measured<dense<16, 64, 64, 3, 1>, engine_t, 0>("conv3x3_64_64_16x16 9437184"),
    measured<dense<16, 128, 128, 1, 1>, engine_t, 0>("pointwise_128_128_16x16 4194304"),
    measured<dense<8, 32, 32, 3, 1>, engine_t, 0>("conv3x3_32_32_8x8 589824"),
    measured<dense<9, 12, 20, 3, 1>, engine_t, 0>("conv3x3_12_20_9x9 174960"),
    measured<dense<9, 36, 12, 3, 2>, engine_t, 0>("conv3x3_36_12_9x9_s2 97200"),
    measured<dense<9, 3, 36, 3, 1>, engine_t, 0>("conv3x3_3_36_9x9 78732"),
    measured<dense<12, 20, 36, 3, 1>, engine_t, 0>("conv3x3_20_36_12x12 933120"),
    measured<dense<7, 64, 32, 3, 1>, engine_t, 0>("conv3x3_64_32_7x7 903168"),
    measured<dense<10, 16, 16, 5, 1>, engine_t, 0>("conv5x5_16_16_10x10 640000"),
    measured<dense<7, 36, 20, 1, 1>, engine_t, 0>("pointwise_36_20_7x7 35280"),
    measured<dense<8, 64, 128, 1, 1>, engine_t, 0>("pointwise_64_128_8x8 524288"),
    measured<dense<12, 20, 64, 1, 1>, engine_t, 0>("pointwise_20_64_12x12 184320"),
    measured<dense<9, 64, 64, 1, 2>, engine_t, 0>("pointwise_64_64_9x9_s2 102400"),
    measured<rows<64, 64, 64>, engine_t, 0>("matmul_64_64_64 262144"),
    measured<rows<36, 36, 36>, engine_t, 0>("matmul_36_36_36 46656"),
    measured<rows<20, 64, 12>, engine_t, 0>("matmul_20_64_12 15360"),
    measured<rows<65, 64, 65>, engine_t, 0>("matmul_65_64_65 270400"),
    measured<rows<16, 256, 64>, engine_t, 0>("matmul_16_256_64 262144"),
    measured<rows<32, 128, 64>, engine_t, 0>("matmul_32_128_64 262144"),
    measured<rows<5, 21, 11>, engine_t, 0>("matmul_5_21_11 1155"),
    measured<rows<1, 256, 256>, engine_t, 0>("linear_1_256_256 65536"),
    measured<rows<1, 64, 256>, engine_t, 0>("linear_1_64_256 16384"),
    measured<rows<1, 256, 64>, engine_t, 0>("linear_1_256_64 16384"),
    measured<rows<1, 128, 100>, engine_t, 0>("linear_1_128_100 12800"),
    measured<rows<1, 36, 20>, engine_t, 0>("linear_1_36_20 720"),
    measured<columns<64, 64, 64>, engine_t, 0>("matmul_kn_64_64_64 262144"),
    measured<columns<36, 36, 36>, engine_t, 0>("matmul_kn_36_36_36 46656"),
    measured<columns<20, 64, 12>, engine_t, 0>("matmul_kn_20_64_12 15360"),
    measured<columns<65, 64, 65>, engine_t, 0>("matmul_kn_65_64_65 270400"),
    measured<columns<13, 36, 20>, engine_t, 0>("matmul_kn_13_36_20 9360"),
    measured<rows<20, 36, 12, u8, i8>, engine_t, 0>("matmul_u8_i8_20_36_12 8640"),
    measured<rows<20, 36, 12, i8, u8>, engine_t, 0>("matmul_i8_u8_20_36_12 8640"),
    measured<rows<20, 36, 12, u8, u8>, engine_t, 0>("matmul_u8_u8_20_36_12 8640"),
    measured<depthwise<16, 64, 1>, engine_t, 0>("depthwise_64_16x16 147456"),
    measured<depthwise<16, 64, 2>, engine_t, 0>("depthwise_64_16x16_s2 36864"),
    measured<depthwise<9, 36, 1>, engine_t, 0>("depthwise_36_9x9 26244"),
    measured<depthwise<12, 20, 2>, engine_t, 0>("depthwise_20_12x12_s2 6480"),
    measured<depthwise<7, 12, 1>, engine_t, 0>("depthwise_12_7x7 5292"),
    measured<depthwise<25, 16, 1>, engine_t, 0>("depthwise_16_25x25 90000"),
    measured<depthwise<11, 29, 1>, engine_t, 0>("depthwise_29_11x11 31581"),
    measured<conv<t<0, u8, 1, 12, 12, 16>, t<1, i8, 16, 5, 5, 1>, t<2, u8, 1, 12, 12, 16>,
                  op::conv2d_params{.pad = {2, 2, 2, 2}, .groups = 16, .result = to_u8}>,
             engine_t, 0>("depthwise5x5_16_12x12 57600"),
    measured<conv<t<0, u8, 1, 8, 8, 16>, t<1, i8, 16, 3, 3, 16>, t<2, u8, 1, 8, 8, 16>,
                  op::conv2d_params{.pad = {1, 1, 1, 1}, .x_zero = 128, .result = to_u8}>,
             engine_t, 0>("conv3x3_zero_point_16_16_8x8 147456"),
    measured<conv<t<0, u8, 1, 8, 8, 16>, t<1, i8, 16, 3, 3, 16>, t<2, u8, 1, 8, 8, 16>,
                  op::conv2d_params{.pad = {1, 1, 1, 1}, .result = to_u8}, scale<t<3, i32, 16>, t<4, i32, 16>>>,
             engine_t, 0>("conv3x3_per_channel_16_16_8x8 147456"),
    measured<depthwise_by_channel<16, 64, 1, 16>, engine_t, 0>("depthwise_by_channel_64_16x16 147456", 12),
    measured<depthwise_by_channel<16, 64, 2, 16>, engine_t, 0>("depthwise_by_channel_64_16x16_s2 36864", 12),
    measured<depthwise_by_channel<16, 64, 1, 30>, engine_t, 0>("depthwise_64_bits_64_16x16 147456", 30),
    measured<depthwise_by_channel<16, 64, 2, 30>, engine_t, 0>("depthwise_64_bits_64_16x16_s2 36864", 30),
    measured<dense_by_channel<8, 64, 128, 1, 16>, engine_t, 0>("pointwise_by_channel_64_128_8x8 524288", 14),
    measured<dense_by_channel<8, 64, 128, 1, 30>, engine_t, 0>("pointwise_64_bits_64_128_8x8 524288", 30),
    measured<dense_by_channel<8, 16, 16, 3, 30>, engine_t, 0>("conv3x3_64_bits_16_16_8x8 147456", 30),
    measured<linear_with_bias<256, 256>, engine_t, 0>("linear_with_bias_1_256_256 65536"),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
