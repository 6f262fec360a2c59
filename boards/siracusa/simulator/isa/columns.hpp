// SPDX-License-Identifier: Apache-2.0
// Short ways to write rows of the instruction table, for the files that hold its parts.
#pragma once
#include "encoding.hpp"

namespace simulator::isa {
inline constexpr std::uint32_t mask_opcode = 0x0000'007F, mask_funct3 = 0x0000'707F, mask_funct7 = 0xFE00'707F,
                               mask_unary = 0xFFF0'707F, mask_bits = 0xC000'707F, mask_all = 0xFFFF'FFFF;

/// opcode, funct3 and funct7 at their places.
constexpr std::uint32_t word(std::uint32_t opcode, std::uint32_t funct3 = 0, std::uint32_t funct7 = 0) {
  return funct7 << 25 | funct3 << 12 | opcode;
}

/// An instruction without memory accesses.
inline void add(std::vector<encoding>& rows, std::string mnemonic, std::uint32_t mask, std::uint32_t match,
                operands form, instruction_class kind, handler run, unsigned flags = 0) {
  rows.push_back({std::move(mnemonic), mask, match, form, kind, static_cast<std::uint16_t>(flags), run, run});
}
}  // namespace simulator::isa
