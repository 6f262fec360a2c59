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
using rows = product<t<0, A, m, k>, view<t<1, B, n, k>, {.of = {k, n}, .stride = {1, k}}>, t<2, i8, m, n>, op::matmul_params{.result = to_i8}>;
template <index m, index k, index n>
using columns = product<t<0, i8, m, k>, t<1, i8, k, n>, t<2, i8, m, n>, op::matmul_params{.result = to_i8}>;

template <class X, class W, class Y, op::conv2d_params p, class... Options>
struct conv : op::conv2d<conv<X, W, Y, p, Options...>, X, W, Y, p, Options...> {};
template <index size, index channels, index outputs, index taps, index stride = 1>
using dense = conv<t<0, u8, 1, size, size, channels>, t<1, i8, outputs, taps, taps, channels>,
                   t<2, u8, 1, (size - 1) / stride + 1, (size - 1) / stride + 1, outputs>,
                   op::conv2d_params{.stride = {stride, stride}, .pad = {taps / 2, taps / 2, taps / 2, taps / 2}, .result = to_u8}>;
template <index size, index channels, index stride>
using depthwise = conv<t<0, u8, 1, size, size, channels>, t<1, i8, channels, 3, 3, 1>,
                       t<2, u8, 1, (size - 1) / stride + 1, (size - 1) / stride + 1, channels>,
                       op::conv2d_params{.stride = {stride, stride}, .pad = {1, 1, 1, 1}, .groups = channels, .result = {.shift = 10, .mul = 37, .add = 1234, .low = 0, .high = 255}}>;
#ifdef DEEPLOY_MAC_LOAD
using engine_t = engine::cluster<engine::instructions::mac_load>;
#else
using engine_t = engine::cluster<engine::instructions::xpulpv2>;
#endif
}  // namespace

extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    measured<dense<16, 64, 64, 3>, engine_t, 0>("conv3x3_64_64_16x16 9437184"),
    measured<dense<16, 128, 128, 1>, engine_t, 0>("pointwise_128_128_16x16 4194304"),
    measured<rows<64, 64, 64>, engine_t, 0>("matmul_64_64_64 262144"),
    measured<columns<64, 64, 64>, engine_t, 0>("matmul_64_64_64_kn 262144"),
    measured<rows<1, 256, 256>, engine_t, 0>("linear_256_256 65536"),
    measured<depthwise<16, 64, 1>, engine_t, 0>("depthwise_64_16x16 147456"),
    measured<depthwise<16, 64, 2>, engine_t, 0>("depthwise_64_16x16_s2 36864"),
#ifdef DEEPLOY_MORE
    measured<rows<13, 37, 23>, engine_t, 0>("matmul_13_37_23 11063"),
    measured<rows<13, 37, 23, u8, i8>, engine_t, 0>("matmul_us_13_37_23 11063"),
    measured<rows<13, 37, 23, i8, u8>, engine_t, 0>("matmul_su_13_37_23 11063"),
    measured<rows<13, 37, 23, u8, u8>, engine_t, 0>("matmul_uu_13_37_23 11063"),
    measured<columns<13, 37, 23>, engine_t, 0>("matmul_kn_13_37_23 11063"),
    measured<dense<9, 12, 20, 3>, engine_t, 0>("conv3x3_12_20_9x9 174960"),
    measured<dense<9, 3, 36, 3>, engine_t, 0>("conv3x3_3_36_9x9 78732"),
    measured<dense<9, 36, 12, 3, 2>, engine_t, 0>("conv3x3_s2_36_12_9x9 97200"),
#endif
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
