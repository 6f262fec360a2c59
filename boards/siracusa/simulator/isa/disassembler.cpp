// SPDX-License-Identifier: Apache-2.0
// Text of an instruction, from the same table that decodes it.
#include "decoded.hpp"

#include <fmt/format.h>

namespace simulator {
namespace {
char const* register_name(unsigned r) {
  static char const* const names[] = {"zero", "ra",  "sp",  "gp",   "tp",   "t0",  "t1",  "t2",   "s0",  "s1",  "a0",
                                      "a1",   "a2",  "a3",  "a4",   "a5",   "a6",  "a7",  "s2",   "s3",  "s4",  "s5",
                                      "s6",   "s7",  "s8",  "s9",   "s10",  "s11", "t3",  "t4",   "t5",  "t6",  "ft0",
                                      "ft1",  "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1", "fa0", "fa1",
                                      "fa2",  "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4", "fs5", "fs6",
                                      "fs7",  "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
  // Fields that hold no register in this form may hold anything.
  return r < discarded_register ? names[r] : "zero";
}
}  // namespace

std::string disassemble(std::uint32_t word, std::uint32_t pc, bool zfinx) {
  decoded const d = decode(word, {.zfinx = zfinx});
  if (!d.execute)
    return d.length == 2 ? fmt::format(".half 0x{:04x}", word & 0xFFFF) : fmt::format(".word 0x{:08x}", word);
  encoding const& e = instruction_table()[d.row];
  auto const rd = register_name(d.rd), rs1 = register_name(d.rs1), rs2 = register_name(d.rs2),
             rs3 = register_name(d.rs3);
  auto const label = pc + static_cast<std::uint32_t>(d.immediate);
  auto const text = [&]() -> std::string {
    switch (e.form) {
      case operands::none: return "";
      case operands::r3:
      case operands::r4:
        return e.form == operands::r4 ? fmt::format("{},{},{},{}", rd, rs1, rs2, rs3)
                                      : fmt::format("{},{},{}", rd, rs1, rs2);
      case operands::r2: return fmt::format("{},{}", rd, rs1);
      case operands::r2_immediate:
      case operands::r2_shift:
      case operands::r2_bits:
      case operands::r2_signed6:
      case operands::r2_unsigned6: return fmt::format("{},{},{}", rd, rs1, d.immediate);
      case operands::upper: return fmt::format("{},0x{:x}", rd, static_cast<std::uint32_t>(d.immediate) >> 12);
      case operands::jump: return fmt::format("{},{:x}", rd, label);
      case operands::jump_register:
      case operands::load: return fmt::format("{},{}({})", rd, d.immediate, rs1);
      case operands::branch: return fmt::format("{},{},{:x}", rs1, rs2, label);
      case operands::branch_imm:
        return fmt::format("{},{},{:x}", rs1, static_cast<std::int8_t>(d.field << 3) >> 3, label);
      case operands::load_post: return fmt::format("{},{}({}!)", rd, d.immediate, rs1);
      case operands::load_rr: return fmt::format("{},{}({})", rd, rs2, rs1);
      case operands::load_rr_post: return fmt::format("{},{}({}!)", rd, rs2, rs1);
      case operands::store: return fmt::format("{},{}({})", rs2, d.immediate, rs1);
      case operands::store_post: return fmt::format("{},{}({}!)", rs2, d.immediate, rs1);
      case operands::store_rr: return fmt::format("{},{}({})", rs2, rs3, rs1);
      case operands::store_rr_post: return fmt::format("{},{}({}!)", rs2, rs3, rs1);
      case operands::csr: return fmt::format("{},0x{:x},{}", rd, d.immediate, rs1);
      case operands::csr_immediate: return fmt::format("{},0x{:x},{}", rd, d.immediate, d.field);
      case operands::r2_field: return fmt::format("{},{},{},{}", rd, rs1, d.field, d.immediate);
      case operands::r3_shift: return fmt::format("{},{},{},{}", rd, rs1, rs2, d.field);
      case operands::mac_load: return fmt::format("{},{},{}", rd, rs1, d.immediate);
      case operands::loop_start: return fmt::format("x{},{:x}", d.field, label);
      case operands::loop_count: return fmt::format("x{},{}", d.field, rs1);
      case operands::loop_count_i: return fmt::format("x{},{}", d.field, d.immediate);
      case operands::loop_setup: return fmt::format("x{},{},{:x}", d.field, rs1, label);
      case operands::loop_setup_i: return fmt::format("x{},{},{:x}", d.field, d.rs2 | d.rs3 << 8, label);
    }
    return "";
  }();
  return text.empty() ? e.mnemonic : e.mnemonic + " " + text;
}
}  // namespace simulator
