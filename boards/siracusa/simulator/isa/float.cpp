// SPDX-License-Identifier: Apache-2.0
// F: single-precision floating point, in registers of its own or (Zfinx) in the integer registers. The host's
// arithmetic is IEEE 754 too; rounding to nearest with ties away, which hosts lack, is derived from the two directed
// roundings.
#include "../core.hpp"
#include "../fault.hpp"
#include "columns.hpp"

#include <bit>
#include <cfenv>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace simulator {
namespace {
using u32 = std::uint32_t;
using i32 = std::int32_t;
constexpr u32 canonical_nan = 0x7FC0'0000, sign_bit = 0x8000'0000;
constexpr u32 flag_inexact = 1, flag_invalid = 16;
enum rounding : unsigned { nearest_even = 0, to_zero = 1, down = 2, up = 3, nearest_away = 4, dynamic = 7 };

float as_float(u32 v) { return std::bit_cast<float>(v); }
u32 as_bits(float v) { return std::isnan(v) ? canonical_nan : std::bit_cast<u32>(v); }
bool is_signalling(u32 v) { return std::isnan(as_float(v)) && !(v & 0x0040'0000); }

unsigned rounding_of(core const& c, decoded const& d) {
  unsigned const mode = d.field == dynamic ? c.fcsr >> 5 : d.field;
  if (mode > nearest_away) throw fault(fmt::format("illegal instruction: rounding mode {} in fcsr", mode));
  return mode;
}
int host_mode(unsigned mode) {
  return mode == to_zero ? FE_TOWARDZERO : mode == down ? FE_DOWNWARD : mode == up ? FE_UPWARD : FE_TONEAREST;
}
u32 host_flags() {
  int const raised = std::fetestexcept(FE_ALL_EXCEPT);
  return (raised & FE_INVALID ? 16u : 0) | (raised & FE_DIVBYZERO ? 8u : 0) | (raised & FE_OVERFLOW ? 4u : 0) |
         (raised & FE_UNDERFLOW ? 2u : 0) | (raised & FE_INEXACT ? 1u : 0);
}

/// f computes in float; `exact_sign(mid)` says on which side of a value the exact result lies (-1, 0, 1).
template <class F, class Side>
u32 rounded(core& c, unsigned mode, F f, Side exact_side) {
  std::feclearexcept(FE_ALL_EXCEPT);
  if (mode != nearest_even) std::fesetround(host_mode(mode));
  volatile float result = f();
  u32 const flags = host_flags();
  if (mode == nearest_away) {
    std::fesetround(FE_DOWNWARD);
    volatile float const low = f();
    std::fesetround(FE_UPWARD);
    volatile float const high = f();
    std::fesetround(FE_TONEAREST);
    if (low != high && std::isfinite(low) && std::isfinite(high)) {
      // Only an exact tie differs from rounding to nearest even.
      double const middle = (static_cast<double>(low) + static_cast<double>(high)) / 2;
      if (exact_side(middle) == 0) result = middle > 0 ? high : low;
    }
  }
  if (mode != nearest_even) std::fesetround(FE_TONEAREST);
  c.fcsr |= flags;
  return as_bits(result);
}
int side(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }
/// Where the exact sum x + y of doubles lies from m: the error of their rounded sum is itself a double.
int side_of_sum(double x, double y, double m) {
  double const sum = x + y, part = sum - x, error = (x - (sum - part)) + (y - part);
  return sum != m ? side(sum, m) : side(error, 0);
}

template <int sign>
void add(core& c, decoded const& d) {
  volatile float const a = as_float(c.registers[d.rs1]), b = as_float(c.registers[d.rs2]);
  c.registers[d.rd] = rounded(
      c, rounding_of(c, d), [&] { return sign > 0 ? a + b : a - b; },
      [&](double m) { return side_of_sum(a, sign > 0 ? b : -b, m); });
}
void multiply(core& c, decoded const& d) {
  volatile float const a = as_float(c.registers[d.rs1]), b = as_float(c.registers[d.rs2]);
  c.registers[d.rd] = rounded(
      c, rounding_of(c, d), [&] { return a * b; }, [&](double m) { return side(static_cast<double>(a) * b, m); });
}
void divide(core& c, decoded const& d) {
  volatile float const a = as_float(c.registers[d.rs1]), b = as_float(c.registers[d.rs2]);
  c.registers[d.rd] = rounded(
      c, rounding_of(c, d), [&] { return a / b; }, [&](double m) { return b > 0 ? side(a, m * b) : side(m * b, a); });
  c.delay(stall::arithmetic, timing::float_divide);
}
void square_root(core& c, decoded const& d) {
  volatile float const a = as_float(c.registers[d.rs1]);
  c.registers[d.rd] = rounded(
      c, rounding_of(c, d), [&] { return std::sqrt(a); }, [&](double m) { return side(a, m * m); });
  c.delay(stall::arithmetic, timing::float_divide);
}
template <bool negate_product, bool subtract>
void fused(core& c, decoded const& d) {
  volatile float const a = negate_product ? -as_float(c.registers[d.rs1]) : as_float(c.registers[d.rs1]);
  volatile float const b = as_float(c.registers[d.rs2]);
  volatile float const addend = subtract ? -as_float(c.registers[d.rs3]) : as_float(c.registers[d.rs3]);
  u32 const x = c.registers[d.rs1], y = c.registers[d.rs2];
  // Infinity times zero is invalid even when the addend is a quiet NaN; hosts leave that open.
  bool const invalid =
      (std::isinf(as_float(x)) && (y & ~sign_bit) == 0) || (std::isinf(as_float(y)) && (x & ~sign_bit) == 0);
  c.registers[d.rd] = rounded(
      c, rounding_of(c, d), [&] { return std::fma(a, b, addend); },
      [&](double m) { return side_of_sum(static_cast<double>(a) * b, addend, m); });
  if (invalid) c.fcsr |= flag_invalid;
}

enum class sign_source { copy, inverse, exclusive };
template <sign_source s>
void inject_sign(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], b = c.registers[d.rs2];
  u32 const sign = s == sign_source::copy ? b : s == sign_source::inverse ? ~b : a ^ b;
  c.registers[d.rd] = (a & ~sign_bit) | (sign & sign_bit);
}

template <bool maximum>
void extreme(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], b = c.registers[d.rs2];
  if (is_signalling(a) || is_signalling(b)) c.fcsr |= flag_invalid;
  float const x = as_float(a), y = as_float(b);
  u32 result;
  if (std::isnan(x) && std::isnan(y))
    result = canonical_nan;
  else if (std::isnan(x))
    result = b;
  else if (std::isnan(y))
    result = a;
  else if (x == y)
    result = maximum == ((a & sign_bit) != 0) ? b : a;  // -0 is less than +0
  else
    result = (x < y) == maximum ? b : a;
  c.registers[d.rd] = result;
}

enum class relation { equal, less, less_equal };
template <relation r>
void compare(core& c, decoded const& d) {
  u32 const a = c.registers[d.rs1], b = c.registers[d.rs2];
  float const x = as_float(a), y = as_float(b);
  bool const unordered = std::isnan(x) || std::isnan(y);
  if (r == relation::equal ? is_signalling(a) || is_signalling(b) : unordered) c.fcsr |= flag_invalid;
  c.registers[d.rd] = !unordered && (r == relation::equal ? x == y : r == relation::less ? x < y : x <= y);
}

void classify(core& c, decoded const& d) {
  u32 const v = c.registers[d.rs1];
  bool const negative = v & sign_bit;
  switch (std::fpclassify(as_float(v))) {
    case FP_INFINITE: c.registers[d.rd] = negative ? 1u << 0 : 1u << 7; break;
    case FP_NORMAL: c.registers[d.rd] = negative ? 1u << 1 : 1u << 6; break;
    case FP_SUBNORMAL: c.registers[d.rd] = negative ? 1u << 2 : 1u << 5; break;
    case FP_ZERO: c.registers[d.rd] = negative ? 1u << 3 : 1u << 4; break;
    default: c.registers[d.rd] = is_signalling(v) ? 1u << 8 : 1u << 9; break;
  }
}

double round_to_integer(double v, unsigned mode) {
  switch (mode) {
    case to_zero: return std::trunc(v);
    case down: return std::floor(v);
    case up: return std::ceil(v);
    case nearest_away: return std::round(v);
    default: return std::nearbyint(v);
  }
}
template <class T>
void to_integer(core& c, decoded const& d) {
  float const v = as_float(c.registers[d.rs1]);
  unsigned const mode = rounding_of(c, d);
  if (std::isnan(v)) {
    c.registers[d.rd] = static_cast<u32>(std::numeric_limits<T>::max());
    c.fcsr |= flag_invalid;
    return;
  }
  double const whole = round_to_integer(v, mode);
  constexpr double lowest = std::numeric_limits<T>::min(), highest = std::numeric_limits<T>::max();
  if (whole < lowest || whole > highest) {
    c.registers[d.rd] =
        static_cast<u32>(whole < lowest ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max());
    c.fcsr |= flag_invalid;
    return;
  }
  c.registers[d.rd] = static_cast<u32>(static_cast<T>(whole));
  if (whole != v) c.fcsr |= flag_inexact;
}
template <class T>
void from_integer(core& c, decoded const& d) {
  volatile T const v = static_cast<T>(c.registers[d.rs1]);
  c.registers[d.rd] = rounded(
      c, rounding_of(c, d), [&] { return static_cast<float>(v); },
      [&](double m) { return side(static_cast<double>(v), m); });
}
void move(core& c, decoded const& d) { c.registers[d.rd] = c.registers[d.rs1]; }
}  // namespace

