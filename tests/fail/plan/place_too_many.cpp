// SPDX-License-Identifier: Apache-2.0
// A place for a tensor that the network does not have.
// expect: DPL-3005 two_layers::network 5 == 4
#ifdef WRONG
#define MORE_PLACES , {1, section::scratch, 0}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
