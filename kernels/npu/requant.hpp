// SPDX-License-Identifier: Apache-2.0
// npu_requant_exact: when the unit's scale, bias, shift and clip compute a network's requantisation, bit for bit.
#pragma once
#include <deeploy/requantisation.hpp>

namespace deeploy::npu {
/// The values that a sum of products can take.
struct accumulator_range {
  i64 low = 0, high = 0;
  /// Adds a product with an input of this type; padding by 0 is covered, as 0 is a value of every type.
  constexpr void add(i32 weight, element input) {
    i64 const at_low = weight * lowest(input), at_high = weight * highest(input);
    low += at_low < at_high ? at_low : at_high;
    high += at_low < at_high ? at_high : at_low;
  }
};

/// What the unit is given for one output channel: y = clip((accumulator * scale + bias, 32 bits that wrap) >> shift).
struct requant_words {
  u32 scale = 0;
  u32 bias = 0;
  u8 shift = 0;
  bool unsigned_output = false;
};

namespace detail {
/// The constant behind accumulator * mul: the layer's bias scaled, add, the zero point and, to round half up,
/// 2^(shift-1). Of magnitude below 2^62 + 2^62 + 2^32 for any operands, as bias and mul have 32 bits and shift at
/// most 31.
constexpr i64 requant_constant(requantisation const& q, i32 mul, i32 add, i32 bias) {
  i64 const half = q.round == rounding::half_up && q.shift > 0 ? i64{1} << (q.shift - 1) : 0;
  return i64{bias} * mul + add + half + (i64{q.zero} << (q.shift & 31));
}
constexpr i64 clipped(i64 y, i64 low, i64 high) { return y < low ? low : y > high ? high : y; }
constexpr bool fits_32(i64 v) { return v >= lowest(element::i32) && v <= highest(element::i32); }
}  // namespace detail

/// The words for one channel; meaningful where npu_requant_exact() holds. The bias word is cut to 32 bits: the unit
/// wraps, and only the sum needs to fit.
constexpr requant_words npu_requant(requantisation const& q, i32 mul, i32 add, i32 bias) {
  return {.scale = static_cast<u32>(mul),
          .bias = static_cast<u32>(detail::requant_constant(q, mul, add, bias)),
          .shift = q.shift,
          .unsigned_output = q.low >= 0};
}

/// Whether npu_requant() equals apply(q, accumulator + bias, mul, add) for every accumulator in the range.
///
/// It does when rounding is half up (2^(shift-1) in the bias word) or down, or nothing is shifted out; the scale is not
/// negative, as the unit's is unsigned; the shift has 5 bits; the operator's own sum and the unit's 32-bit sum do not
/// wrap; and the unit's clip, 0..255 or -128..127, is the operator's on all values that occur.
///
/// @param bias        the layer's bias, added to the accumulator before scaling; 0 if none
/// @param scale_bits  8 or 32: the width of the scales in memory
constexpr bool npu_requant_exact(requantisation const& q, i32 mul, i32 add, i32 bias, accumulator_range const& range,
                                 int scale_bits = 32) {
  if (!q.present || q.shift > 31 || mul < 0 || (scale_bits == 8 && mul > 255)) return false;
  if (q.shift > 0 && q.round != rounding::half_up && q.round != rounding::down) return false;
  if (!detail::fits_32(range.low) || !detail::fits_32(range.high)) return false;
  if (!detail::fits_32(range.low + bias) || !detail::fits_32(range.high + bias)) return false;
  // Both ends decide: with a scale that is not negative everything below is monotone in the accumulator. Products of 31
  // and 32 bits and the constant's two stay below 2^63 together only if the ends of accumulator + bias do: those fit 32
  // bits.
  i64 const constant = detail::requant_constant(q, mul, add, 0);
  bool const unsigned_output = q.low >= 0;
  i64 const ends[] = {range.low + bias, range.high + bias};
  for (i64 end : ends) {
    i64 const sum = end * mul + constant;
    if (!detail::fits_32(sum)) return false;
    i64 const y = sum >> q.shift;
    if (detail::clipped(y, unsigned_output ? 0 : -128, unsigned_output ? 255 : 127) !=
        detail::clipped(y, q.low, q.high))
      return false;
  }
  return true;
}
}  // namespace deeploy::npu
