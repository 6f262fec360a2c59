// SPDX-License-Identifier: Apache-2.0
// A tile buffer that begins before its memory.
// expect: DPL-3021 two_layers::linear 516 <= 512
#ifdef WRONG
#define LINEAR_BUFFERS {{2, {0, 64}}, {1, {-4}}, {}, {}, {}, {2, {192, 256}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
