// SPDX-License-Identifier: Apache-2.0
// Depthwise convolutions of every combination of signs, every kind of result and padding on every side: the inner loops
// have instructions of their own for each.
#include "products_of.hpp"

namespace deeploy::target_test {
template <class X, class W, class Y, index stride, index pad_begin, index pad_end, index high, index wide, index channels,
          requantisation result, class... Options>
using edges = conv<t<0, X, 1, high, wide, channels>, t<1, W, channels, 3, 3, 1>,
                   t<2, Y, 1, (high + pad_begin + pad_end - 3) / stride + 1, (wide + pad_begin + pad_end - 3) / stride + 1, channels>,
                   op::conv2d_params{
                       .stride = {stride, stride}, .pad = {pad_begin, pad_begin, pad_end, pad_end}, .groups = channels, .result = result},
                   Options...>;
inline constexpr requantisation small{.shift = 10, .mul = 37, .add = 1234},
    limited{.shift = 9, .mul = -37, .add = 1234, .low = -100, .high = 90},
    clamping{.shift = 14, .mul = 70001, .add = 1234, .low = 0, .high = 255}, by_channel{.shift = 16};
template <index channels>
using scales = scale<t<3, i32, channels>, t<4, i32, channels>>;
#define ON_ALL_SIDES(stride) \
  measured<edges<i8, i8, i8, stride, 1, 1, 9, 11, 6, small>, engine_t, 0>("depthwise " #stride " i8 i8"), \
      measured<edges<u8, u8, i8, stride, 1, 1, 9, 11, 6, limited>, engine_t, 0>("depthwise " #stride " u8 u8 limited"), \
      measured<edges<u8, i8, u8, stride, 1, 1, 9, 11, 6, clamping>, engine_t, 0>("depthwise " #stride " u8 i8 clamping"), \
      measured<edges<i8, u8, i8, stride, 1, 1, 9, 11, 6, small>, engine_t, 0>("depthwise " #stride " i8 u8"), \
      measured<edges<i8, u8, i8, stride, 1, 1, 9, 11, 5, by_channel, scales<5>>, engine_t, 0>("depthwise " #stride " i8 u8 by channel", 12), \
      measured<edges<u8, i8, i8, stride, 1, 1, 3, 19, 2, by_channel, scales<2>>, engine_t, 0>("depthwise " #stride " u8 i8 by channel, 64 bits", 30), \
      measured<edges<u8, i8, i8, stride, 0, 0, 9, 11, 4, small>, engine_t, 0>("depthwise " #stride " no padding"), \
      measured<edges<u8, i8, i8, stride, 0, 1, 10, 12, 4, small>, engine_t, 0>("depthwise " #stride " behind"), \
      measured<edges<u8, i8, i8, stride, 1, 0, 10, 12, 3, small>, engine_t, 0>("depthwise " #stride " before"), \
      measured<edges<i8, i8, i8, stride, 2, 2, 7, 6, 4, small>, engine_t, 0>("depthwise " #stride " two on each side"), \
      measured<edges<i8, i8, i8, stride, 1, 1, 1, 12, 4, small>, engine_t, 0>("depthwise " #stride " one row"), \
      measured<edges<i8, i8, i8, stride, 1, 1, 12, 1, 2, small>, engine_t, 0>("depthwise " #stride " one column")
/// Every operand in planes, windows of any size.
template <class X, class W, class Y, index high, index wide, index channels, index taps_high, index taps_wide, op::conv2d_params p, class... Options>
using planes = conv<view<t<0, X, channels, high, wide>, {.of = {1, high, wide, channels}, .stride = {0, wide, 1, high * wide}}>,
                    view<t<1, W, channels, taps_high, taps_wide>, {.of = {channels, taps_high, taps_wide, 1}, .stride = {taps_high * taps_wide, taps_wide, 1, 0}}>,
                    view<t<2, Y, channels, (high + 2 * p.pad.top - p.dilation.rows * (taps_high - 1) - 1) / p.stride.rows + 1,
                           (wide + 2 * p.pad.left - p.dilation.columns * (taps_wide - 1) - 1) / p.stride.columns + 1>,
                         {.of = {1, (high + 2 * p.pad.top - p.dilation.rows * (taps_high - 1) - 1) / p.stride.rows + 1,
                                 (wide + 2 * p.pad.left - p.dilation.columns * (taps_wide - 1) - 1) / p.stride.columns + 1, channels},
                          .stride = {0, (wide + 2 * p.pad.left - p.dilation.columns * (taps_wide - 1) - 1) / p.stride.columns + 1, 1,
                                     ((high + 2 * p.pad.top - p.dilation.rows * (taps_high - 1) - 1) / p.stride.rows + 1) *
                                         ((wide + 2 * p.pad.left - p.dilation.columns * (taps_wide - 1) - 1) / p.stride.columns + 1)}}>,
                    p, Options...>;
constexpr op::conv2d_params window(index groups, requantisation result, index stride = 1, index pad = 1, index dilation = 1) {
  return {.stride = {1, stride}, .pad = {pad, pad, pad, pad}, .dilation = {1, dilation}, .groups = groups, .result = result};
}
extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    ON_ALL_SIDES(1),
    ON_ALL_SIDES(2),
    measured<planes<u8, i8, i32, 19, 17, 2, 8, 8, window(2, no_requantisation, 4)>, engine_t, 0>("planes u8 i8 8x8"),
    measured<planes<i8, u8, i8, 9, 11, 3, 3, 3, window(3, small)>, engine_t, 0>("planes i8 u8 3x3"),
    measured<planes<u8, u8, i8, 9, 11, 3, 3, 5, window(3, limited, 2, 2)>, engine_t, 0>("planes u8 u8 3x5 by 2, limited"),
    measured<planes<i8, i8, u8, 9, 14, 5, 2, 4, window(5, clamping, 3, 0)>, engine_t, 0>("planes i8 i8 2x4 by 3, clamping"),
    measured<planes<u8, i8, i8, 7, 13, 4, 3, 3, window(4, small, 1, 2, 2)>, engine_t, 0>("planes u8 i8 3x3 dilated"),
    measured<planes<i8, u8, i32, 7, 13, 4, 3, 4, window(4, no_requantisation, 2, 3, 3)>, engine_t, 0>("planes i8 u8 3x4 dilated"),
    measured<planes<u8, u8, i8, 7, 9, 2, 3, 3, window(2, small, 1, 1, 2)>, engine_t, 0>("planes u8 u8 3x3 dilated"),
    measured<planes<i8, i8, i8, 7, 9, 2, 3, 3, window(2, small, 1, 1, 2)>, engine_t, 0>("planes i8 i8 3x3 dilated"),
    measured<planes<i8, i8, i8, 9, 11, 5, 3, 3, window(5, by_channel), scales<5>>, engine_t, 0>("planes by channel", 12),
    measured<planes<u8, i8, i8, 9, 19, 2, 5, 1, window(2, by_channel), scales<2>>, engine_t, 0>("planes by channel, 64 bits", 30),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
