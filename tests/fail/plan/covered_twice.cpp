// SPDX-License-Identifier: Apache-2.0
// The second step runs rows that the first has run.
// expect: DPL-3011 two_layers::linear 1 == 0
#ifdef WRONG
#define MORE_STEPS LINEAR_STEP,
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
