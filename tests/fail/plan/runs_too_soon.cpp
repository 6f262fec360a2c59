// SPDX-License-Identifier: Apache-2.0
// The residual runs before what it adds is there.
// expect: DPL-3013 two_layers::residual 1 < 0
#ifdef WRONG
#define EARLY 0
#define STEPS RESIDUAL_STEP, LINEAR_STEP
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
