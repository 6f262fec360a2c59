// SPDX-License-Identifier: Apache-2.0
// Four bytes more of L1 than the chip has.
// expect: DPL-3028 two_layers::network 262148 <= 262144
#ifdef WRONG
#define L1_BYTES 262148
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
