// SPDX-License-Identifier: Apache-2.0
// Windows of dense convolutions of every kind of line: one to eight bytes and a few words, padding on each side and all around,
// strides, dilation, taps that are apart as those of groups are.
#include "products_of.hpp"

namespace deeploy::target_test {
template <index high, index wide, index channels, index outputs, index taps_high, index taps_wide, index stride = 1, index dilation = 1, index groups = 1,
          index top = taps_high / 2, index left = taps_wide / 2>
using windows = conv<t<0, u8, 1, high, wide, channels>, t<1, i8, outputs, taps_high, taps_wide, channels / groups>,
                     t<2, u8, 1, (high + 2 * top - dilation * (taps_high - 1) - 1) / stride + 1, (wide + 2 * left - dilation * (taps_wide - 1) - 1) / stride + 1, outputs>,
                     op::conv2d_params{.stride = {stride, stride}, .pad = {top, left, top, left}, .dilation = {dilation, dilation}, .groups = groups,
                                       .result = to_u8}>;
/// The same with channels apart and pixels side by side.
template <index high, index wide, index channels, index taps_high, index taps_wide, index dilation = 1, index top = taps_high / 2, index left = taps_wide / 2,
          index stride = 1>
using planes = conv<view<t<0, u8, channels, high, wide>, {.of = {1, high, wide, channels}, .stride = {channels * high * wide, wide, 1, high * wide}}>,
                    t<1, i8, 4, taps_high, taps_wide, channels>, t<2, u8, 1, (high + 2 * top - dilation * (taps_high - 1) - 1) / stride + 1, (wide + 2 * left - dilation * (taps_wide - 1) - 1) / stride + 1, 4>,
                    op::conv2d_params{.stride = {stride, stride}, .pad = {top, left, top, left}, .dilation = {dilation, dilation}, .result = to_u8}>;
#define PLANES(...) measured<planes<__VA_ARGS__>, engine_t, 0>("planes " #__VA_ARGS__)
#define OF(...) measured<windows<__VA_ARGS__>, engine_t, 0>("windows " #__VA_ARGS__)
extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    OF(9, 11, 1, 8, 3, 3),    OF(9, 11, 1, 5, 2, 4),       OF(9, 10, 1, 5, 5, 5),         OF(7, 9, 2, 9, 3, 3),       OF(7, 9, 1, 4, 7, 7),
    OF(8, 8, 2, 4, 4, 4),     OF(6, 13, 2, 7, 3, 5),       OF(9, 9, 2, 6, 3, 7),          OF(8, 9, 4, 12, 3, 3),      OF(5, 40, 5, 6, 3, 3, 2),
    OF(2, 2, 3, 4, 5, 5),     OF(11, 12, 4, 8, 3, 3, 1, 2), OF(10, 9, 3, 4, 3, 3, 2, 2),  OF(7, 8, 16, 8, 3, 3, 1, 1, 2), OF(7, 8, 10, 10, 3, 3, 1, 1, 2),
    OF(7, 8, 6, 6, 3, 3, 2, 1, 3), OF(1, 50, 3, 8, 1, 9),  OF(13, 1, 4, 8, 5, 1),         OF(9, 9, 20, 4, 3, 3, 1, 1, 1, 0, 0), OF(8, 9, 15, 4, 2, 2, 1, 1, 1, 1, 1),
    PLANES(7, 9, 4, 3, 3),    PLANES(6, 11, 13, 3, 3),     PLANES(5, 10, 36, 1, 1),      PLANES(9, 9, 6, 3, 3, 2),   PLANES(9, 20, 1, 5, 5),
    PLANES(12, 19, 2, 8, 8),  PLANES(8, 7, 3, 3, 3),       PLANES(9, 3, 3, 3, 3),        PLANES(1, 40, 2, 1, 9),     PLANES(9, 12, 3, 3, 3, 3, 2, 2),
    PLANES(9, 12, 5, 3, 3, 1, 1, 1, 2), PLANES(6, 6, 70, 1, 1), PLANES(7, 7, 13, 1, 1, 1, 0, 0, 2), PLANES(9, 2, 6, 3, 2), PLANES(8, 9, 2, 3, 3, 1, 0, 2, 3),
    PLANES(7, 9, 3, 1, 1, 1, 1, 1),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
