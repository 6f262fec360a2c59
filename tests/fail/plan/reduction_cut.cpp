// SPDX-License-Identifier: Apache-2.0
// The direct form takes the reduction as a whole.
// expect: DPL-3015 two_layers::linear 4 == 8
#ifdef WRONG
#define LINEAR_TILE {1, 1, 1, 8, 8, 4}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
