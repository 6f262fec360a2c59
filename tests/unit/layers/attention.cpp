// SPDX-License-Identifier: Apache-2.0
#include <layers/check.hpp>
#include <support/cases_attention.hpp>

namespace deeploy::test {
DEEPLOY_LAYER_TESTS(score_chain)
}  // namespace deeploy::test
