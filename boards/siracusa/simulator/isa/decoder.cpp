// SPDX-License-Identifier: Apache-2.0
// Decoding: one search through the rows of the word's major opcode, then the operands by the row's form.
#include "decoded.hpp"

#include <array>

namespace simulator {
namespace {
std::int32_t sign_extend(std::uint32_t value, unsigned bits) {
  return static_cast<std::int32_t>(value << (32 - bits)) >> (32 - bits);
}
std::int32_t immediate_i(std::uint32_t w) { return static_cast<std::int32_t>(w) >> 20; }
std::int32_t immediate_s(std::uint32_t w) { return (static_cast<std::int32_t>(w) >> 25 << 5) | ((w >> 7) & 31); }
std::int32_t immediate_b(std::uint32_t w) {
  return sign_extend(((w >> 31) << 12) | ((w >> 7 & 1) << 11) | ((w >> 25 & 63) << 5) | ((w >> 8 & 15) << 1), 13);
}
std::int32_t immediate_j(std::uint32_t w) {
  return sign_extend(((w >> 31) << 20) | ((w >> 12 & 255) << 12) | ((w >> 20 & 1) << 11) | ((w >> 21 & 1023) << 1), 21);
}
std::uint32_t immediate_6(std::uint32_t w) { return (w >> 25 & 1) | ((w >> 20 & 31) << 1); }

std::array<std::vector<std::uint16_t>, 128> const& rows_by_opcode() {
  static auto const rows = [] {
    std::array<std::vector<std::uint16_t>, 128> lists;
    auto const table = instruction_table();
    for (std::size_t i = 0; i < table.size(); ++i) lists[table[i].match & 127].push_back(static_cast<std::uint16_t>(i));
    return lists;
  }();
  return rows;
}

/// Which registers a form reads and writes, as fields of the word.
struct register_use {
  bool rd, rs1, rs2, rs3;
  bool writes_rs1 = false;
};
register_use uses(operands form) {
  switch (form) {
    case operands::none:
    case operands::loop_start:
    case operands::loop_count_i:
    case operands::loop_setup_i: return {};
    case operands::r3:
    case operands::r3_shift:
    case operands::load_rr: return {true, true, true, false};
    case operands::load_rr_post: return {true, true, true, false, true};
    case operands::r2:
    case operands::r2_immediate:
    case operands::r2_shift:
    case operands::jump_register:
    case operands::load:
    case operands::csr:
    case operands::r2_bits:
    case operands::r2_field:
    case operands::r2_signed6:
    case operands::r2_unsigned6: return {true, true, false, false};
    case operands::load_post:
    case operands::mac_load: return {true, true, false, false, true};
    case operands::upper:
    case operands::jump:
    case operands::csr_immediate: return {true, false, false, false};
    case operands::branch:
    case operands::store: return {false, true, true, false};
    case operands::store_post: return {false, true, true, false, true};
    case operands::branch_imm:
    case operands::loop_count:
    case operands::loop_setup: return {false, true, false, false};
    case operands::store_rr: return {false, true, true, true};
    case operands::store_rr_post: return {false, true, true, true, true};
    case operands::r4: return {true, true, true, true};
  }
  return {};
}

std::int32_t immediate_of(operands form, std::uint32_t w) {
  switch (form) {
    case operands::r2_immediate:
    case operands::jump_register:
    case operands::load:
    case operands::load_post: return immediate_i(w);
    case operands::r2_shift:
    case operands::r2_bits:
    case operands::r2_field:
    case operands::mac_load: return static_cast<std::int32_t>(w >> 20 & 31);
    case operands::upper: return static_cast<std::int32_t>(w & 0xFFFFF000u);
    case operands::jump: return immediate_j(w);
    case operands::branch:
    case operands::branch_imm: return immediate_b(w);
    case operands::store:
    case operands::store_post: return immediate_s(w);
    case operands::csr:
    case operands::csr_immediate:
    case operands::loop_count_i: return static_cast<std::int32_t>(w >> 20);
    case operands::loop_start:
    case operands::loop_setup: return static_cast<std::int32_t>((w >> 20) * 2);
    case operands::loop_setup_i: return static_cast<std::int32_t>((w >> 15 & 31) * 2);
    case operands::r2_signed6: return sign_extend(immediate_6(w), 6);
    case operands::r2_unsigned6: return static_cast<std::int32_t>(immediate_6(w));
    default: return 0;
  }
}

/// The second small immediate; for loop_setup_i the count does not fit 8 bits and takes rs2 and rs3 too.
void extract_field(operands form, std::uint32_t w, decoded& d) {
  switch (form) {
    case operands::r2_field:
    case operands::r3_shift: d.field = w >> 25 & 31; break;
    case operands::branch_imm: d.field = w >> 20 & 31; break;
    case operands::csr_immediate: d.field = w >> 15 & 31; break;
    case operands::loop_start:
    case operands::loop_count:
    case operands::loop_count_i:
    case operands::loop_setup: d.field = w >> 7 & 1; break;
    case operands::loop_setup_i:
      d.field = w >> 7 & 1;
      d.rs2 = w >> 20 & 255;
      d.rs3 = w >> 28 & 15;
      break;
    default: d.field = w >> 12 & 7; break;  // rounding mode of floating-point forms
  }
}
}  // namespace

std::span<encoding const> instruction_table() {
  static std::vector<encoding> const table = [] {
    std::vector<encoding> rows;
    add_base(rows);
    add_memory(rows);
    add_scalar(rows);
    add_simd(rows);
    add_mac_load(rows);
    add_loops(rows);
    add_float(rows);
    add_system(rows);
    return rows;
  }();
  return table;
}

decoded decode(std::uint32_t word, decode_options options) {
  using namespace encoding_flag;
  decoded d;
  d.length = 4;
  if ((word & 3) != 3) {
    d.length = 2;
    word = expand_compressed(static_cast<std::uint16_t>(word), options.zfinx);
    if (word == 0) return d;
  }
  auto const table = instruction_table();
  for (std::uint16_t row : rows_by_opcode()[word & 127]) {
    encoding const& e = table[row];
    if ((word & e.mask) != e.match) continue;
    if (options.zfinx && (e.flags & separate_float)) continue;
    if ((e.flags & needs_rounding) && ((word >> 12 & 7) == 5 || (word >> 12 & 7) == 6)) continue;
    auto const use = uses(e.form);
    auto const float_base = [&](std::uint16_t flag) -> unsigned {
      return (e.flags & flag) && !options.zfinx ? float_registers : 0;
    };
    unsigned const rd = (word >> 7 & 31) + (use.rd ? float_base(float_rd) : 0);
    unsigned const rs1 = (word >> 15 & 31) + float_base(float_rs1);
    unsigned const rs2 = (word >> 20 & 31) + float_base(float_rs2);
    unsigned const rs3 = use.rs3 && e.form != operands::r4 ? rd : (word >> 27) + float_base(float_rs2);
    auto const destination = [](unsigned r) { return static_cast<std::uint8_t>(r == 0 ? discarded_register : r); };
    auto const bit = [](unsigned r) { return r == 0 ? 0 : std::uint64_t{1} << r; };
    bool const has_rd = use.rd && !(e.flags & no_rd);
    if (has_rd)
      d.rd = destination(rd);
    else
      d.rd = discarded_register;
    d.rs1 = static_cast<std::uint8_t>(rs1);
    d.rs2 = static_cast<std::uint8_t>(rs2);
    d.rs3 = static_cast<std::uint8_t>(rs3);
    if (use.rs1) d.sources |= bit(rs1);
    if (use.rs2) d.sources |= bit(rs2);
    if (use.rs3) d.sources |= bit(rs3);
    // An accumulation into x0 reads zero.
    if (e.flags & reads_rd) d.sources |= bit(rd), d.rs3 = static_cast<std::uint8_t>(rd);
    if ((e.flags & late_result) && has_rd) d.late = bit(rd);
    d.immediate = immediate_of(e.form, word);
    extract_field(e.form, word, d);
    d.kind = e.kind;
    d.row = row;
    d.execute = options.checked ? e.run_checked : e.run;
    return d;
  }
  return d;
}
}  // namespace simulator
