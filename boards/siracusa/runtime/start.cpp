// SPDX-License-Identifier: Apache-2.0
// The run-time's few functions with addresses: what start.S calls, and what compilers call without being asked.
#include <siracusa/runtime/cluster.hpp>
#include <siracusa/runtime/console.hpp>
#include <siracusa/runtime/event_unit.hpp>
#include <stddef.h>

using namespace deeploy::siracusa;

extern "C" {
[[gnu::section(".l1_control")]] control_block deeploy_control;
interrupt_handler deeploy_interrupt_handlers[32];
int main();

static constexpr uint32_t guard_word = 0x5AFE'57AC;
namespace reserved = deeploy::board::siracusa_reserved;
static_assert(sizeof(control_block) <= reserved::l1_control_bytes - 64);  // 64: what alignment may take
[[gnu::section(".l1_control")]] alignas(16) unsigned char deeploy_stream_pages[reserved::pages * reserved::page_bytes];
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
  if (load(address::cluster_control + cluster_control::clock_gate) != 0 && deeploy_control.ready != 0)
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
  if (core == 0) {
    set_up_barrier(deeploy::board::siracusa::cores);
    deeploy_control.ready = 1;
  }
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
  print(", step ");
  print(deeploy_control.step);
  print("\n");
  exit(124);
}

// Compilers may call these for copies and clears.
void* memcpy(void* to, void const* from, size_t length) {
  auto* t = static_cast<unsigned char*>(to);
  auto const* f = static_cast<unsigned char const*>(from);
  if (((reinterpret_cast<size_t>(t) | reinterpret_cast<size_t>(f)) & 3) == 0)
    for (; length >= 4; length -= 4, t += 4, f += 4) *reinterpret_cast<uint32_t*>(t) = *reinterpret_cast<uint32_t const*>(f);
  while (length-- != 0) *t++ = *f++;
  return to;
}
void* memset(void* to, int value, size_t length) {
  auto* t = static_cast<unsigned char*>(to);
  uint32_t const word = (static_cast<uint32_t>(value) & 255) * 0x0101'0101u;
  if ((reinterpret_cast<size_t>(t) & 3) == 0)
    for (; length >= 4; length -= 4, t += 4) *reinterpret_cast<uint32_t*>(t) = word;
  while (length-- != 0) *t++ = static_cast<unsigned char>(value);
  return to;
}
void* memmove(void* to, void const* from, size_t length) {
  auto* t = static_cast<unsigned char*>(to);
  auto const* f = static_cast<unsigned char const*>(from);
  if (t < f) return memcpy(to, from, length);
  while (length-- != 0) t[length] = f[length];
  return to;
}
int memcmp(void const* a, void const* b, size_t length) {
  auto const* x = static_cast<unsigned char const*>(a);
  auto const* y = static_cast<unsigned char const*>(b);
  for (; length != 0; --length, ++x, ++y)
    if (*x != *y) return *x < *y ? -1 : 1;
  return 0;
}
}
