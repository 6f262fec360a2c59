// SPDX-License-Identifier: Apache-2.0
// The residual's first tile of the hidden tensor is fetched while the product still writes it.
// expect: DPL-3029 two_layers::residual 0 < 0
#ifdef WRONG
#define EARLY 1
#define RESIDUAL_BUFFERS {{2, {320, 64}}, {2, {0, 384}}, {}, {}, {2, {128, 192}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
