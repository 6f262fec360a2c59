// SPDX-License-Identifier: Apache-2.0
// Each kernel of products over shapes with odd sizes, few channels and remainders: its headline first. measure.py holds the
// geometric mean and the slowest of each against headlines.txt.
#include "products_of.hpp"

namespace deeploy::target_test {
#define CONV3X3(size, in, out) \
  measured<dense<size, in, out, 3, 1>, engine_t, 0>("conv3x3 " #in " to " #out ", " #size " x " #size)
#define POINTWISE(size, in, out) \
  measured<dense<size, in, out, 1, 1>, engine_t, 0>("pointwise " #in " to " #out ", " #size " x " #size)
#define MATMUL_NK(m, k, n) measured<rows<m, k, n>, engine_t, 0>("matmul_nk " #m " x " #k " x " #n)
#define MATMUL_KN(m, k, n) measured<columns<m, k, n>, engine_t, 0>("matmul_kn " #m " x " #k " x " #n)
#define LINEAR(k, n) measured<rows<1, k, n>, engine_t, 0>("linear " #k " to " #n)
extern measured_layer const layers[];
constinit measured_layer const layers[] = {
    CONV3X3(16, 64, 64), CONV3X3(16, 32, 64), CONV3X3(12, 36, 36), CONV3X3(19, 12, 20), CONV3X3(17, 36, 12), CONV3X3(15, 3, 36),
    CONV3X3(12, 20, 36), CONV3X3(13, 64, 32), CONV3X3(11, 20, 20), CONV3X3(21, 12, 36), CONV3X3(25, 3, 20), CONV3X3(16, 32, 32),
    CONV3X3(10, 36, 64), CONV3X3(23, 20, 12), CONV3X3(31, 3, 32), CONV3X3(15, 36, 20), CONV3X3(17, 12, 12), CONV3X3(9, 64, 64),
    CONV3X3(9, 100, 20), CONV3X3(11, 36, 36),
    POINTWISE(16, 128, 128), POINTWISE(13, 36, 20), POINTWISE(16, 64, 128), POINTWISE(12, 20, 64), POINTWISE(17, 36, 36),
    POINTWISE(21, 12, 20), POINTWISE(23, 20, 12), POINTWISE(25, 36, 12), POINTWISE(16, 20, 20), POINTWISE(27, 12, 36),
    POINTWISE(13, 64, 64), POINTWISE(9, 128, 100), POINTWISE(19, 20, 36), POINTWISE(15, 36, 64), POINTWISE(11, 100, 36),
    POINTWISE(14, 64, 20), POINTWISE(19, 36, 36), POINTWISE(15, 128, 36), POINTWISE(25, 20, 20), POINTWISE(31, 20, 3),
    MATMUL_NK(64, 64, 64), MATMUL_NK(60, 36, 60), MATMUL_NK(52, 64, 36), MATMUL_NK(65, 64, 65), MATMUL_NK(16, 256, 64),
    MATMUL_NK(32, 128, 64), MATMUL_NK(51, 36, 100), MATMUL_NK(33, 65, 31), MATMUL_NK(40, 36, 120), MATMUL_NK(36, 100, 100),
    MATMUL_NK(49, 63, 51), MATMUL_NK(31, 128, 128), MATMUL_NK(63, 63, 63), MATMUL_NK(100, 36, 60), MATMUL_NK(12, 256, 64),
    MATMUL_NK(36, 128, 36), MATMUL_NK(50, 100, 50), MATMUL_NK(33, 64, 129), MATMUL_NK(48, 48, 96), MATMUL_NK(65, 36, 65),
    MATMUL_KN(64, 64, 64), MATMUL_KN(60, 36, 60), MATMUL_KN(52, 64, 36), MATMUL_KN(65, 64, 65), MATMUL_KN(16, 256, 64),
    MATMUL_KN(32, 128, 64), MATMUL_KN(51, 36, 100), MATMUL_KN(33, 65, 31), MATMUL_KN(40, 36, 120), MATMUL_KN(36, 100, 100),
    MATMUL_KN(49, 63, 51), MATMUL_KN(31, 128, 128), MATMUL_KN(63, 63, 63), MATMUL_KN(100, 36, 60), MATMUL_KN(12, 256, 64),
    MATMUL_KN(36, 128, 36), MATMUL_KN(50, 100, 50), MATMUL_KN(33, 64, 129), MATMUL_KN(48, 48, 96), MATMUL_KN(65, 36, 65),
    LINEAR(256, 256), LINEAR(512, 128), LINEAR(256, 100), LINEAR(300, 200), LINEAR(1024, 64), LINEAR(255, 129), LINEAR(500, 120),
    LINEAR(784, 64), LINEAR(384, 96), LINEAR(1000, 36), LINEAR(192, 192), LINEAR(400, 132), LINEAR(128, 512), LINEAR(720, 100),
    LINEAR(640, 75), LINEAR(96, 512), LINEAR(333, 111), LINEAR(1024, 20), LINEAR(36, 1000), LINEAR(576, 65),
};
extern int const layer_count;
int const layer_count = sizeof(layers) / sizeof(layers[0]);
}  // namespace deeploy::target_test
