// SPDX-License-Identifier: Apache-2.0
// Tensors in L2 lie at multiples of 4.
// expect: DPL-3022 two_layers::residual 254 == 252
#ifdef WRONG
#define PLACE_Y {1, section::scratch, 254}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
