// SPDX-License-Identifier: Apache-2.0
#include "interrupts.hpp"
#include "fault.hpp"
#include "machine.hpp"

#include <fmt/format.h>

namespace simulator {
namespace {
constexpr unsigned queue_error = 29;
}

std::uint32_t interrupt_controller::read(std::uint32_t offset) {
  switch (offset) {
    case 0x00: return mask;
    case 0x0C: return status;
    case 0x18: return acknowledged;
    case 0x24: {
      if (soc_events.empty()) return 0;
      unsigned const event = soc_events.front();
      soc_events.pop_front();
      if (!soc_events.empty()) raise(interrupt_line::soc_event_fifo);
      return event;
    }
    default:
      throw fault(fmt::format("read of the interrupt controller's register 0x{:02x}, which cannot be read", offset));
  }
}

void interrupt_controller::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case 0x00: mask = value; break;
    case 0x04: mask |= value; break;
    case 0x08: mask &= ~value; break;
    case 0x0C: status = value; break;
    case 0x10: status |= value; break;
    case 0x14: status &= ~value; break;
    case 0x18: acknowledged = value; break;
    case 0x1C: acknowledged |= value; break;
    case 0x20: acknowledged &= ~value; break;
    default:
      throw fault(fmt::format("write of the interrupt controller's register 0x{:02x}, which does not exist", offset));
  }
  system.interrupts_changed(map::fabric_core);
}

void interrupt_controller::raise(unsigned line) {
  status |= 1u << line;
  system.interrupts_changed(map::fabric_core);
}

void interrupt_controller::soc_event(unsigned number) {
  if (soc_events.size() >= queue_limit) return raise(queue_error);
  soc_events.push_back(number);
  raise(interrupt_line::soc_event_fifo);
}
}  // namespace simulator
