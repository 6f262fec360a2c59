// SPDX-License-Identifier: Apache-2.0
#include <siracusa/runtime/cluster.hpp>

extern "C" void _start();

namespace deeploy::siracusa {
void on_interrupt(uint32_t line, interrupt_handler handler) {
  deeploy_interrupt_handlers[line] = handler;
  store(address::interrupts + interrupt_control::mask_set, 1u << line);
}

namespace {
bool give_and_wait(team_function function, void* argument) {
  if (load(address::cluster_control + cluster_control::clock_gate) == 0) return false;  // after a sleep
  give(function, argument);
  wait_for_cluster();
  return true;
}

/// Serves what the cluster woke the fabric controller with, without the hundred cycles of a trap; interrupts are off.
void serve_done_line() {
  constexpr uint32_t line = 1u << interrupt_control::done_line;
  if ((load(address::interrupts + interrupt_control::status) & line) == 0) return;
  store(address::interrupts + interrupt_control::status_clear, line);
  deeploy_interrupt_handlers[interrupt_control::done_line]();
}
}  // namespace

void start_cluster() {
  constexpr uint32_t cores = board::siracusa::cores;
  store(address::cluster_control + cluster_control::clock_gate, 1);
  deeploy_control.ready = 0;
  deeploy_control.done = 1;
  deeploy_control.cancel = 0;
  deeploy_control.position = 0;
  deeploy_control.layers = nullptr;
  store(address::instruction_cache, 0xFFFF'FFFF);
  for (uint32_t core = 0; core < cores; ++core)
    store(address::cluster_control + cluster_control::boot_address + 4 * core, reinterpret_cast<uint32_t>(&_start));
  store(address::cluster_control + cluster_control::npu, cluster_control::npu_clock | cluster_control::npu_first | 8);
  // Wakes the fabric controller; the handler has nothing else to do.
  on_interrupt(interrupt_control::done_line, [] {});
  store(address::cluster_control + cluster_control::fetch_enable, (1u << cores) - 1);
  while (deeploy_control.ready != control_block::all_ready) {
  }
  run_on_team = give_and_wait;
}

void give(team_function function, void* argument) {
  deeploy_control.function = function;
  deeploy_control.argument = argument;
  deeploy_control.done = 0;
  store(address::event_unit_from_outside + event_unit::trigger_from_outside + 4 * event_unit::work_event, (1u << board::siracusa::cores) - 1);
}

void wait_for_cluster() {
  enable_interrupts();
  for (;;) {
    // An interrupt between the question and the sleep must still wake: it stays pending while they are off.
    disable_interrupts();
    bool const done = work_done();
    if (!done) {
      asm volatile("wfi" ::: "memory");
      serve_done_line();
    }
    enable_interrupts();
    if (done) return;
  }
}
}  // namespace deeploy::siracusa
