// SPDX-License-Identifier: Apache-2.0
// One row of the table of instructions: it drives the decoder, the disassembler and the ISA tests.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace simulator {
struct core;
struct decoded;
using handler = void (*)(core&, decoded const&);

/// What the statistics count an instruction as.
enum class instruction_class : std::uint8_t {
  alu,
  multiply,
  divide,
  load,
  store,
  branch,
  jump,
  csr,
  simd,
  dot_product,
  mac_load,
  hardware_loop,
  floating,
  wait,
  system
};
inline constexpr unsigned instruction_classes = 15;
inline constexpr char const* instruction_class_names[instruction_classes] = {
    "alu",  "multiply",    "divide",   "load",          "store",    "branch", "jump",  "csr",
    "simd", "dot_product", "mac_load", "hardware_loop", "floating", "wait",   "system"};

/// Which fields of the word are operands, and how the disassembler writes them.
enum class operands : std::uint8_t {
  none,
  r3,             // rd, rs1, rs2
  r2,             // rd, rs1
  r2_immediate,   // rd, rs1, imm12
  r2_shift,       // rd, rs1, shamt5
  upper,          // rd, imm20
  jump,           // rd, label
  jump_register,  // rd, imm12(rs1)
  branch,         // rs1, rs2, label
  branch_imm,     // rs1, simm5, label
  load,           // rd, imm12(rs1)
  load_post,      // rd, imm12(rs1!)
  load_rr,        // rd, rs2(rs1)
  load_rr_post,   // rd, rs2(rs1!)
  store,          // rs2, imm12(rs1)
  store_post,     // rs2, imm12(rs1!)
  store_rr,       // rs2, rs3(rs1), rs3 in the field of rd
  store_rr_post,  // rs2, rs3(rs1!)
  csr,            // rd, csr, rs1
  csr_immediate,  // rd, csr, uimm5
  r2_bits,        // rd, rs1, Is2
  r2_field,       // rd, rs1, Is3, Is2
  r3_shift,       // rd, rs1, rs2, Is3
  r2_signed6,     // rd, rs1, simm6
  r2_unsigned6,   // rd, rs1, uimm6
  mac_load,       // rd, rs1!, imm5
  loop_start,     // L, label (lp.starti, lp.endi)
  loop_count,     // L, rs1
  loop_count_i,   // L, uimm12
  loop_setup,     // L, rs1, label
  loop_setup_i,   // L, uimm12, label
  r4,             // rd, rs1, rs2, rs3
};

namespace encoding_flag {
inline constexpr std::uint16_t reads_rd = 1;  // accumulates into rd
inline constexpr std::uint16_t float_rd = 2;  // rd names a floating-point register
inline constexpr std::uint16_t float_rs1 = 4;
inline constexpr std::uint16_t float_rs2 = 8;        // and rs3
inline constexpr std::uint16_t late_result = 16;     // using rd in the next instruction costs a cycle (loads)
inline constexpr std::uint16_t needs_rounding = 32;  // a field of the word is a rounding mode: 5 and 6 are illegal
inline constexpr std::uint16_t separate_float =
    64;                                        // exists only with separate floating-point registers (flw, fsw, fmv)
inline constexpr std::uint16_t no_rd = 128;    // the field of rd is not a destination
inline constexpr std::uint16_t xpulpnn = 256;  // XpulpNN, not Xpulpv2
}  // namespace encoding_flag

struct encoding {
  std::string mnemonic;
  std::uint32_t mask, match;
  operands form;
  instruction_class kind;
  std::uint16_t flags;
  handler run;
  handler run_checked;  // the same with the sanitizer's hooks; only memory instructions differ
};

/// All instructions of 32 bits. Compressed ones expand to these.
std::span<encoding const> instruction_table();

// The parts of the table, one for each file that also holds their execution.
void add_base(std::vector<encoding>&);
void add_memory(std::vector<encoding>&);
void add_scalar(std::vector<encoding>&);
void add_simd(std::vector<encoding>&);
void add_mac_load(std::vector<encoding>&);
void add_loops(std::vector<encoding>&);
void add_float(std::vector<encoding>&);
void add_system(std::vector<encoding>&);
}  // namespace simulator
