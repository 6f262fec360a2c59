// SPDX-License-Identifier: Apache-2.0
// The shared arena ends before the state does.
// expect: DPL-3042 counting::network 400 <= 384
#ifdef WRONG
#define ARENA_BYTES 384
#endif
#include "together.hpp"
