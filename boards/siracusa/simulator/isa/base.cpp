// SPDX-License-Identifier: Apache-2.0
// RV32I without memory and system instructions, and M.
#include "../core.hpp"
#include "columns.hpp"

#include <bit>

namespace simulator {
namespace {
using u32 = std::uint32_t;
using i32 = std::int32_t;

template <class F>
void binary(core& c, decoded const& d) {
  c.registers[d.rd] = F{}(c.registers[d.rs1], c.registers[d.rs2]);
}
template <class F>
void with_immediate(core& c, decoded const& d) {
  c.registers[d.rd] = F{}(c.registers[d.rs1], static_cast<u32>(d.immediate));
}

struct add_ {
  u32 operator()(u32 a, u32 b) const { return a + b; }
};
struct sub_ {
  u32 operator()(u32 a, u32 b) const { return a - b; }
};
struct sll_ {
  u32 operator()(u32 a, u32 b) const { return a << (b & 31); }
};
struct srl_ {
  u32 operator()(u32 a, u32 b) const { return a >> (b & 31); }
};
struct sra_ {
  u32 operator()(u32 a, u32 b) const { return static_cast<u32>(static_cast<i32>(a) >> (b & 31)); }
};
struct slt_ {
  u32 operator()(u32 a, u32 b) const { return static_cast<i32>(a) < static_cast<i32>(b); }
};
struct sltu_ {
  u32 operator()(u32 a, u32 b) const { return a < b; }
};
struct xor_ {
  u32 operator()(u32 a, u32 b) const { return a ^ b; }
};
struct or_ {
  u32 operator()(u32 a, u32 b) const { return a | b; }
};
struct and_ {
  u32 operator()(u32 a, u32 b) const { return a & b; }
};
struct mul_ {
  u32 operator()(u32 a, u32 b) const { return a * b; }
};

template <bool signed_a, bool signed_b>
void multiply_high(core& c, decoded const& d) {
  auto const wide = [](u32 v, bool is_signed) {
    return is_signed ? std::int64_t{static_cast<i32>(v)} : std::int64_t{v};
  };
  // The product of two unsigned operands needs all 64 bits: multiply modulo 2^64.
  auto const product = static_cast<std::uint64_t>(wide(c.registers[d.rs1], signed_a)) *
                       static_cast<std::uint64_t>(wide(c.registers[d.rs2], signed_b));
  c.registers[d.rd] = static_cast<u32>(product >> 32);
  c.delay(stall::arithmetic, timing::multiply_high);
}

template <bool is_signed, bool remainder>
void divide(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], b = c.registers[d.rs2];
  u32 quotient = ~0u, rest = a;
  if constexpr (is_signed) {
    if (b != 0) {
      // -2^31 / -1 wraps to itself, without a remainder.
      bool const overflow = a == 0x8000'0000u && b == ~0u;
      quotient = overflow ? a : static_cast<u32>(static_cast<i32>(a) / static_cast<i32>(b));
      rest = overflow ? 0 : static_cast<u32>(static_cast<i32>(a) % static_cast<i32>(b));
    }
  } else if (b != 0) {
    quotient = a / b;
    rest = a % b;
  }
  c.registers[d.rd] = remainder ? rest : quotient;
  u32 const magnitude = is_signed && static_cast<i32>(b) < 0 ? ~b : b;
  c.delay(stall::arithmetic, timing::divide_base + static_cast<unsigned>(std::countl_zero(magnitude)));
}

void upper(core& c, decoded const& d) { c.registers[d.rd] = static_cast<u32>(d.immediate); }
void upper_pc(core& c, decoded const& d) { c.registers[d.rd] = c.pc + static_cast<u32>(d.immediate); }

void jump(core& c, decoded const& d) {
  c.registers[d.rd] = c.next_pc;
  c.next_pc = c.pc + static_cast<u32>(d.immediate);
  c.delay(stall::jump, timing::jump);
}
void jump_register(core& c, decoded const& d) {
  u32 const target = (c.registers[d.rs1] + static_cast<u32>(d.immediate)) & ~1u;
  c.registers[d.rd] = c.next_pc;
  c.next_pc = target;
  if (c.last_rd == d.rs1) c.delay(stall::jump_register, timing::jump_register_use);
  c.delay(stall::jump, timing::jump);
}

void take(core& c, decoded const& d) {
  c.next_pc = c.pc + static_cast<u32>(d.immediate);
  ++c.taken_branches;
  c.delay(stall::branch, timing::taken_branch);
}
template <class F>
void branch(core& c, decoded const& d) {
  if (F{}(c.registers[d.rs1], c.registers[d.rs2])) take(c, d);
}
struct eq_ {
  bool operator()(u32 a, u32 b) const { return a == b; }
};
struct ne_ {
  bool operator()(u32 a, u32 b) const { return a != b; }
};
struct lt_ {
  bool operator()(u32 a, u32 b) const { return static_cast<i32>(a) < static_cast<i32>(b); }
};
struct ge_ {
  bool operator()(u32 a, u32 b) const { return static_cast<i32>(a) >= static_cast<i32>(b); }
};
struct ltu_ {
  bool operator()(u32 a, u32 b) const { return a < b; }
};
struct geu_ {
  bool operator()(u32 a, u32 b) const { return a >= b; }
};
template <class F>
void branch_immediate(core& c, decoded const& d) {
  if (F{}(c.registers[d.rs1], static_cast<u32>(static_cast<i32>(static_cast<u32>(d.field) << 27) >> 27))) take(c, d);
}
}  // namespace

