// SPDX-License-Identifier: Apache-2.0
// A tile of no row.
// expect: DPL-3014 two_layers::linear 17 <= 16
#ifdef WRONG
#define LINEAR_TILE {1, 1, 1, 0, 8, 8}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
