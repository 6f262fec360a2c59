// SPDX-License-Identifier: Apache-2.0
// The plan was made for another board, or for other facts of this one.
// expect: DPL-3004 deeploy::board::host 1 == -?[0-9]+
#ifdef WRONG
#define BOARD_HASH 1
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
