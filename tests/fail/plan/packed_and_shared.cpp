// SPDX-License-Identifier: Apache-2.0
// One half of the layer reads the constant packed, the other one as it is stored.
// expect: DPL-3031 two_layers::linear 1 == 0
#include "packing_board.hpp"
#define RESIDUAL_ENGINE 1
#define PLACE_W {2, section::constants, 0}
#define LINEAR_PART {.to = {1, 1, 1, 8, 8, 8}}
#ifdef WRONG
#define SECOND .form = 1
#define SECOND_WEIGHT {1, {128}}
#else
#define SECOND .form = 0
#define SECOND_WEIGHT {}
#endif
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {}, {}, {}, {2, {192, 256}}}
#define MORE_STEPS {.layer = 0, SECOND, .part = {.from = {0, 0, 0, 8}, .to = {1, 1, 1, 16, 8, 8}}, .tile = LINEAR_TILE, .order = LINEAR_ORDER, .buffer = {{2, {0, 64}}, SECOND_WEIGHT, {}, {}, {}, {2, {192, 256}}}},
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
