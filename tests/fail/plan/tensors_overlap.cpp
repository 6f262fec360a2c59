// SPDX-License-Identifier: Apache-2.0
// The hidden tensor begins in the input, which the residual still reads.
// expect: DPL-3025 two_layers::linear 124 >= 128
#ifdef WRONG
#define PLACE_H {1, section::scratch, 124}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
