// SPDX-License-Identifier: Apache-2.0
// Xpulpv2's scalar instructions: bit fields, minimum and maximum, clipping, multiply-accumulate, shifts with rounding.
#include "../core.hpp"
#include "columns.hpp"

#include <algorithm>
#include <bit>

namespace simulator {
namespace {
using u32 = std::uint32_t;
using i32 = std::int32_t;
i32 s(u32 v) { return static_cast<i32>(v); }
u32 u(i32 v) { return static_cast<u32>(v); }
i32 low(u32 v) { return static_cast<std::int16_t>(v); }
i32 high(u32 v) { return s(v) >> 16; }

template <u32 (*f)(u32)>
void unary(core& c, decoded const& d) {
  c.registers[d.rd] = f(c.registers[d.rs1]);
}
template <u32 (*f)(u32, u32)>
void binary(core& c, decoded const& d) {
  c.registers[d.rd] = f(c.registers[d.rs1], c.registers[d.rs2]);
}
/// f(accumulator, rs1, rs2)
template <u32 (*f)(u32, u32, u32)>
void accumulate(core& c, decoded const& d) {
  c.registers[d.rd] = f(c.registers[d.rs3], c.registers[d.rs1], c.registers[d.rs2]);
}

u32 absolute(u32 a) { return s(a) < 0 ? 0 - a : a; }
u32 find_first(u32 a) { return static_cast<u32>(std::countr_zero(a)); }
u32 find_last(u32 a) { return a == 0 ? 32 : 31 - static_cast<u32>(std::countl_zero(a)); }
/// Count leading bits: copies of the sign bit behind it; 0 for 0.
u32 leading_bits(u32 a) { return a == 0 ? 0 : static_cast<u32>(std::countl_zero(s(a) < 0 ? ~a : a)) - 1; }
u32 population(u32 a) { return static_cast<u32>(std::popcount(a)); }
template <class T>
u32 extend(u32 a) {
  return u(static_cast<i32>(static_cast<T>(a)));
}

u32 less_equal(u32 a, u32 b) { return s(a) <= s(b); }
u32 less_equal_unsigned(u32 a, u32 b) { return a <= b; }
u32 minimum(u32 a, u32 b) { return u(std::min(s(a), s(b))); }
u32 maximum(u32 a, u32 b) { return u(std::max(s(a), s(b))); }
u32 minimum_unsigned(u32 a, u32 b) { return std::min(a, b); }
u32 maximum_unsigned(u32 a, u32 b) { return std::max(a, b); }
u32 rotate(u32 a, u32 b) { return std::rotr(a, static_cast<int>(b & 31)); }
u32 multiply_add(u32 acc, u32 a, u32 b) { return acc + a * b; }
u32 multiply_subtract(u32 acc, u32 a, u32 b) { return acc - a * b; }

/// To [-(limit + 1), limit] and to [0, limit].
u32 clip(u32 a, u32 limit) { return u(std::clamp(s(a), s(~limit), s(limit))); }
u32 clip_unsigned(u32 a, u32 limit) { return u(std::clamp(s(a), 0, s(limit))); }
u32 clip_limit(i32 bits) { return bits == 0 ? 0 : (1u << (bits - 1)) - 1; }
template <bool is_signed>
void clip_immediate(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], limit = clip_limit(d.immediate);
  // Of zero bits the signed range is [-1, 0].
  c.registers[d.rd] = is_signed ? clip(a, limit) : clip_unsigned(a, limit);
}
/// The upper bound comes from a register; a negative bound has an empty range, and the hardware tests the lower end
/// first.
template <bool is_signed>
void clip_register(core& c, decoded const& d) {
  i32 const a = s(c.registers[d.rs1]), limit = s(c.registers[d.rs2]), floor = is_signed ? ~limit : 0;
  c.registers[d.rd] = u(a <= floor ? floor : a >= limit ? limit : a);
}

struct bit_field {
  u32 width, start;  // bits, 1 to 32
  u32 mask() const { return static_cast<u32>((std::uint64_t{1} << width) - 1); }
};
enum class field_kind { extract, extract_unsigned, insert, clear, set };
template <field_kind kind>
u32 field_operation(u32 old, u32 a, bit_field f) {
  u32 const placed = f.mask() << f.start;
  switch (kind) {
    case field_kind::extract_unsigned: return a >> f.start & f.mask();
    case field_kind::extract: {
      // Beyond bit 31 the field is filled with the sign of the word.
      u32 const bits = u(static_cast<i32>(s(a) >> f.start)) & f.mask();
      return u(s(bits << (32 - f.width)) >> (32 - f.width));
    }
    case field_kind::insert: return (old & ~placed) | ((a & f.mask()) << f.start);
    case field_kind::clear: return a & ~placed;
    case field_kind::set: return a | placed;
  }
  return 0;
}
template <field_kind kind>
void field_immediate(core& c, decoded const& d) {
  u32 const old = kind == field_kind::insert ? c.registers[d.rs3] : 0;
  c.registers[d.rd] = field_operation<kind>(old, c.registers[d.rs1], {d.field + 1u, u(d.immediate)});
}
/// Width - 1 in bits 9:5 of rs2, start in bits 4:0.
template <field_kind kind>
void field_register(core& c, decoded const& d) {
  u32 const old = kind == field_kind::insert ? c.registers[d.rs3] : 0, control = c.registers[d.rs2];
  c.registers[d.rd] = field_operation<kind>(old, c.registers[d.rs1], {(control >> 5 & 31) + 1, control & 31});
}

template <bool is_signed>
u32 shift_right(u32 value, unsigned n) {
  return is_signed ? u(s(value) >> n) : value >> n;
}
/// rd = (rs1 +- rs2 [+ half]) >> n, all modulo 2^32.
template <bool subtract, bool is_signed, bool round>
void add_shift(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], b = c.registers[d.rs2];
  u32 const half = round && d.field > 0 ? 1u << (d.field - 1) : 0;
  c.registers[d.rd] = shift_right<is_signed>((subtract ? a - b : a + b) + half, d.field);
}
/// rd = (rd +- rs1 [+ half]) >> rs2[4:0].
template <bool subtract, bool is_signed, bool round>
void add_shift_register(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs3], b = c.registers[d.rs1];
  unsigned const n = c.registers[d.rs2] & 31;
  u32 const half = round && n > 0 ? 1u << (n - 1) : 0;
  c.registers[d.rd] = shift_right<is_signed>((subtract ? a - b : a + b) + half, n);
}
/// rd = ([rd +] half x half [+ rounding]) >> n.
template <bool use_high, bool is_signed, bool add_rd, bool round>
void multiply_shift(core& c, decoded const& d) {
  auto const part = [](u32 v) -> u32 {
    if (is_signed) return u(use_high ? high(v) : low(v));
    return use_high ? v >> 16 : v & 0xFFFF;
  };
  u32 const product = part(c.registers[d.rs1]) * part(c.registers[d.rs2]);
  u32 const half = round && d.field > 0 ? 1u << (d.field - 1) : 0;
  c.registers[d.rd] = shift_right<is_signed>((add_rd ? c.registers[d.rs3] : 0) + product + half, d.field);
}

