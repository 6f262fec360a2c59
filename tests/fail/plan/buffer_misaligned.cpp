// SPDX-License-Identifier: Apache-2.0
// L1 buffers lie at multiples of 4.
// expect: DPL-3022 two_layers::linear 258 == 256
#ifdef WRONG
#define LINEAR_BUFFERS {{2, {0, 64}}, {1, {128}}, {}, {}, {}, {2, {192, 258}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
