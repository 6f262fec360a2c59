// SPDX-License-Identifier: Apache-2.0
// The state of one network lies in the scratch of the other, which overwrites it.
// expect: DPL-3041 counting::network 320 >= 384
#ifdef WRONG
#define STATE_AT 320
#define ARENA_BYTES 400
#endif
#include "together.hpp"
