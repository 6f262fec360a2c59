// SPDX-License-Identifier: Apache-2.0
// Convolutions of planes: channels are apart, pixels of a row side by side. Single layers and the first ones of networks are so.
#include "products_of.hpp"

namespace deeploy::target_test {
template <class E, int number, index channels, index high, index wide>
using plane = view<t<number, E, channels, high, wide>, {.of = {1, high, wide, channels}, .stride = {channels * high * wide, wide, 1, high * wide}}>;
template <class E, index channels>
using of_channels = t<4, E, channels>;
constexpr index reach(index in, index taps, index stride, index pad) { return (in + 2 * pad - taps) / stride + 1; }
template <index high, index wide, index channels, index outputs, index taps, index pad, index stride = 1>
using dense_planes = conv<plane<u8, 0, channels, high, wide>, t<1, i8, outputs, taps, taps, channels>,
                          plane<u8, 2, outputs, reach(high, taps, stride, pad), reach(wide, taps, stride, pad)>,
                          op::conv2d_params{.stride = {stride, stride}, .pad = {pad, pad, pad, pad}, .result = {.shift = 16, .low = 0, .high = 255}},
                          scale<t<3, i32, outputs>, t<4, i32, outputs>>>;
template <class Y, index high, index wide, index channels, index taps, index pad, requantisation result, index down = 1, index across = 1, class... Options>
using depthwise_planes =
    conv<plane<u8, 0, channels, high, wide>, t<1, i8, channels, taps, taps, 1>, plane<Y, 2, channels, reach(high, taps, down, pad), reach(wide, taps, across, pad)>,
         op::conv2d_params{.stride = {down, across}, .pad = {pad, pad, pad, pad}, .groups = channels, .result = result}, Options...>;
inline constexpr requantisation by_channel{.shift = 16, .low = 0, .high = 255};
template <index n>
using scales = scale<t<3, i32, n>, t<4, i32, n>>;
#define DENSE(...) measured<dense_planes<__VA_ARGS__>, engine_t, 0>("dense " #__VA_ARGS__, 12)
#define DEPTHWISE(channels, ...) \
  measured<depthwise_planes<u8, __VA_ARGS__, by_channel, 1, 1, scales<channels>>, engine_t, 0>("depthwise " #__VA_ARGS__, 12)
#define SUMS(...) measured<depthwise_planes<i32, __VA_ARGS__>, engine_t, 0>("depthwise i32 " #__VA_ARGS__)
extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    SUMS(64, 32, 1, 8, 1, no_requantisation, 2, 4),
    SUMS(64, 32, 2, 8, 1, no_requantisation, 2, 4),
    SUMS(20, 21, 6, 5, 2, no_requantisation, 1, 1),
    DEPTHWISE(2, 10, 10, 2, 3, 1),
    DEPTHWISE(1, 10, 10, 1, 3, 1),
    DEPTHWISE(16, 14, 14, 16, 3, 1),
    DEPTHWISE(8, 25, 5, 8, 5, 2),
    DENSE(64, 32, 2, 4, 8, 1),
    DENSE(10, 10, 36, 4, 3, 1),
    DENSE(32, 32, 3, 16, 3, 1),
    DENSE(33, 31, 3, 16, 3, 1, 2),
    DENSE(16, 16, 16, 32, 1, 0),
    DENSE(6, 6, 256, 32, 1, 0),
    DENSE(7, 7, 13, 20, 1, 0),
    DENSE(12, 12, 32, 32, 3, 1),
    DENSE(13, 13, 30, 18, 1, 0, 2),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
