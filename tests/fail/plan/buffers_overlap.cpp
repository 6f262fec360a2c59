// SPDX-License-Identifier: Apache-2.0
// The result's first buffer begins in the weights.
// expect: DPL-3023 two_layers::linear 188 >= 192
#ifdef WRONG
#define LINEAR_BUFFERS {{2, {0, 64}}, {1, {128}}, {}, {}, {}, {2, {188, 256}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
