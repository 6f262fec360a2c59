// SPDX-License-Identifier: Apache-2.0
// Packed arithmetic (opcode 0x57): Xpulpv2's halves and bytes, XpulpNN's nibbles and crumbs.
#include "columns.hpp"
#include "lanes.hpp"

#include <algorithm>

namespace simulator {
namespace {
using namespace isa;
using u32 = std::uint32_t;
using i32 = std::int32_t;

// Lane operations: `is_signed` says how lanes are extended, `signed_immediate` how the 6-bit immediate is.
struct signed_lanes {
  static constexpr bool is_signed = true, signed_immediate = true;
};
struct unsigned_lanes {
  static constexpr bool is_signed = false, signed_immediate = false;
};
struct add_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return a + b;
  }
};
struct sub_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return a - b;
  }
};
// The sum is cut to the lane before it is halved.
struct avg_ : signed_lanes {
  template <unsigned bits>
  static i32 apply(i32 a, i32 b) {
    return lane<bits, true>(static_cast<u32>(a + b), 0) >> 1;
  }
};
struct avgu_ : unsigned_lanes {
  template <unsigned bits>
  static i32 apply(i32 a, i32 b) {
    return lane<bits, false>(static_cast<u32>(a + b), 0) >> 1;
  }
};
struct min_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return std::min(a, b);
  }
};
struct minu_ : unsigned_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return std::min(a, b);
  }
};
struct max_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return std::max(a, b);
  }
};
struct maxu_ : unsigned_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return std::max(a, b);
  }
};
// Shift amounts are the low bits of a lane.
struct srl_ : unsigned_lanes {
  template <unsigned bits>
  static i32 apply(i32 a, i32 b) {
    return a >> (b & (bits - 1));
  }
};
struct sra_ {
  static constexpr bool is_signed = true, signed_immediate = false;
  template <unsigned bits>
  static i32 apply(i32 a, i32 b) {
    return a >> (b & (bits - 1));
  }
};
struct sll_ : unsigned_lanes {
  template <unsigned bits>
  static i32 apply(i32 a, i32 b) {
    return a << (b & (bits - 1));
  }
};
struct or_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return a | b;
  }
};
struct xor_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return a ^ b;
  }
};
struct and_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return a & b;
  }
};
// Comparisons fill the lane with ones.
template <bool s>
using lanes_of = std::conditional_t<s, signed_lanes, unsigned_lanes>;
struct eq_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return -(a == b);
  }
};
struct ne_ : signed_lanes {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return -(a != b);
  }
};
template <bool s>
struct gt_ : lanes_of<s> {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return -(a > b);
  }
};
template <bool s>
struct ge_ : lanes_of<s> {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return -(a >= b);
  }
};
template <bool s>
struct lt_ : lanes_of<s> {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return -(a < b);
  }
};
template <bool s>
struct le_ : lanes_of<s> {
  template <unsigned>
  static i32 apply(i32 a, i32 b) {
    return -(a <= b);
  }
};

template <class Op, unsigned bits, second source>
void lane_wise(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1];
  u32 result = 0;
  for (unsigned i = 0; i < 32 / bits; ++i) {
    i32 const value =
        Op::template apply<bits>(lane<bits, Op::is_signed>(a, i), second_lane<bits, Op::is_signed, source>(c, d, i));
    result |= (static_cast<u32>(value) & ((1u << bits) - 1)) << (i * bits);
  }
  c.registers[d.rd] = result;
}

template <unsigned bits>
void absolute(core& c, decoded const& d) {
  u32 result = 0;
  for (unsigned i = 0; i < 32 / bits; ++i)
    result |= (static_cast<u32>(std::abs(lane<bits, true>(c.registers[d.rs1], i))) & ((1u << bits) - 1)) << (i * bits);
  c.registers[d.rd] = result;
}

template <bool signed_a, bool signed_b, bool add_rd>
struct dot_kind {};
template <class Kind, unsigned bits, second source>
struct dot_handler;
template <bool signed_a, bool signed_b, bool add_rd, unsigned bits, second source>
struct dot_handler<dot_kind<signed_a, signed_b, add_rd>, bits, source> {
  static void run(core& c, decoded const& d) {
    u32 b = source == second::immediate ? static_cast<u32>(d.immediate) : c.registers[d.rs2];
    if constexpr (source != second::vector) b = replicate<bits>(b);
    c.registers[d.rd] = (add_rd ? c.registers[d.rs3] : 0) + dot<bits, signed_a, signed_b>(c.registers[d.rs1], b);
  }
};

constexpr u32 mask_immediate = 0xFC00'707F;

