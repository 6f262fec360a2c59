// SPDX-License-Identifier: Apache-2.0
// The fabric controller's side of the cluster: power, work, waiting.
#pragma once
#include <siracusa/board.hpp>
#include <siracusa/runtime/control.hpp>
#include <siracusa/runtime/registers.hpp>

namespace deeploy::siracusa {
using interrupt_handler = void (*)();
}
/// Handlers of the fabric controller's 32 interrupt lines; null: the line is a fault.
extern "C" deeploy::siracusa::interrupt_handler deeploy_interrupt_handlers[32];

namespace deeploy::siracusa {
/// Lets `handler` serve an interrupt line of the fabric controller.
void on_interrupt(uint32_t line, interrupt_handler handler);
inline void enable_interrupts() { set_csr_bits<csr::status>(csr::interrupts_on); }
inline void disable_interrupts() { clear_csr_bits<csr::status>(csr::interrupts_on); }

/// Starts the cluster's cores; they wait for work. Once, before the first work, and again after each sleep.
void start_cluster();
/// Gives all cores work: they call function(core, argument).
void give(team_function function, void* argument);
inline bool work_done() { return deeploy_control.done != 0; }
/// Sleeps until the work is done; interrupts are served meanwhile.
void wait_for_cluster();
}  // namespace deeploy::siracusa
