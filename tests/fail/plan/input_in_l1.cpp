// SPDX-License-Identifier: Apache-2.0
// The user's tensors live outside of L1.
// expect: DPL-3026 two_layers::linear 0 == -1
#ifdef WRONG
#define L1_BYTES 640
#define PLACE_X {0, section::scratch, 512}
#define LINEAR_BUFFERS {{}, {1, {128}}, {}, {}, {}, {2, {192, 256}}}
#define RESIDUAL_BUFFERS {{2, {0, 64}}, {}, {}, {}, {2, {128, 192}}}
#define EARLY 0
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
