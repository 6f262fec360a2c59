// SPDX-License-Identifier: Apache-2.0
// Sections begin at multiples of 64, as arenas do.
// expect: DPL-3022 counting::network 392 == 384
#ifdef WRONG
#define STATE_AT 392
#endif
#include "together.hpp"