template <bool subtract>
void add_shifts(std::vector<encoding>& rows, std::string const& name, u32 funct3) {
  using namespace isa;
  auto const alu = instruction_class::alu;
  auto const row = [&](std::string const& suffix, u32 select, u32 f3, handler run, bool by_register) {
    add(rows, "p." + name + suffix, by_register ? mask_funct7 : mask_bits, word(0x5B, f3, select << 5),
        by_register ? operands::r3 : operands::r3_shift, alu, run, by_register ? encoding_flag::reads_rd : 0);
  };
  row("N", 0, funct3, add_shift<subtract, true, false>, false);
  row("uN", 2, funct3, add_shift<subtract, false, false>, false);
  row("RN", 0, funct3 + 4, add_shift<subtract, true, true>, false);
  row("uRN", 2, funct3 + 4, add_shift<subtract, false, true>, false);
  row("Nr", 1, funct3, add_shift_register<subtract, true, false>, true);
  row("uNr", 3, funct3, add_shift_register<subtract, false, false>, true);
  row("RNr", 1, funct3 + 4, add_shift_register<subtract, true, true>, true);
  row("uRNr", 3, funct3 + 4, add_shift_register<subtract, false, true>, true);
}

template <bool add_rd>
void add_multiplies(std::vector<encoding>& rows, std::string const& name, u32 funct3) {
  using namespace isa;
  auto const row = [&](std::string const& mnemonic, u32 select, u32 f3, handler run) {
    add(rows, mnemonic, mask_bits, word(0x5B, f3, select << 5), operands::r3_shift, instruction_class::multiply, run,
        add_rd ? encoding_flag::reads_rd : 0);
  };
  row("p." + name + "sN", 2, funct3, multiply_shift<false, true, add_rd, false>);
  row("p." + name + "hhsN", 3, funct3, multiply_shift<true, true, add_rd, false>);
  row("p." + name + "uN", 0, funct3, multiply_shift<false, false, add_rd, false>);
  row("p." + name + "hhuN", 1, funct3, multiply_shift<true, false, add_rd, false>);
  row("p." + name + "sRN", 2, funct3 + 4, multiply_shift<false, true, add_rd, true>);
  row("p." + name + "hhsRN", 3, funct3 + 4, multiply_shift<true, true, add_rd, true>);
  row("p." + name + "uRN", 0, funct3 + 4, multiply_shift<false, false, add_rd, true>);
  row("p." + name + "hhuRN", 1, funct3 + 4, multiply_shift<true, false, add_rd, true>);
}
}  // namespace

