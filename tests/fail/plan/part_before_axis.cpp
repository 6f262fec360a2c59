// SPDX-License-Identifier: Apache-2.0
// A step of 16 rows that begins one before the first: it covers as many points as there are.
// expect: DPL-3014 two_layers::linear 17 <= 16
#ifdef WRONG
#define LINEAR_PART {.from = {0, 0, 0, -1, 0, 0}, .to = {1, 1, 1, 15, 8, 8}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
