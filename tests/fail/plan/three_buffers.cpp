// SPDX-License-Identifier: Apache-2.0
// One or two tile buffers; the executor knows no third.
// expect: DPL-3030 two_layers::linear 3 == 1
#ifdef WRONG
#define LINEAR_BUFFERS {{3, {0, 64}}, {1, {128}}, {}, {}, {}, {2, {192, 256}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