void add_scalar(std::vector<encoding>& rows) {
  using namespace isa;
  using enum operands;
  auto const alu = instruction_class::alu;
  auto const one = [&](char const* name, u32 f7, u32 f3, handler run) {
    add(rows, name, mask_unary, word(0x33, f3, f7), r2, alu, run);
  };
  auto const two = [&](char const* name, u32 f7, u32 f3, handler run, unsigned flags = 0) {
    add(rows, name, mask_funct7, word(0x33, f3, f7), r3, flags ? instruction_class::multiply : alu, run, flags);
  };
  one("p.abs", 0x02, 0, unary<absolute>);
  one("p.ff1", 0x08, 0, unary<find_first>);
  one("p.fl1", 0x08, 1, unary<find_last>);
  one("p.clb", 0x08, 2, unary<leading_bits>);
  one("p.cnt", 0x08, 3, unary<population>);
  one("p.exths", 0x08, 4, unary<extend<std::int16_t>>);
  one("p.exthz", 0x08, 5, unary<extend<std::uint16_t>>);
  one("p.extbs", 0x08, 6, unary<extend<std::int8_t>>);
  one("p.extbz", 0x08, 7, unary<extend<std::uint8_t>>);
  two("p.slet", 0x02, 2, binary<less_equal>);
  two("p.sletu", 0x02, 3, binary<less_equal_unsigned>);
  two("p.min", 0x02, 4, binary<minimum>);
  two("p.minu", 0x02, 5, binary<minimum_unsigned>);
  two("p.max", 0x02, 6, binary<maximum>);
  two("p.maxu", 0x02, 7, binary<maximum_unsigned>);
  two("p.ror", 0x04, 5, binary<rotate>);
  two("p.mac", 0x21, 0, accumulate<multiply_add>, encoding_flag::reads_rd);
  two("p.msu", 0x21, 1, accumulate<multiply_subtract>, encoding_flag::reads_rd);
  add(rows, "p.clip", mask_funct7, word(0x33, 1, 0x0A), r2_bits, alu, clip_immediate<true>);
  add(rows, "p.clipu", mask_funct7, word(0x33, 2, 0x0A), r2_bits, alu, clip_immediate<false>);
  two("p.clipr", 0x0A, 5, clip_register<true>);
  two("p.clipur", 0x0A, 6, clip_register<false>);

  two("p.extractr", 0x40, 0, field_register<field_kind::extract>);
  two("p.extractur", 0x40, 1, field_register<field_kind::extract_unsigned>);
  add(rows, "p.insertr", mask_funct7, word(0x33, 2, 0x40), r3, alu, field_register<field_kind::insert>,
      encoding_flag::reads_rd);
  two("p.bclrr", 0x40, 3, field_register<field_kind::clear>);
  two("p.bsetr", 0x40, 4, field_register<field_kind::set>);
  auto const field = [&](char const* name, u32 f3, handler run, unsigned flags = 0) {
    add(rows, name, mask_bits, word(0x33, f3, 0x60), r2_field, alu, run, flags);
  };
  field("p.extract", 0, field_immediate<field_kind::extract>);
  field("p.extractu", 1, field_immediate<field_kind::extract_unsigned>);
  field("p.insert", 2, field_immediate<field_kind::insert>, encoding_flag::reads_rd);
  field("p.bclr", 3, field_immediate<field_kind::clear>);
  field("p.bset", 4, field_immediate<field_kind::set>);

  add_shifts<false>(rows, "add", 2);
  add_shifts<true>(rows, "sub", 3);
  add_multiplies<false>(rows, "mul", 0);
  add_multiplies<true>(rows, "mac", 1);
}
}  // namespace simulator
