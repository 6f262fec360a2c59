// SPDX-License-Identifier: Apache-2.0
// The steps leave out one row of the result.
// expect: DPL-3010 two_layers::linear 960 == 1024
#ifdef WRONG
#define LINEAR_PART {.to = {1, 1, 1, 15, 8, 8}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
