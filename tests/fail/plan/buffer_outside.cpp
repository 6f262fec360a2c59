// SPDX-License-Identifier: Apache-2.0
// The second buffer of the result ends four bytes behind the arena.
// expect: DPL-3021 two_layers::linear 516 <= 512
#ifdef WRONG
#define LINEAR_BUFFERS {{2, {0, 64}}, {1, {128}}, {}, {}, {}, {2, {192, 452}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
