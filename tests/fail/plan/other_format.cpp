// SPDX-License-Identifier: Apache-2.0
// A plan in the layout of another version.
// expect: DPL-3001 two_layers::network 0 == 1
#ifdef WRONG
#define FORMAT 0
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