void add_float(std::vector<encoding>& rows) {
  using namespace isa;
  using namespace encoding_flag;
  auto const kind = instruction_class::floating;
  unsigned const rrr = float_rd | float_rs1 | float_rs2, to_x = float_rs1 | float_rs2;
  u32 const any_rounding = 0xFE00'007F, any_rounding_unary = 0xFFF0'007F, fused_mask = 0x0600'007F;
  auto const arithmetic = [&](char const* name, u32 f7, handler run) {
    isa::add(rows, name, any_rounding, word(0x53, 0, f7), operands::r3, kind, run, rrr | needs_rounding);
  };
  arithmetic("fadd.s", 0x00, simulator::add<1>);
  arithmetic("fsub.s", 0x04, simulator::add<-1>);
  arithmetic("fmul.s", 0x08, multiply);
  arithmetic("fdiv.s", 0x0C, divide);
  auto const unary = [&](char const* name, u32 f7, u32 rs2, u32 mask, u32 f3, handler run, unsigned flags) {
    isa::add(rows, name, mask, word(0x53, f3, f7) | rs2 << 20, operands::r2, kind, run, flags);
  };
  unary("fsqrt.s", 0x2C, 0, any_rounding_unary, 0, square_root, float_rd | float_rs1 | needs_rounding);
  auto const fuse = [&](char const* name, u32 opcode, handler run) {
    isa::add(rows, name, fused_mask, opcode, operands::r4, kind, run, rrr | needs_rounding);
  };
  fuse("fmadd.s", 0x43, fused<false, false>);
  fuse("fmsub.s", 0x47, fused<false, true>);
  fuse("fnmsub.s", 0x4B, fused<true, false>);
  fuse("fnmadd.s", 0x4F, fused<true, true>);
  auto const plain = [&](char const* name, u32 f7, u32 f3, handler run, unsigned flags) {
    isa::add(rows, name, mask_funct7, word(0x53, f3, f7), operands::r3, kind, run, flags);
  };
  plain("fsgnj.s", 0x10, 0, inject_sign<sign_source::copy>, rrr);
  plain("fsgnjn.s", 0x10, 1, inject_sign<sign_source::inverse>, rrr);
  plain("fsgnjx.s", 0x10, 2, inject_sign<sign_source::exclusive>, rrr);
  plain("fmin.s", 0x14, 0, extreme<false>, rrr);
  plain("fmax.s", 0x14, 1, extreme<true>, rrr);
  plain("feq.s", 0x50, 2, compare<relation::equal>, to_x);
  plain("flt.s", 0x50, 1, compare<relation::less>, to_x);
  plain("fle.s", 0x50, 0, compare<relation::less_equal>, to_x);
  unary("fclass.s", 0x70, 0, mask_unary, 1, classify, float_rs1);
  unary("fcvt.w.s", 0x60, 0, any_rounding_unary, 0, to_integer<i32>, float_rs1 | needs_rounding);
  unary("fcvt.wu.s", 0x60, 1, any_rounding_unary, 0, to_integer<u32>, float_rs1 | needs_rounding);
  unary("fcvt.s.w", 0x68, 0, any_rounding_unary, 0, from_integer<i32>, float_rd | needs_rounding);
  unary("fcvt.s.wu", 0x68, 1, any_rounding_unary, 0, from_integer<u32>, float_rd | needs_rounding);
  unary("fmv.x.w", 0x70, 0, mask_unary, 0, move, float_rs1 | separate_float);
  unary("fmv.w.x", 0x78, 0, mask_unary, 0, move, float_rd | separate_float);
}
}  // namespace simulator
