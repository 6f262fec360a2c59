// SPDX-License-Identifier: Apache-2.0
// What a run-time of one's own needs too: the words in L1, and what debug builds call when a wait does not end.
#include <siracusa/board.hpp>
#include <siracusa/runtime/event_unit.hpp>
#include <siracusa/runtime/position.hpp>

namespace reserved = deeploy::board::siracusa_reserved;

extern "C" {
[[gnu::section(".l1_control")]] deeploy::siracusa::control_block deeploy_control;
static_assert(sizeof(deeploy_control) <= reserved::l1_control_bytes - 64);  // 64: what alignment may take
[[gnu::section(".l1_control")]] alignas(16) unsigned char deeploy_stream_pages[reserved::pages * reserved::page_bytes];

[[noreturn]] void deeploy_overdue(uint32_t event) {
  using namespace deeploy::siracusa;
  print("[DPL-6303] core ");
  print(core_number());
  print(event == event_unit::npu_event ? " waits for the NPU for too long" : " waits for the DMA for too long");
  print_position();
  print("\n");
  exit(123);
}
}
