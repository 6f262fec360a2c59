// SPDX-License-Identifier: Apache-2.0
// An engine whose second form takes at most 4 input features, and a layer of 8.
// expect: DPL-3016 two_layers::linear 0 == 1
#include "vector_board.hpp"
#define BOARD vector_board
#ifdef WRONG
#define FORM 1
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
