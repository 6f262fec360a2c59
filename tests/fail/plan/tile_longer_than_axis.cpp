// SPDX-License-Identifier: Apache-2.0
// A tile of 17 rows where there are 16.
// expect: DPL-3014 two_layers::linear 17 <= 16
#ifdef WRONG
#define LINEAR_TILE {1, 1, 1, 17, 8, 8}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
