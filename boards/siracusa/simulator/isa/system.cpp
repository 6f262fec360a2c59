// SPDX-License-Identifier: Apache-2.0
// Zicsr, Zifencei, privileged instructions and p.elw.
#include "../access.hpp"
#include "../fault.hpp"
#include "columns.hpp"
#include "csr.hpp"

#include <fmt/format.h>

namespace simulator {
void fetch_again(core&);         // fence.i: the next fetch goes to the caches
void wait_for_interrupt(core&);  // wfi

namespace {
using u32 = std::uint32_t;

enum class change { write, set, clear };
template <change how>
void csr_access(core& c, decoded const& d, u32 operand, bool writes) {
  auto const number = static_cast<u32>(d.immediate);
  u32 old = 0;
  if (!csr::read(c, number, old)) throw fault(fmt::format("illegal instruction: no control register 0x{:03x}", number));
  if (writes) {
    u32 const value = how == change::write ? operand : how == change::set ? old | operand : old & ~operand;
    if (number >> 10 == 3 && number != csr::pcer && number != csr::pcmr)
      throw fault(fmt::format("illegal instruction: control register 0x{:03x} is read-only", number));
    if (!csr::write(c, number, value))
      throw fault(fmt::format("illegal instruction: no control register 0x{:03x}", number));
  }
  c.registers[d.rd] = old;
}
template <change how>
void csr_register(core& c, decoded const& d) {
  csr_access<how>(c, d, c.registers[d.rs1], how == change::write || d.rs1 != 0);
}
template <change how>
void csr_immediate(core& c, decoded const& d) {
  csr_access<how>(c, d, d.field, how == change::write || d.field != 0);
}

void environment_call(core&, decoded const&) { throw fault("ecall: this machine has no environment to call"); }
void breakpoint(core&, decoded const&) { throw fault("ebreak"); }
void machine_return(core& c, decoded const&) {
  c.next_pc = c.mepc;
  u32 const previous = c.mstatus & csr::mstatus_previous;
  c.mstatus = 0x1800 | csr::mstatus_previous | (previous ? csr::mstatus_enable : 0);
  c.delay(stall::jump, timing::jump);
  c.interrupts_changed();
}
void fence(core&, decoded const&) {}
void fence_instructions(core& c, decoded const&) {
  fetch_again(c);
  c.delay(stall::fetch, timing::fence_instruction);
}
void wait_interrupt(core& c, decoded const&) { wait_for_interrupt(c); }

/// A load that also lets the event unit stop the core's clock.
template <bool checked>
void event_load(core& c, decoded const& d) {
  c.gated = true;
  u32 const value = c.load<u32, checked>(c.registers[d.rs1] + static_cast<u32>(d.immediate));
  if (c.state == core_state::running) c.gated = false;
  c.registers[d.rd] = value;
}
}  // namespace

void add_system(std::vector<encoding>& rows) {
  using namespace isa;
  auto const csr = instruction_class::csr, system = instruction_class::system;
  add(rows, "csrrw", mask_funct3, word(0x73, 1), operands::csr, csr, csr_register<change::write>);
  add(rows, "csrrs", mask_funct3, word(0x73, 2), operands::csr, csr, csr_register<change::set>);
  add(rows, "csrrc", mask_funct3, word(0x73, 3), operands::csr, csr, csr_register<change::clear>);
  add(rows, "csrrwi", mask_funct3, word(0x73, 5), operands::csr_immediate, csr, csr_immediate<change::write>);
  add(rows, "csrrsi", mask_funct3, word(0x73, 6), operands::csr_immediate, csr, csr_immediate<change::set>);
  add(rows, "csrrci", mask_funct3, word(0x73, 7), operands::csr_immediate, csr, csr_immediate<change::clear>);
  add(rows, "ecall", mask_all, 0x0000'0073, operands::none, system, environment_call);
  add(rows, "ebreak", mask_all, 0x0010'0073, operands::none, system, breakpoint);
  add(rows, "mret", mask_all, 0x3020'0073, operands::none, system, machine_return);
  add(rows, "wfi", mask_all, 0x1050'0073, operands::none, instruction_class::wait, wait_interrupt);
  add(rows, "fence", mask_funct3, word(0x0F, 0), operands::none, system, fence);
  add(rows, "fence.i", mask_funct3, word(0x0F, 1), operands::none, system, fence_instructions);
  rows.push_back({"p.elw", mask_funct3, word(0x03, 6), operands::load, instruction_class::wait,
                  encoding_flag::late_result, event_load<false>, event_load<true>});
}
}  // namespace simulator
