// SPDX-License-Identifier: Apache-2.0
// The second step's tile is fetched two steps before.
// expect: DPL-3033 two_layers::residual 2 <= 1
#ifdef WRONG
#define EARLY 0, 2
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
