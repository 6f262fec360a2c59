// SPDX-License-Identifier: Apache-2.0
// The residual's first tile is fetched under the product, into a buffer that the product still stores from.
// expect: DPL-3023 two_layers::linear 196 >= 256
#ifdef WRONG
#define RESIDUAL_BUFFERS {{2, {0, 64}}, {2, {196, 384}}, {}, {}, {2, {128, 320}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
