// SPDX-License-Identifier: Apache-2.0
// XpulpNN's mac&load (opcode 0x77): a dot product of two special registers that can load one of them on the way.
#include "../access.hpp"
#include "columns.hpp"
#include "lanes.hpp"

#include <algorithm>

namespace simulator {
namespace {
using u32 = std::uint32_t;

/// imm5: bit 0 selects A, bits 2:1 select W, bit 3 loads A[selected], bit 4 loads W[selected]; a load steps rs1 by 4.
/// The product uses the registers as they were.
template <unsigned bits, bool signed_a, bool signed_w, bool checked>
void mac_load(core& c, decoded const& d) {
  auto const control = static_cast<u32>(d.immediate);
  unsigned const a_number = control & 1, w_number = 2 + (control >> 1 & 3);
  u32& a = c.mac_registers[a_number];
  u32& w = c.mac_registers[w_number];
  if (std::max(c.mac_register_from[a_number], c.mac_register_from[w_number]) > c.now)
    c.delay(stall::load_use, timing::load_use);
  u32 const product = isa::dot<bits, signed_a, signed_w>(a, w);
  u32 const sum = c.registers[d.rs3] + product;
  if (control & 0x18) {
    u32 const address = c.registers[d.rs1];
    u32 const value = c.load<u32, checked>(address);
    cycle_count const from = c.ready + timing::load_use;
    if (control & 0x08) a = value, c.mac_register_from[a_number] = from;
    if (control & 0x10) w = value, c.mac_register_from[w_number] = from;
    c.registers[d.rs1] = address + 4;
    c.registers[0] = 0;
  }
  c.registers[d.rd] = sum;
}

template <bool signed_a, bool signed_w>
void add_widths(std::vector<encoding>& rows, std::string const& name, u32 funct7) {
  using namespace isa;
  auto const row = [&](char const* suffix, u32 funct3, handler run, handler run_checked) {
    rows.push_back({"pv." + name + suffix, mask_funct7, word(0x77, funct3, funct7), operands::mac_load,
                    instruction_class::mac_load, encoding_flag::reads_rd | encoding_flag::xpulpnn, run, run_checked});
  };
  row(".h", 0, mac_load<16, signed_a, signed_w, false>, mac_load<16, signed_a, signed_w, true>);
  row(".b", 1, mac_load<8, signed_a, signed_w, false>, mac_load<8, signed_a, signed_w, true>);
  row(".n", 2, mac_load<4, signed_a, signed_w, false>, mac_load<4, signed_a, signed_w, true>);
  row(".c", 3, mac_load<2, signed_a, signed_w, false>, mac_load<2, signed_a, signed_w, true>);
}
}  // namespace

void add_mac_load(std::vector<encoding>& rows) {
  add_widths<false, false>(rows, "mlsdotup", 0x70);
  add_widths<true, false>(rows, "mlsdotusp", 0x74);  // weights unsigned, activations signed
  add_widths<false, true>(rows, "mlsdotsup", 0x6C);
  add_widths<true, true>(rows, "mlsdotsp", 0x7C);
}
}  // namespace simulator
