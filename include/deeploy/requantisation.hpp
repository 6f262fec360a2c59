// SPDX-License-Identifier: Apache-2.0
// requantisation: an accumulator becomes an element of the next tensor. Scale, rounding, zero point and clip are parameters.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy {
/// How a right shift treats what it cuts off.
enum class rounding : u8 {
  half_up,    ///< floor(t / 2^s + 1/2): RequantShift
  half_away,  ///< to nearest, ties away from zero
  half_even,  ///< to nearest, ties to even: ONNX QuantizeLinear
  down,       ///< floor
  to_zero,    ///< truncate
};

/// y = clip( round((acc * mul + add) / 2^shift) + zero, low, high ), computed exactly in 64 bits.
///
/// `mul` and `add` are used where the layer has no scale<> operands (one value per channel, row or head).
/// @source RequantShift (half_up, zero 0); ONNX QuantizeLinear (half_even, mul and shift from the scales)
struct requantisation {
  bool present = true;
  rounding round = rounding::half_up;
  u8 shift = 0;
  i32 mul = 1;
  i32 add = 0;
  i32 zero = 0;
  i32 low = -128;
  i32 high = 127;
  constexpr bool operator==(requantisation const&) const = default;
};

/// No requantisation: the operator's own result is stored.
inline constexpr requantisation no_requantisation{.present = false};

/// (t + rounding) >> shift in 64 bits.
constexpr i64 shift_right(i64 t, int shift, rounding how) {
  if (shift == 0) return t;
  i64 const half = i64{1} << (shift - 1);
  i64 const mask = (i64{1} << shift) - 1;
  switch (how) {
    case rounding::half_up: return (t + half) >> shift;
    case rounding::half_away: return t >= 0 ? (t + half) >> shift : -((-t + half) >> shift);
    case rounding::half_even: {
      i64 const down = t >> shift, rest = t & mask;
      return down + (rest > half || (rest == half && (down & 1)) ? 1 : 0);
    }
    case rounding::down: return t >> shift;
    default: return t >= 0 ? t >> shift : -((-t) >> shift);
  }
}

constexpr i32 apply(requantisation const& q, i32 accumulator, i32 mul, i32 add) {
  i64 const t = shift_right(static_cast<i64>(accumulator) * mul + add, q.shift, q.round) + q.zero;
  return static_cast<i32>(t < q.low ? q.low : t > q.high ? q.high : t);
}
constexpr i32 apply(requantisation const& q, i32 accumulator) { return apply(q, accumulator, q.mul, q.add); }
}  // namespace deeploy
