// SPDX-License-Identifier: Apache-2.0
// Packed instructions that move lanes: extract, insert, shuffle, pack.
#include "columns.hpp"
#include "lanes.hpp"

namespace simulator {
namespace {
using namespace isa;
using u32 = std::uint32_t;

template <unsigned bits>
constexpr u32 lane_mask = (1u << bits) - 1;
template <unsigned bits>
constexpr u32 index_mask = 32 / bits - 1;
template <unsigned bits>
u32 raw_lane(u32 v, u32 i) {
  return v >> (i * bits) & lane_mask<bits>;
}

template <unsigned bits, bool is_signed>
void extract(core& c, decoded const& d) {
  c.registers[d.rd] =
      static_cast<u32>(lane<bits, is_signed>(c.registers[d.rs1], static_cast<u32>(d.immediate) & index_mask<bits>));
}
template <unsigned bits>
void insert(core& c, decoded const& d) {
  u32 const place = (static_cast<u32>(d.immediate) & index_mask<bits>)*bits;
  c.registers[d.rd] =
      (c.registers[d.rs3] & ~(lane_mask<bits> << place)) | (c.registers[d.rs1] & lane_mask<bits>) << place;
}

template <unsigned bits>
u32 shuffled(u32 value, u32 selectors) {
  u32 result = 0;
  for (unsigned i = 0; i < 32 / bits; ++i)
    result |= raw_lane<bits>(value, raw_lane<bits>(selectors, i) & index_mask<bits>) << (i * bits);
  return result;
}
template <unsigned bits>
void shuffle(core& c, decoded const& d) {
  c.registers[d.rd] = shuffled<bits>(c.registers[d.rs1], c.registers[d.rs2]);
}
void shuffle_immediate_half(core& c, decoded const& d) {
  u32 const i = static_cast<u32>(d.immediate);
  c.registers[d.rd] = shuffled<16>(c.registers[d.rs1], (i & 1) | (i >> 1 & 1) << 16);
}
/// The mnemonic's number selects the source of byte 3, the immediate those of bytes 2 to 0.
template <unsigned top>
void shuffle_immediate_byte(core& c, decoded const& d) {
  u32 const i = static_cast<u32>(d.immediate);
  c.registers[d.rd] = shuffled<8>(c.registers[d.rs1], (i & 3) | (i >> 2 & 3) << 8 | (i >> 4 & 3) << 16 | top << 24);
}
/// Lanes of rs1 and of the old rd; the bit above a selector's index chooses rs1.
template <unsigned bits>
void shuffle_2(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], old = c.registers[d.rs3], selectors = c.registers[d.rs2];
  u32 result = 0;
  for (unsigned i = 0; i < 32 / bits; ++i) {
    u32 const selector = raw_lane<bits>(selectors, i);
    result |= raw_lane<bits>(selector & (index_mask<bits> + 1) ? a : old, selector & index_mask<bits>) << (i * bits);
  }
  c.registers[d.rd] = result;
}

void pack_half(core& c, decoded const& d) {
  c.registers[d.rd] = c.registers[d.rs1] << 16 | (c.registers[d.rs2] & 0xFFFF);
}
u32 byte_pair(core const& c, decoded const& d) { return (c.registers[d.rs1] & 255) << 8 | (c.registers[d.rs2] & 255); }
void pack_high(core& c, decoded const& d) {
  c.registers[d.rd] = (c.registers[d.rs3] & 0x0000'FFFF) | byte_pair(c, d) << 16;
}
void pack_low(core& c, decoded const& d) { c.registers[d.rd] = (c.registers[d.rs3] & 0xFFFF'0000) | byte_pair(c, d); }

constexpr u32 mask_immediate = 0xFC00'707F;
}  // namespace

void add_shuffles(std::vector<encoding>& rows) {
  using encoding_flag::reads_rd;
  auto const simd = instruction_class::simd;
  auto const lane_row = [&](char const* name, u32 f3, u32 f7, handler run, unsigned flags = 0) {
    add(rows, name, mask_immediate, word(0x57, f3, f7), operands::r2_unsigned6, simd, run, flags);
  };
  lane_row("pv.extract.h", 6, 0x3C, extract<16, true>);
  lane_row("pv.extract.b", 7, 0x3C, extract<8, true>);
  lane_row("pv.extractu.h", 6, 0x48, extract<16, false>);
  lane_row("pv.extractu.b", 7, 0x48, extract<8, false>);
  lane_row("pv.insert.h", 6, 0x58, insert<16>, reads_rd);
  lane_row("pv.insert.b", 7, 0x58, insert<8>, reads_rd);
  lane_row("pv.shuffle.sci.h", 6, 0x60, shuffle_immediate_half);
  lane_row("pv.shuffleI0.sci.b", 7, 0x60, shuffle_immediate_byte<0>);
  lane_row("pv.shuffleI1.sci.b", 7, 0x74, shuffle_immediate_byte<1>);
  lane_row("pv.shuffleI2.sci.b", 7, 0x78, shuffle_immediate_byte<2>);
  lane_row("pv.shuffleI3.sci.b", 7, 0x7C, shuffle_immediate_byte<3>);
  auto const row = [&](char const* name, u32 f3, u32 f7, handler run, unsigned flags = 0) {
    add(rows, name, mask_funct7, word(0x57, f3, f7), operands::r3, simd, run, flags);
  };
  row("pv.shuffle.h", 0, 0x60, shuffle<16>);
  row("pv.shuffle.b", 1, 0x60, shuffle<8>);
  row("pv.shuffle2.h", 0, 0x64, shuffle_2<16>, reads_rd);
  row("pv.shuffle2.b", 1, 0x64, shuffle_2<8>, reads_rd);
  row("pv.pack.h", 0, 0x68, pack_half);
  row("pv.packhi.b", 1, 0x6C, pack_high, reads_rd);
  row("pv.packlo.b", 1, 0x70, pack_low, reads_rd);
}
}  // namespace simulator
