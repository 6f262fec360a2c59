// SPDX-License-Identifier: Apache-2.0
// The requantised store of the cluster's kernels: 32-bit arithmetic where it provably equals the operator's, else
// 64-bit.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/xpulp.hpp>
#include <deeploy/detail/meta.hpp>
#include <deeploy/kernel.hpp>

namespace deeploy::cluster {
/// Which clip a result needs; the two full ranges have instructions of their own.
enum class clip_range : u8 { full_i8, full_u8, any };

/// A requantisation as far as a kernel is compiled for it. Equal for layers that differ in scales only.
struct requant_class {
  bool present = false;
  bool scaled = false;  ///< mul and add come from operands
  bool clamps = true;   ///< accumulators may lie outside of where 32 bits serve; false only with one scale for all
  bool narrow = false;  ///< 32-bit arithmetic serves; with scale operands each pair of them is judged at run time
  rounding round = rounding::half_up;
  clip_range clip = clip_range::any;
  /// All accumulators there can be, of all of a type's results?
  constexpr bool stores_whole_range() const { return !scaled && !clamps && clip != clip_range::any; }
  constexpr bool operator==(requant_class const&) const = default;
};

/// One pair of scale values made ready. 32-bit arithmetic on a clamped accumulator gives the operator's result when
/// `bound` >= 0; `add` then holds the rounding constant (and the zero point, where that commutes) as well.
///
/// Why this is exact: [-bound - 1, bound] is chosen so that nothing in it overflows, and either no accumulator lies
/// outside of it, or the result has reached the clip at both ends; as it is monotone, it stays there.
struct prepared_scale {
  i32 mul, add, bound;
};

/// The values of a requantisation in the order in which a layer keeps them: shift mul add zero low high.
///
/// @tparam owns  keeps the values itself, as constants of a lowered tile must; else it reads them where the layer has them
template <requant_class R, bool owns = false>
struct requantiser {
  struct own_values {
    i32 of[6] = {};
    constexpr i32 operator[](int i) const { return of[i]; }
  };
  detail::select<owns, own_values, i32 const*> values;
  prepared_scale scale = {};  ///< of the layer, if it has one for all

  static constexpr bool zero_commutes = R.round == rounding::half_up || R.round == rounding::down;

  constexpr i32 shift() const { return values[0]; }
  constexpr i32 zero() const { return values[3]; }
  constexpr i32 low() const {
    return R.clip == clip_range::full_i8 ? -128 : R.clip == clip_range::full_u8 ? 0 : values[4];
  }
  constexpr i32 high() const {
    return R.clip == clip_range::full_i8 ? 127 : R.clip == clip_range::full_u8 ? 255 : values[5];
  }

  /// @param layer_values  kernel_arguments::values at the requantisation's first value
  [[gnu::always_inline]] constexpr explicit requantiser(i32 const* layer_values) : values{} {
    if constexpr (!owns)
      values = layer_values;
    else if constexpr (R.present)
      values = {{layer_values[0], layer_values[1], layer_values[2], layer_values[3], layer_values[4], layer_values[5]}};  // a loop may become a call
    if constexpr (R.present && !R.scaled) {
      if constexpr (R.narrow)
        scale = assumed_narrow(values[1], values[2]);
      else
        scale = {values[1], values[2], -1};
    }
  }

  /// Before the clip, in 32 bits. Called with accumulators in [-bound - 1, bound] only.
  constexpr i32 unclipped(i32 accumulator, prepared_scale const& s) const {
    i32 const by = shift();
    if constexpr (zero_commutes) {
      return sum_shifted(accumulator * s.mul, s.add, by);
    } else {
      i32 t = accumulator * s.mul + s.add, correction = 0;
      i32 const half = by == 0 ? 0 : 1 << (by - 1), rounds = by == 0 ? 0 : 1;
      if constexpr (R.round == rounding::half_away) correction = half - (rounds & (t < 0));
      if constexpr (R.round == rounding::half_even) correction = half - rounds + ((t >> by) & rounds);
      if constexpr (R.round == rounding::to_zero) correction = t < 0 ? (1 << by) - 1 : 0;
      return ((t + correction) >> by) + zero();
    }
  }

  /// The scale made ready for 32 bits, without asking whether that is right.
  [[gnu::always_inline]] constexpr prepared_scale assumed_narrow(i32 mul, i32 add) const {
    u32 const magnitude = mul < 0 ? 0u - static_cast<u32>(mul) : static_cast<u32>(mul);
    // The largest power of two with 2^bits * |mul| <= 2^30: none of the steps is a branch.
    i32 const bits = 30 - highest_bit(2 * (magnitude + (magnitude == 0)) - 1);
    i32 const by = shift();
    u32 ready = static_cast<u32>(add);
    if constexpr (R.round == rounding::half_up) ready += (1u << by) >> 1;
    if constexpr (zero_commutes) ready += static_cast<u32>(zero()) << by;
    return {mul, static_cast<i32>(ready), static_cast<i32>(1u << larger(bits, 0)) - 1};
  }

  /// The scale made ready: for 32 bits if that is exact, else with bound -1.
  /// @param largest  no accumulator is larger in magnitude
  DEEPLOY_ALWAYS_INLINE constexpr prepared_scale prepared(i32 mul, i32 add, u32 largest = 1u << 31) const {
    i32 const by = shift();
    // With |sum * mul| <= 2^30 and |add|, |zero << shift| <= 2^28 and the rounding's 2^24 nothing reaches 2^31.
    constexpr i32 most = 1 << 28;
    if (by > 24 || add > most || add < -most || mul > 1 << 30 || mul < -(1 << 30) || zero() > most >> by || zero() < -(most >> by)) return {mul, add, -1};
    prepared_scale const ready = assumed_narrow(mul, add);
    bool serves = mul == 0 || largest <= static_cast<u32>(ready.bound);
    if (!serves) {
      i32 const at_top = unclipped(ready.bound, ready), at_bottom = unclipped(-ready.bound - 1, ready);
      serves = larger(at_top, at_bottom) >= high() && smaller(at_top, at_bottom) <= low();
    }
    return {mul, serves ? ready.add : add, serves ? ready.bound : -1};
  }

