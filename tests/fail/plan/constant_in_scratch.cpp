// SPDX-License-Identifier: Apache-2.0
// Constants have a section of their own.
// expect: DPL-3026 two_layers::linear 2 == 0
#ifdef WRONG
#define PLACE_W {1, section::scratch, 0}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
