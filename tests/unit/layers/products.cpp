// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_products.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(conv2d)
DEEPLOY_LAYER_TESTS(max_pool)
DEEPLOY_LAYER_TESTS(matmul)
}  // namespace deeploy::test
