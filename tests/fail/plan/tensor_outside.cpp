// SPDX-License-Identifier: Apache-2.0
// The result ends four bytes behind the section.
// expect: DPL-3024 two_layers::residual 388 <= 384
#ifdef WRONG
#define PLACE_Y {1, section::scratch, 260}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
