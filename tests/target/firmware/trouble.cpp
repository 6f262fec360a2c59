// SPDX-License-Identifier: Apache-2.0
// A trap and a wait that does not end, in the middle of a run: the message says which core, step and layer.
#include "digits.hpp"
#include <siracusa/executor.hpp>

using namespace test;

struct hooks {
  static void step_begins(int step) {
    if (step != 3) return;
#ifdef TRAP
    // An interrupt that nobody serves.
    store(address::event_unit + 0x14, 1u << 7);
    set_csr_bits<csr::status>(csr::interrupts_on);
    store(address::event_unit + 0x100 + 4 * 7, 1);
    for (;;) asm volatile("nop");
#else
    sleep_while([] { return true; }, event_unit::npu_event);
#endif
  }
  static void step_ends(int) {}
};

int main() {
  auto& net = ready_network<instance<network, MODEL::planned_board, hooks>>();
  put_image(net, 0);
  net.run();
  return 1;
}
