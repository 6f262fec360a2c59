// SPDX-License-Identifier: Apache-2.0
// Hardware loops (opcode 0x7B). The end is the address of the last instruction of the body.
#include "../core.hpp"
#include "columns.hpp"

namespace simulator {
namespace {
using u32 = std::uint32_t;

u32 target(core const& c, decoded const& d) { return c.pc + static_cast<u32>(d.immediate); }

void loop_start(core& c, decoded const& d) { c.loops[d.field].start = target(c, d); }
void loop_end(core& c, decoded const& d) { c.loops[d.field].end = target(c, d); }
void loop_count(core& c, decoded const& d) { c.loops[d.field].count = c.registers[d.rs1]; }
void loop_count_immediate(core& c, decoded const& d) { c.loops[d.field].count = static_cast<u32>(d.immediate); }
void loop_setup(core& c, decoded const& d) {
  c.loops[d.field] = {.start = c.next_pc, .end = target(c, d), .count = c.registers[d.rs1]};
}
void loop_setup_immediate(core& c, decoded const& d) {
  c.loops[d.field] = {.start = c.next_pc, .end = target(c, d), .count = d.rs2 | static_cast<u32>(d.rs3) << 8};
}
}  // namespace

void add_loops(std::vector<encoding>& rows) {
  using namespace isa;
  auto const loop = instruction_class::hardware_loop;
  // Bits 11:8 must be zero; bit 7 names the loop.
  u32 const mask = 0x0000'7F7F;
  add(rows, "lp.starti", mask, word(0x7B, 0), operands::loop_start, loop, loop_start);
  add(rows, "lp.endi", mask, word(0x7B, 1), operands::loop_start, loop, loop_end);
  add(rows, "lp.count", mask, word(0x7B, 2), operands::loop_count, loop, loop_count);
  add(rows, "lp.counti", mask, word(0x7B, 3), operands::loop_count_i, loop, loop_count_immediate);
  add(rows, "lp.setup", mask, word(0x7B, 4), operands::loop_setup, loop, loop_setup);
  add(rows, "lp.setupi", mask, word(0x7B, 5), operands::loop_setup_i, loop, loop_setup_immediate);
}
}  // namespace simulator
