// SPDX-License-Identifier: Apache-2.0
// A packed constant lies where its engine cannot read it.
// expect: DPL-3026 two_layers::linear 1 == -1
#include "packing_board.hpp"
#define RESIDUAL_ENGINE 1
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {}, {}, {}, {2, {192, 256}}}
#ifdef WRONG
#undef CONSTANT_BYTES
#define CONSTANT_BYTES 256
#define PLACE_W {1, section::constants, 0}
#else
#define PLACE_W {2, section::constants, 0}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
