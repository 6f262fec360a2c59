// SPDX-License-Identifier: Apache-2.0
// Packed, the constant takes more bytes than the section has.
// expect: DPL-3024 two_layers::linear 256 <= 64
#include "packing_board.hpp"
#define RESIDUAL_ENGINE 1
#define PLACE_W {2, section::constants, 0}
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {}, {}, {}, {2, {192, 256}}}
#ifdef WRONG
#undef WEIGHT_MEMORY_BYTES
#define WEIGHT_MEMORY_BYTES 64
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
