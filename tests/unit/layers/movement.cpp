// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_movement.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(copy)
DEEPLOY_LAYER_TESTS(pad)
DEEPLOY_LAYER_TESTS(gather)
}  // namespace deeploy::test
