// SPDX-License-Identifier: Apache-2.0
// The engine addresses bytes behind its result that L1 does not have.
// expect: DPL-3032 two_layers::linear 262272 <= 262144
#ifdef WRONG
#define BEHIND 262016
#endif
#include "packing_board.hpp"
#define RESIDUAL_ENGINE 1
#define PLACE_W {2, section::constants, 0}
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {}, {}, {}, {2, {192, 128}}}
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
