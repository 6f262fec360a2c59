// SPDX-License-Identifier: Apache-2.0
// The second step's tile is fetched under both steps before.
// expect: DPL-3033 two_layers::residual 1 <= 0
#ifdef WRONG
#define EARLY 2, 2
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
