// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_elements.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(requantise)
DEEPLOY_LAYER_TESTS(igelu)
DEEPLOY_LAYER_TESTS(ihardswish)
DEEPLOY_LAYER_TESTS(inonorm)
}  // namespace deeploy::test
