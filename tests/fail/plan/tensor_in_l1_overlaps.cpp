// SPDX-License-Identifier: Apache-2.0
// The hidden tensor lives in L1; a buffer of the residual lies where its last bytes are.
// expect: DPL-3023 two_layers::residual 508 >= 512
#define L1_BYTES 640
#define PLACE_H {0, section::scratch, 384}
#define LINEAR_BUFFERS {{2, {0, 64}}, {1, {128}}, {}, {}, {}, {}}
#ifdef WRONG
#define RESIDUAL_BUFFERS {{}, {2, {192, 256}}, {}, {}, {2, {128, 508}}}
#else
#define RESIDUAL_BUFFERS {{}, {2, {192, 256}}, {}, {}, {2, {128, 512}}}
#endif
#include "two_layers.hpp"

static_assert(deeploy::proved<two_layers::network, BOARD>());
