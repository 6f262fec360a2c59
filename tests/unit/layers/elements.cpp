// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_elements.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(add)
DEEPLOY_LAYER_TESTS(sub)
DEEPLOY_LAYER_TESTS(mul)
DEEPLOY_LAYER_TESTS(integer_div)
}  // namespace deeploy::test