  constexpr i32 clipped(i32 y) const {
    if constexpr (R.clip == clip_range::full_i8) return clip8(y);
    if constexpr (R.clip == clip_range::full_u8) return clipu8(y);
    return smaller(larger(y, values[4]), values[5]);
  }

  /// The result by 32-bit arithmetic: four instructions for rounding half_up. s.bound must not be negative.
  constexpr i32 narrow(i32 accumulator, prepared_scale const& s) const {
    return clipped(unclipped(R.clamps ? clamped(accumulator, s.bound) : accumulator, s));
  }

  /// The result by 64-bit arithmetic, for every scale. No call into the compiler's library: shifts are made of words.
  constexpr i32 exact(i32 accumulator, i32 mul, i32 add) const {
    i32 const by = shift();
    i64 const half = static_cast<i64>(u64{(1u << by) >> 1});
    i64 plus = add;  // the same for a loop's accumulators
    if constexpr (R.round == rounding::half_up) plus += half;
    i64 t = static_cast<i64>(accumulator) * mul + plus;
    if (by != 0) {
      if constexpr (R.round == rounding::half_away) t += t < 0 ? half - 1 : half;
      if constexpr (R.round == rounding::half_even) t += half - 1 + (static_cast<u32>(t) >> by & 1);
      if constexpr (R.round == rounding::to_zero) t += t < 0 ? half + half - 1 : 0;
    }
    u32 const upper = static_cast<u32>(static_cast<u64>(t) >> 32), lower = static_cast<u32>(t);
    t = static_cast<i64>(static_cast<u64>(static_cast<u32>(static_cast<i32>(upper) >> by)) << 32 | (lower >> by | upper << 1 << (31 - by)));
    t += zero();
    i32 y = static_cast<i32>(t);
    if (y != t) [[unlikely]] y = t < 0 ? -0x7FFFFFFF - 1 : 0x7FFFFFFF;
    return clipped(y);
  }

  /// One result with the layer's own scale.
  constexpr i32 operator()(i32 accumulator) const {
    if constexpr (!R.present)
      return accumulator;
    else if constexpr (R.narrow && !R.scaled)
      return narrow(accumulator, scale);
    else
      return exact(accumulator, values[1], values[2]);
  }
  /// One result with a prepared scale (of a channel, row or head); `s` is what prepared() gave.
  constexpr i32 operator()(i32 accumulator, prepared_scale const& s) const {
    return R.narrow && s.bound >= 0 ? narrow(accumulator, s) : exact(accumulator, s.mul, s.add);
  }

 private:
  // The compiler evaluates requant_class_of() with these too, so the instructions stand behind a test for that.
  static constexpr i32 sum_shifted(i32 a, i32 b, i32 by) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::addnr(a, b, by) : xpulp::addnr(a, b, by);
  }
  static constexpr i32 clamped(i32 a, i32 bound) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::clipr(a, bound) : xpulp::clipr(a, bound);
  }
  static constexpr i32 clip8(i32 a) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::clip8(a) : xpulp::clip8(a);
  }
  static constexpr i32 clipu8(i32 a) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::clipu8(a) : xpulp::clipu8(a);
  }
  static constexpr i32 highest_bit(u32 a) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::fl1(a) : xpulp::fl1(a);
  }
  static constexpr i32 smaller(i32 a, i32 b) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::min(a, b) : xpulp::min(a, b);
  }
  static constexpr i32 larger(i32 a, i32 b) {
    return __builtin_is_constant_evaluated() ? xpulp::plain::max(a, b) : xpulp::max(a, b);
  }
};

/// The class of the requantisation whose class values begin at `class_at` and whose run-time values begin at
/// `value_at`.
///
/// @param largest  no accumulator of the layer is larger in magnitude
constexpr requant_class requant_class_of(layer_descriptor const& l, int class_at, int value_at,
                                         u32 largest = 1u << 31) {
  requant_class r;
  r.present = l.classes[class_at] != 0;
  if (!r.present) return r;
  r.round = static_cast<rounding>(l.classes[class_at + 1]);
  r.scaled = l.classes[class_at + 2] != 0;
  i32 const* const v = l.values + value_at;
  r.clip = v[4] == -128 && v[5] == 127 ? clip_range::full_i8
           : v[4] == 0 && v[5] == 255  ? clip_range::full_u8
                                       : clip_range::any;
  if (r.scaled) {
    r.narrow = v[0] <= 24;
    return r;
  }
  auto fits = [&]<rounding how>() {
    prepared_scale const s = requantiser<requant_class{.present = true, .round = how}>(v).prepared(v[1], v[2], largest);
    r.clamps = s.bound < 0 || largest > static_cast<u32>(s.bound);
    return s.bound >= 0;
  };
  switch (r.round) {
    case rounding::half_up: r.narrow = fits.template operator()<rounding::half_up>(); break;
    case rounding::half_away: r.narrow = fits.template operator()<rounding::half_away>(); break;
    case rounding::half_even: r.narrow = fits.template operator()<rounding::half_even>(); break;
    case rounding::down: r.narrow = fits.template operator()<rounding::down>(); break;
    default: r.narrow = fits.template operator()<rounding::to_zero>(); break;
  }
  return r;
}
}  // namespace deeploy::cluster
