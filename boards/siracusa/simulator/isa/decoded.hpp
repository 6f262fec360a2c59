// SPDX-License-Identifier: Apache-2.0
// A decoded instruction: what the dispatcher runs, with its operands already extracted.
#pragma once
#include "encoding.hpp"

namespace simulator {
inline constexpr unsigned float_registers = 32;     // index of f0 among a core's registers
inline constexpr unsigned discarded_register = 64;  // writes to x0 go here

struct decoded {
  handler execute = nullptr;  // null: this slot is not decoded yet
  std::uint64_t sources = 0;  // bit r: reads register r
  std::uint64_t late = 0;     // bit r: register r arrives a cycle late
  std::int32_t immediate = 0;
  std::uint8_t rd = 0, rs1 = 0, rs2 = 0, rs3 = 0;
  std::uint8_t length = 0;  // bytes: 2 or 4
  instruction_class kind{};
  std::uint8_t field = 0;  // a second small immediate: Is3, rounding mode, L
  std::uint16_t row = 0;   // index into instruction_table()
};

struct decode_options {
  bool zfinx = false;    // floating point in the integer registers
  bool checked = false;  // handlers with the sanitizer's hooks
};

/// Decodes a word; execute stays null when no row matches. Compressed words are the low 16 bits.
decoded decode(std::uint32_t word, decode_options options);

/// The 32-bit word that a compressed instruction stands for; 0 when it is illegal.
std::uint32_t expand_compressed(std::uint16_t half, bool zfinx);

/// Text of an instruction; `pc` resolves labels.
std::string disassemble(std::uint32_t word, std::uint32_t pc, bool zfinx);
}  // namespace simulator
