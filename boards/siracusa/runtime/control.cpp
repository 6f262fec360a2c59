// SPDX-License-Identifier: Apache-2.0
// The run-time's words in L1. A run-time of one's own needs them too.
#include <siracusa/board.hpp>
#include <siracusa/runtime/control.hpp>

namespace reserved = deeploy::board::siracusa_reserved;

extern "C" {
[[gnu::section(".l1_control")]] deeploy::siracusa::control_block deeploy_control;
static_assert(sizeof(deeploy_control) <= reserved::l1_control_bytes - 64);  // 64: what alignment may take
[[gnu::section(".l1_control")]] alignas(16) unsigned char deeploy_stream_pages[reserved::pages * reserved::page_bytes];
}
