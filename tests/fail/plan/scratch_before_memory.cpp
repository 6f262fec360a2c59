// SPDX-License-Identifier: Apache-2.0
// A kernel's scratch that begins before its memory.
// expect: DPL-3021 two_layers::linear 516 <= 512
#ifdef WRONG
#define LINEAR_SCRATCH -4
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
