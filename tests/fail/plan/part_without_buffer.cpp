// SPDX-License-Identifier: Apache-2.0
// A part behind a packed constant is fetched: it has a tile buffer.
// expect: DPL-3030 two_layers::linear 0 == 1
#define PART
#include "packing_board.hpp"
#define RESIDUAL_ENGINE 1
#define EARLY 0
#define PLACE_W {2, section::constants, 0}
#ifdef WRONG
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {}, {}, {}, {2, {192, 256}}}
#else
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {1, {320}}, {}, {}, {2, {192, 256}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
