// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_rows.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(isoftmax)
DEEPLOY_LAYER_TESTS(ita_max)
DEEPLOY_LAYER_TESTS(ita_partial_max)
DEEPLOY_LAYER_TESTS(ilayer_norm)
DEEPLOY_LAYER_TESTS(irms_norm)
}  // namespace deeploy::test