void add_base(std::vector<encoding>& rows) {
  using namespace isa;
  using enum operands;
  auto const alu = instruction_class::alu, mul = instruction_class::multiply, div = instruction_class::divide;
  add(rows, "lui", mask_opcode, 0x37, upper, alu, simulator::upper);
  add(rows, "auipc", mask_opcode, 0x17, upper, alu, upper_pc);
  add(rows, "jal", mask_opcode, 0x6F, operands::jump, instruction_class::jump, simulator::jump);
  add(rows, "jalr", mask_funct3, 0x67, operands::jump_register, instruction_class::jump, simulator::jump_register);

  auto const br = instruction_class::branch;
  add(rows, "beq", mask_funct3, word(0x63, 0), operands::branch, br, simulator::branch<eq_>);
  add(rows, "bne", mask_funct3, word(0x63, 1), operands::branch, br, simulator::branch<ne_>);
  add(rows, "blt", mask_funct3, word(0x63, 4), operands::branch, br, simulator::branch<lt_>);
  add(rows, "bge", mask_funct3, word(0x63, 5), operands::branch, br, simulator::branch<ge_>);
  add(rows, "bltu", mask_funct3, word(0x63, 6), operands::branch, br, simulator::branch<ltu_>);
  add(rows, "bgeu", mask_funct3, word(0x63, 7), operands::branch, br, simulator::branch<geu_>);
  add(rows, "p.beqimm", mask_funct3, word(0x63, 2), branch_imm, br, branch_immediate<eq_>);
  add(rows, "p.bneimm", mask_funct3, word(0x63, 3), branch_imm, br, branch_immediate<ne_>);

  add(rows, "addi", mask_funct3, word(0x13, 0), r2_immediate, alu, with_immediate<add_>);
  add(rows, "slti", mask_funct3, word(0x13, 2), r2_immediate, alu, with_immediate<slt_>);
  add(rows, "sltiu", mask_funct3, word(0x13, 3), r2_immediate, alu, with_immediate<sltu_>);
  add(rows, "xori", mask_funct3, word(0x13, 4), r2_immediate, alu, with_immediate<xor_>);
  add(rows, "ori", mask_funct3, word(0x13, 6), r2_immediate, alu, with_immediate<or_>);
  add(rows, "andi", mask_funct3, word(0x13, 7), r2_immediate, alu, with_immediate<and_>);
  add(rows, "slli", mask_funct7, word(0x13, 1), r2_shift, alu, with_immediate<sll_>);
  add(rows, "srli", mask_funct7, word(0x13, 5), r2_shift, alu, with_immediate<srl_>);
  add(rows, "srai", mask_funct7, word(0x13, 5, 0x20), r2_shift, alu, with_immediate<sra_>);

  add(rows, "add", mask_funct7, word(0x33, 0), r3, alu, binary<add_>);
  add(rows, "sub", mask_funct7, word(0x33, 0, 0x20), r3, alu, binary<sub_>);
  add(rows, "sll", mask_funct7, word(0x33, 1), r3, alu, binary<sll_>);
  add(rows, "slt", mask_funct7, word(0x33, 2), r3, alu, binary<slt_>);
  add(rows, "sltu", mask_funct7, word(0x33, 3), r3, alu, binary<sltu_>);
  add(rows, "xor", mask_funct7, word(0x33, 4), r3, alu, binary<xor_>);
  add(rows, "srl", mask_funct7, word(0x33, 5), r3, alu, binary<srl_>);
  add(rows, "sra", mask_funct7, word(0x33, 5, 0x20), r3, alu, binary<sra_>);
  add(rows, "or", mask_funct7, word(0x33, 6), r3, alu, binary<or_>);
  add(rows, "and", mask_funct7, word(0x33, 7), r3, alu, binary<and_>);

  add(rows, "mul", mask_funct7, word(0x33, 0, 1), r3, mul, binary<mul_>);
  add(rows, "mulh", mask_funct7, word(0x33, 1, 1), r3, mul, multiply_high<true, true>);
  add(rows, "mulhsu", mask_funct7, word(0x33, 2, 1), r3, mul, multiply_high<true, false>);
  add(rows, "mulhu", mask_funct7, word(0x33, 3, 1), r3, mul, multiply_high<false, false>);
  add(rows, "div", mask_funct7, word(0x33, 4, 1), r3, div, divide<true, false>);
  add(rows, "divu", mask_funct7, word(0x33, 5, 1), r3, div, divide<false, false>);
  add(rows, "rem", mask_funct7, word(0x33, 6, 1), r3, div, divide<true, true>);
  add(rows, "remu", mask_funct7, word(0x33, 7, 1), r3, div, divide<false, true>);
}
}  // namespace simulator
