// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_rows.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(reduce_mean)
DEEPLOY_LAYER_TESTS(reduce_sum)
}  // namespace deeploy::test
