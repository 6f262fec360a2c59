// SPDX-License-Identifier: Apache-2.0
// An operand outside of L1 without a tile buffer.
// expect: DPL-3030 two_layers::linear 0 == 1
#ifdef WRONG
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {}, {}, {}, {2, {192, 256}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