/// The ten forms of an operation; `run` gives the handler of a lane width and source.
template <class Run>
void add_forms(std::vector<encoding>& rows, std::string const& name, u32 funct7, instruction_class kind, unsigned flags,
               bool signed_immediate, bool small_lanes, Run run) {
  using enum second;
  auto const form = signed_immediate ? operands::r2_signed6 : operands::r2_unsigned6;
  using h = std::integral_constant<unsigned, 16>;
  using b = std::integral_constant<unsigned, 8>;
  using n = std::integral_constant<unsigned, 4>;
  using c = std::integral_constant<unsigned, 2>;
  add(rows, name + ".h", mask_funct7, word(0x57, 0, funct7), operands::r3, kind, run.template operator()<h, vector>(),
      flags);
  add(rows, name + ".sc.h", mask_funct7, word(0x57, 4, funct7), operands::r3, kind,
      run.template operator()<h, scalar>(), flags);
  add(rows, name + ".sci.h", mask_immediate, word(0x57, 6, funct7), form, kind, run.template operator()<h, immediate>(),
      flags);
  add(rows, name + ".b", mask_funct7, word(0x57, 1, funct7), operands::r3, kind, run.template operator()<b, vector>(),
      flags);
  add(rows, name + ".sc.b", mask_funct7, word(0x57, 5, funct7), operands::r3, kind,
      run.template operator()<b, scalar>(), flags);
  add(rows, name + ".sci.b", mask_immediate, word(0x57, 7, funct7), form, kind, run.template operator()<b, immediate>(),
      flags);
  if (!small_lanes) return;
  unsigned const nn = flags | encoding_flag::xpulpnn;
  add(rows, name + ".n", mask_funct7, word(0x57, 2, funct7), operands::r3, kind, run.template operator()<n, vector>(),
      nn);
  add(rows, name + ".sc.n", mask_funct7, word(0x57, 3, funct7), operands::r3, kind,
      run.template operator()<n, scalar>(), nn);
  add(rows, name + ".c", mask_funct7, word(0x57, 2, funct7 | 1), operands::r3, kind,
      run.template operator()<c, vector>(), nn);
  add(rows, name + ".sc.c", mask_funct7, word(0x57, 3, funct7 | 1), operands::r3, kind,
      run.template operator()<c, scalar>(), nn);
}

template <class Op>
void operation(std::vector<encoding>& rows, std::string const& name, u32 op5, bool compare = false) {
  add_forms(rows, "pv." + name, op5 << 2 | (compare ? 2 : 0), instruction_class::simd, 0, Op::signed_immediate,
            !compare, []<class Width, second source>() -> handler { return lane_wise<Op, Width::value, source>; });
}
template <bool signed_a, bool signed_b, bool add_rd>
void dot_product(std::vector<encoding>& rows, std::string const& name, u32 op5) {
  add_forms(rows, "pv." + name, op5 << 2, instruction_class::dot_product, add_rd ? encoding_flag::reads_rd : 0,
            signed_b, true, []<class Width, second source>() -> handler {
              return dot_handler<dot_kind<signed_a, signed_b, add_rd>, Width::value, source>::run;
            });
}
}  // namespace

void add_shuffles(std::vector<encoding>& rows);

void add_simd(std::vector<encoding>& rows) {
  operation<add_>(rows, "add", 0x00);
  operation<sub_>(rows, "sub", 0x01);
  operation<avg_>(rows, "avg", 0x02);
  operation<avgu_>(rows, "avgu", 0x03);
  operation<min_>(rows, "min", 0x04);
  operation<minu_>(rows, "minu", 0x05);
  operation<max_>(rows, "max", 0x06);
  operation<maxu_>(rows, "maxu", 0x07);
  operation<srl_>(rows, "srl", 0x08);
  operation<sra_>(rows, "sra", 0x09);
  operation<sll_>(rows, "sll", 0x0A);
  operation<or_>(rows, "or", 0x0B);
  operation<xor_>(rows, "xor", 0x0C);
  operation<and_>(rows, "and", 0x0D);
  auto const simd = instruction_class::simd;
  add(rows, "pv.abs.h", mask_unary, word(0x57, 0, 0x38), operands::r2, simd, absolute<16>);
  add(rows, "pv.abs.b", mask_unary, word(0x57, 1, 0x38), operands::r2, simd, absolute<8>);
  add(rows, "pv.abs.n", mask_unary, word(0x57, 2, 0x38), operands::r2, simd, absolute<4>, encoding_flag::xpulpnn);
  add(rows, "pv.abs.c", mask_unary, word(0x57, 2, 0x39), operands::r2, simd, absolute<2>, encoding_flag::xpulpnn);
  operation<eq_>(rows, "cmpeq", 0x00, true);
  operation<ne_>(rows, "cmpne", 0x01, true);
  operation<gt_<true>>(rows, "cmpgt", 0x02, true);
  operation<ge_<true>>(rows, "cmpge", 0x03, true);
  operation<lt_<true>>(rows, "cmplt", 0x04, true);
  operation<le_<true>>(rows, "cmple", 0x05, true);
  operation<gt_<false>>(rows, "cmpgtu", 0x06, true);
  operation<ge_<false>>(rows, "cmpgeu", 0x07, true);
  operation<lt_<false>>(rows, "cmpltu", 0x08, true);
  operation<le_<false>>(rows, "cmpleu", 0x09, true);
  dot_product<false, false, false>(rows, "dotup", 0x10);
  dot_product<false, true, false>(rows, "dotusp", 0x11);
  dot_product<true, true, false>(rows, "dotsp", 0x13);
  dot_product<false, false, true>(rows, "sdotup", 0x14);
  dot_product<false, true, true>(rows, "sdotusp", 0x15);
  dot_product<true, true, true>(rows, "sdotsp", 0x17);
  add_shuffles(rows);
}
}  // namespace simulator
