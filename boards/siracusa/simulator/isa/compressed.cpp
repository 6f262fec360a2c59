// SPDX-License-Identifier: Apache-2.0
// RV32C (with F): every compressed instruction as the 32-bit word that it stands for.
#include "decoded.hpp"

namespace simulator {
namespace {
using word = std::uint32_t;

struct half {
  word bits;
  word field(unsigned low, unsigned count) const { return bits >> low & ((1u << count) - 1); }
  /// Places `count` bits from `low` at `to`.
  word move(unsigned low, unsigned count, unsigned to) const { return field(low, count) << to; }
  word rd() const { return field(7, 5); }
  word rs2() const { return field(2, 5); }
  word small_a() const { return 8 + field(7, 3); }  // rs1' and rd' of the second quadrant
  word small_b() const { return 8 + field(2, 3); }  // rs2' and rd' of loads
  word signed_6() const { return (field(12, 1) ? 0xFFFFFFE0u : 0) | field(2, 5); }
};

word type_i(word immediate, word rs1, word funct3, word rd, word opcode) {
  return immediate << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
word type_s(word immediate, word rs2, word rs1, word funct3, word opcode) {
  return (immediate >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (immediate & 31) << 7 | opcode;
}
word type_r(word funct7, word rs2, word rs1, word funct3, word rd) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33;
}
word jump(word offset, word rd) {
  return (offset >> 20 & 1) << 31 | (offset >> 1 & 1023) << 21 | (offset >> 11 & 1) << 20 | (offset >> 12 & 255) << 12 |
         rd << 7 | 0x6F;
}
word branch(word offset, word rs1, word funct3) {
  return (offset >> 12 & 1) << 31 | (offset >> 5 & 63) << 25 | rs1 << 15 | funct3 << 12 | (offset >> 1 & 15) << 8 |
         (offset >> 11 & 1) << 7 | 0x63;
}

word quadrant_0(half h, bool zfinx) {
  word const word_offset = h.move(6, 1, 2) | h.move(10, 3, 3) | h.move(5, 1, 6);
  switch (h.field(13, 3)) {
    case 0: {
      word const immediate = h.move(6, 1, 2) | h.move(5, 1, 3) | h.move(11, 2, 4) | h.move(7, 4, 6);
      return immediate == 0 ? 0 : type_i(immediate, 2, 0, h.small_b(), 0x13);
    }
    case 2: return type_i(word_offset, h.small_a(), 2, h.small_b(), 0x03);
    case 3: return zfinx ? 0 : type_i(word_offset, h.small_a(), 2, h.small_b(), 0x07);
    case 6: return type_s(word_offset, h.small_b(), h.small_a(), 2, 0x23);
    case 7: return zfinx ? 0 : type_s(word_offset, h.small_b(), h.small_a(), 2, 0x27);
    default: return 0;
  }
}

word arithmetic(half h) {
  word const r = h.small_a();
  switch (h.field(10, 2)) {
    case 0: return h.field(12, 1) ? 0 : type_i(h.rs2(), r, 5, r, 0x13);
    case 1: return h.field(12, 1) ? 0 : type_i(h.rs2() | 0x400, r, 5, r, 0x13);
    case 2: return type_i(h.signed_6() & 0xFFF, r, 7, r, 0x13);
    default:
      if (h.field(12, 1)) return 0;
      switch (h.field(5, 2)) {
        case 0: return type_r(0x20, h.small_b(), r, 0, r);
        case 1: return type_r(0, h.small_b(), r, 4, r);
        case 2: return type_r(0, h.small_b(), r, 6, r);
        default: return type_r(0, h.small_b(), r, 7, r);
      }
  }
}

word quadrant_1(half h) {
  word const near = (h.field(12, 1) ? 0xFFFFF800u : 0) | h.move(3, 3, 1) | h.move(11, 1, 4) | h.move(2, 1, 5) |
                    h.move(7, 1, 6) | h.move(6, 1, 7) | h.move(9, 2, 8) | h.move(8, 1, 10);
  word const close =
      (h.field(12, 1) ? 0xFFFFFF00u : 0) | h.move(3, 2, 1) | h.move(10, 2, 3) | h.move(2, 1, 5) | h.move(5, 2, 6);
  switch (h.field(13, 3)) {
    case 0: return type_i(h.signed_6() & 0xFFF, h.rd(), 0, h.rd(), 0x13);
    case 1: return jump(near, 1);
    case 2: return type_i(h.signed_6() & 0xFFF, 0, 0, h.rd(), 0x13);
    case 3:
      if (h.signed_6() == 0) return 0;
      if (h.rd() == 2) {
        word const immediate =
            (h.field(12, 1) ? 0xFFFFFE00u : 0) | h.move(6, 1, 4) | h.move(2, 1, 5) | h.move(5, 1, 6) | h.move(3, 2, 7);
        return type_i(immediate & 0xFFF, 2, 0, 2, 0x13);
      }
      return h.signed_6() << 12 | h.rd() << 7 | 0x37;
    case 4: return arithmetic(h);
    case 5: return jump(near, 0);
    case 6: return branch(close, h.small_a(), 0);
    default: return branch(close, h.small_a(), 1);
  }
}

word quadrant_2(half h, bool zfinx) {
  word const load_offset = h.move(4, 3, 2) | h.move(12, 1, 5) | h.move(2, 2, 6);
  word const store_offset = h.move(9, 4, 2) | h.move(7, 2, 6);
  switch (h.field(13, 3)) {
    case 0: return h.field(12, 1) ? 0 : type_i(h.rs2(), h.rd(), 1, h.rd(), 0x13);
    case 2: return h.rd() == 0 ? 0 : type_i(load_offset, 2, 2, h.rd(), 0x03);
    case 3: return zfinx ? 0 : type_i(load_offset, 2, 2, h.rd(), 0x07);
    case 4:
      if (h.field(12, 1) == 0) {
        if (h.rs2() != 0) return type_r(0, h.rs2(), 0, 0, h.rd());
        return h.rd() == 0 ? 0 : type_i(0, h.rd(), 0, 0, 0x67);
      }
      if (h.rs2() != 0) return type_r(0, h.rs2(), h.rd(), 0, h.rd());
      return h.rd() == 0 ? 0x00100073u : type_i(0, h.rd(), 0, 1, 0x67);
    case 6: return type_s(store_offset, h.rs2(), 2, 2, 0x23);
    case 7: return zfinx ? 0 : type_s(store_offset, h.rs2(), 2, 2, 0x27);
    default: return 0;
  }
}
}  // namespace

std::uint32_t expand_compressed(std::uint16_t bits, bool zfinx) {
  half const h{bits};
  switch (bits & 3) {
    case 0: return quadrant_0(h, zfinx);
    case 1: return quadrant_1(h);
    case 2: return quadrant_2(h, zfinx);
    default: return 0;
  }
}
}  // namespace simulator
