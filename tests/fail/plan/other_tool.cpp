// SPDX-License-Identifier: Apache-2.0
// A plan of another version of the tool, whose estimates and rules may differ.
// expect: DPL-3002 two_layers::network 99 == 100
#ifdef WRONG
#define TOOL 99
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
