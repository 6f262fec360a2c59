// SPDX-License-Identifier: Apache-2.0
// Each network fits L2, both do not: 64 bytes of constants, 384 of scratch, and the state.
// expect: DPL-3040 counting::network 2097600 <= 2097152
#ifdef WRONG
#define STATE_BYTES 2097152
#endif
#include "together.hpp"
