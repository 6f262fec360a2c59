// SPDX-License-Identifier: Apache-2.0
// An engine that takes features in multiples of 4, and a tile of 6.
// expect: DPL-3015 two_layers::linear 6 == 4
#include "vector_board.hpp"
#define BOARD vector_board
#define LINEAR_PART {.to = {1, 1, 1, 16, 8, 8}}
#ifdef WRONG
#define LINEAR_TILE {1, 1, 1, 8, 6, 8}
#else
#define LINEAR_TILE {1, 1, 1, 8, 4, 8}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
