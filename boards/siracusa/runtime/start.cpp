// SPDX-License-Identifier: Apache-2.0
// What start.S calls.
#include <siracusa/runtime/cluster.hpp>
#include <siracusa/runtime/console.hpp>
#include <siracusa/runtime/event_unit.hpp>
#include <siracusa/runtime/position.hpp>

using namespace deeploy::siracusa;

extern "C" {
interrupt_handler deeploy_interrupt_handlers[32];
int main();

static constexpr uint32_t guard_word = 0x5AFE'57AC;
namespace reserved = deeploy::board::siracusa_reserved;
[[gnu::section(".l1_stacks")]] alignas(16) static uint32_t stacks[(reserved::control_stack_bytes + 7 * reserved::kernel_stack_bytes) / 4];
static_assert(deeploy::board::siracusa::cores == 8 && reserved::control_stack_bytes % 16 == 0 && reserved::kernel_stack_bytes % 16 == 0);

/// Where the stack of a core ends, counted in words.
static constexpr uint32_t end_of_stack(uint32_t core) { return (reserved::control_stack_bytes + core * reserved::kernel_stack_bytes) / 4; }
/// What start.S loads stack pointers from.
extern uint32_t* const deeploy_cluster_stack_tops[8];
uint32_t* const deeploy_cluster_stack_tops[8] = {stacks + end_of_stack(0), stacks + end_of_stack(1), stacks + end_of_stack(2), stacks + end_of_stack(3),
                                                 stacks + end_of_stack(4), stacks + end_of_stack(5), stacks + end_of_stack(6), stacks + end_of_stack(7)};
/// The lowest word of a core's stack.
static uint32_t* guard_of(uint32_t core) { return core == 0 ? stacks : stacks + end_of_stack(core - 1); }

[[noreturn]] void deeploy_fabric_start() {
  uint32_t status = static_cast<uint32_t>(main());
  // The cluster has run when it is ready; its stacks must have held.
  if (load(address::cluster_control + cluster_control::clock_gate) != 0 && deeploy_control.ready == control_block::all_ready)
    for (uint32_t core = 0; core < deeploy::board::siracusa::cores; ++core)
      if (*guard_of(core) != guard_word) {
        print("[DPL-6301] the stack of core ");
        print(core);
        print(" overflowed; raise its bytes in siracusa_reserved\n");
        status = 125;
      }
  exit(status);
}

[[noreturn]] void deeploy_cluster_start(uint32_t core) {
  *guard_of(core) = guard_word;
  take_part_in_barriers();
  // Nobody may come to the barrier before it knows its members, and nobody may look at the guards before all have set theirs.
  if (core == 0) {
    set_up_barrier(deeploy::board::siracusa::cores);
    deeploy_control.ready = control_block::barrier_ready;
  }
  while (deeploy_control.ready == 0) {
  }
  barrier();
  if (core == 0) deeploy_control.ready = control_block::all_ready;
  for (;;) {
    wait_for_event(event_unit::work_event);
    deeploy_control.function(core, deeploy_control.argument);
    barrier();
    if (core == 0) {
      deeploy_control.done = 1;
      store(address::interrupts + interrupt_control::status_set, 1u << interrupt_control::done_line);
    }
  }
}

void deeploy_trap_taken(uint32_t cause, uint32_t pc) {
  uint32_t const line = cause & 31;
  if (cause >> 31 && deeploy_interrupt_handlers[line] != nullptr) {
    store(address::interrupts + interrupt_control::status_clear, 1u << line);
    store(address::interrupts + interrupt_control::acknowledge_clear, 1u << line);
    deeploy_interrupt_handlers[line]();
    return;
  }
  uint32_t const hart = read_csr<csr::hart>();
  print("[DPL-6302] trap on ");
  print(hart >> 5 == 31 ? "the fabric controller" : "core ");
  if (hart >> 5 != 31) print(hart & 31);
  print(" at 0x");
  print(pc, 16);
  print(", cause 0x");
  print(cause, 16);
  print_position();
  print("\n");
  exit(124);
}
}
