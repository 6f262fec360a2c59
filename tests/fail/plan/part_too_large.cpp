// SPDX-License-Identifier: Apache-2.0
// Packed, the constant and the part behind it take more bytes than the section has.
// expect: DPL-3024 two_layers::linear 384 <= 256
#define PART
#include "packing_board.hpp"
#define RESIDUAL_ENGINE 1
#define EARLY 0
#define PLACE_W {2, section::constants, 0}
#ifdef WRONG
#undef WEIGHT_MEMORY_BYTES
#define WEIGHT_MEMORY_BYTES 256
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {1, {320}}, {}, {}, {2, {192, 256}}}
#else
#define LINEAR_BUFFERS {{2, {0, 64}}, {}, {1, {320}}, {}, {}, {2, {192, 256}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
