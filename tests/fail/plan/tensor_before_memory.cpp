// SPDX-License-Identifier: Apache-2.0
// A tensor that begins before its memory.
// expect: DPL-3024 two_layers::residual 385 <= 384
#ifdef WRONG
#define PLACE_Y {1, section::scratch, -4}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
