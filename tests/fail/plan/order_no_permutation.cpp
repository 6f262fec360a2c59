// SPDX-License-Identifier: Apache-2.0
// A loop order that names an axis twice.
// expect: DPL-3018 two_layers::linear 4 == 5
#ifdef WRONG
#define LINEAR_ORDER {0, 1, 2, 3, 4, 4}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
