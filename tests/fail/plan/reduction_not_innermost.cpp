// SPDX-License-Identifier: Apache-2.0
// A reduction in tiles whose loop does not run innermost: results would be begun before others are finished.
// expect: DPL-3018 two_layers::linear 3 == 5
#define FORM 1
#define LINEAR_TILE {1, 1, 1, 8, 8, 4}
#define LINEAR_SCRATCH 448
#define L1_BYTES 1024
#ifdef WRONG
#define LINEAR_ORDER {0, 1, 2, 4, 5, 3}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
