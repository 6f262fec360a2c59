// SPDX-License-Identifier: Apache-2.0
// The network has changed since the plan was made.
// expect: DPL-3003 two_layers::network 1 == -?[0-9]+
#ifdef WRONG
#define MODEL_HASH 1
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
