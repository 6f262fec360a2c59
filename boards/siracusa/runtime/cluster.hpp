// SPDX-License-Identifier: Apache-2.0
// The fabric controller's side of the cluster: power, work, waiting.
#pragma once
#include <siracusa/board.hpp>
#include <siracusa/runtime/control.hpp>
#include <siracusa/runtime/registers.hpp>

extern "C" void _start();

namespace deeploy::siracusa {
using interrupt_handler = void (*)();
}
/// Handlers of the fabric controller's 32 interrupt lines; null: the line is a fault.
extern "C" deeploy::siracusa::interrupt_handler deeploy_interrupt_handlers[32];

namespace deeploy::siracusa {
/// Lets `handler` serve an interrupt line of the fabric controller.
inline void on_interrupt(uint32_t line, interrupt_handler handler) {
  deeploy_interrupt_handlers[line] = handler;
  store(address::interrupts + interrupt_control::mask_set, 1u << line);
}
inline void enable_interrupts() { set_csr_bits<csr::status>(csr::interrupts_on); }
inline void disable_interrupts() { clear_csr_bits<csr::status>(csr::interrupts_on); }

/// Starts the cluster's cores; they wait for work. Once, before the first work.
inline void start_cluster(uint32_t cores = board::siracusa::cores) {
  store(address::cluster_control + cluster_control::clock_gate, 1);
  deeploy_control.ready = 0;
  deeploy_control.done = 1;
  deeploy_control.cancel = 0;
  store(address::instruction_cache, 0xFFFF'FFFF);
  for (uint32_t core = 0; core < cores; ++core)
    store(address::cluster_control + cluster_control::boot_address + 4 * core, reinterpret_cast<uint32_t>(&_start));
  store(address::cluster_control + cluster_control::npu, cluster_control::npu_clock | cluster_control::npu_first | 8);
  // Wakes the fabric controller; the handler has nothing else to do.
  on_interrupt(interrupt_control::done_line, [] {});
  store(address::cluster_control + cluster_control::fetch_enable, (1u << cores) - 1);
  while (deeploy_control.ready == 0) {
  }
}

/// Gives all cores work: they call function(core, argument).
inline void give(team_function function, void* argument) {
  deeploy_control.function = function;
  deeploy_control.argument = argument;
  deeploy_control.cancel = 0;
  deeploy_control.done = 0;
  store(address::event_unit_from_outside + event_unit::trigger_from_outside + 4 * event_unit::work_event, (1u << board::siracusa::cores) - 1);
}
inline bool work_done() { return deeploy_control.done != 0; }

/// Sleeps until the work is done; interrupts are served meanwhile.
inline void wait_for_cluster() {
  enable_interrupts();
  for (;;) {
    // An interrupt between the question and the sleep must still wake: it stays pending while they are off.
    disable_interrupts();
    bool const done = work_done();
    if (!done) asm volatile("wfi" ::: "memory");
    enable_interrupts();
    if (done) return;
  }
}
}  // namespace deeploy::siracusa
