// SPDX-License-Identifier: Apache-2.0
// Depthwise convolutions over shapes, see shapes.cpp.
#include "products_of.hpp"

namespace deeploy::target_test {
#define DEPTHWISE_1(size, channels) \
  measured<depthwise<size, channels, 1>, engine_t, 0>("depthwise_1 " #channels " channels, " #size " x " #size)
#define DEPTHWISE_2(size, channels) \
  measured<depthwise<size, channels, 2>, engine_t, 0>("depthwise_2 " #channels " channels, " #size " x " #size)
extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    DEPTHWISE_1(16, 64), DEPTHWISE_1(19, 36), DEPTHWISE_1(25, 12), DEPTHWISE_1(25, 16), DEPTHWISE_1(21, 29), DEPTHWISE_1(33, 12),
    DEPTHWISE_1(14, 36), DEPTHWISE_1(23, 20), DEPTHWISE_1(45, 3), DEPTHWISE_1(17, 64), DEPTHWISE_1(10, 128), DEPTHWISE_1(32, 12),
    DEPTHWISE_1(20, 20), DEPTHWISE_1(15, 33), DEPTHWISE_1(24, 24), DEPTHWISE_1(11, 100), DEPTHWISE_1(9, 128), DEPTHWISE_1(13, 64),
    DEPTHWISE_1(17, 36), DEPTHWISE_1(31, 15),
    DEPTHWISE_2(16, 64), DEPTHWISE_2(19, 36), DEPTHWISE_2(33, 12), DEPTHWISE_2(25, 16), DEPTHWISE_2(21, 29), DEPTHWISE_2(33, 20),
    DEPTHWISE_2(28, 36), DEPTHWISE_2(23, 20), DEPTHWISE_2(63, 3), DEPTHWISE_2(17, 64), DEPTHWISE_2(20, 128), DEPTHWISE_2(32, 12),
    DEPTHWISE_2(40, 20), DEPTHWISE_2(15, 33), DEPTHWISE_2(24, 24), DEPTHWISE_2(21, 100), DEPTHWISE_2(19, 128), DEPTHWISE_2(27, 64),
    DEPTHWISE_2(17, 36), DEPTHWISE_2(31, 15),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
