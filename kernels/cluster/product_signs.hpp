// SPDX-License-Identifier: Apache-2.0
// What the inner loops of products share: sign combinations, ways to store, one dot product.
#pragma once
#include <cluster/team.hpp>
#include <cluster/requantised.hpp>

namespace deeploy::cluster {
/// Signs of the first and the second operand: s signed, u not.
enum class signs : u8 { ss, uu, us, su };

template <class A, class B>
inline constexpr signs signs_of = A(-1) < A(0) ? (B(-1) < B(0) ? signs::ss : signs::su)
                                               : (B(-1) < B(0) ? signs::us : signs::uu);
/// funct7 of pv.sdotsp.b, pv.sdotup.b and pv.sdotusp.b; the latter takes the unsigned operand first.
template <signs S>
inline constexpr int dot_code = S == signs::ss ? 0x5c : S == signs::uu ? 0x50 : 0x54;
/// funct7 of pv.mlsdot: rows of the first operand pass through A0 and A1, those of the second through W0 to W3.
template <signs S>
inline constexpr int macload_code = S == signs::ss ? 0x7c : S == signs::uu ? 0x70 : S == signs::us ? 0x6c : 0x74;

constexpr signs swapped(signs s) { return s == signs::us ? signs::su : s == signs::su ? signs::us : s; }

/// What becomes of an accumulator.
enum class result_store : u8 {
  words,    ///< stored as it is
  full_i8,  ///< requantised in 32 bits, clipped to a byte's range
  full_u8,
  any,      ///< requantised in 32 bits, clipped to limits of the layer
  small_i8, ///< as full_i8, for accumulators that need no clamp before
  small_u8,
};

/// Which store requantises by R in the inner loops; `words` where they cannot.
template <requant_class R>
inline constexpr result_store store_of =
    !R.present || !R.narrow || (R.round != rounding::half_up && R.round != rounding::down) ? result_store::words
    : R.clip == clip_range::full_i8 ? (R.clamps ? result_store::full_i8 : result_store::small_i8)
    : R.clip == clip_range::full_u8 ? (R.clamps ? result_store::full_u8 : result_store::small_u8)
                                    : result_store::any;

template <signs S>
inline i32 dot_words(i32 sum, u32 a, u32 b) {
  if constexpr (S == signs::ss) return xpulp::sdotsp(sum, a, b);
  if constexpr (S == signs::uu) return xpulp::sdotup(sum, a, b);
  if constexpr (S == signs::us) return xpulp::sdotusp(sum, a, b);
  return xpulp::sdotusp(sum, b, a);
}

/// The end of a reduction that is no multiple of four: the last four elements are loaded again, those counted already
/// masked out of the first operand. Nothing behind the operands is read.
struct reduction {
  i32 words;      ///< whole words, at least one
  bytes tail_step;
  u32 tail_mask;  ///< 0: none
  [[gnu::always_inline]] constexpr explicit reduction(index depth)
      : words(depth >> 2),
        tail_step((depth & 3) - 4),
        tail_mask((depth & 3) == 0 ? 0u : ~0u << (8 * (4 - (depth & 3)))) {}
};

/// sum + the dot product of two rows.
template <signs S>
inline i32 dot(i32 sum, u8 const* a, u8 const* b, reduction const& along) {
#if defined(__riscv)
  u32 x, y;
  __asm__ volatile(
      ".balign 4\n.option push\n.option norvc\n"
      ".insn i 0x7b, 4, x0, %[words], 6\n"
      ".insn i 0x0b, 2, %[x], %[a], 4\n.insn i 0x0b, 2, %[y], %[b], 4\n"
      ".if %[swapped]\n.insn r 0x57, 1, %[code], %[sum], %[y], %[x]\n.else\n.insn r 0x57, 1, %[code], %[sum], %[x], "
      "%[y]\n.endif\n"
      ".option pop\n"
      : [sum] "+r"(sum), [a] "+r"(a), [b] "+r"(b), [x] "=&r"(x), [y] "=&r"(y)
      : [words] "r"(along.words), [code] "i"(dot_code<S>), [swapped] "i"(S == signs::su ? 1 : 0)
      : "memory");
#else
  for (i32 k = 0; k < along.words; ++k, a += 4, b += 4)
    sum = dot_words<S>(sum, xpulp::load_word(a), xpulp::load_word(b));
#endif
  if (along.tail_mask != 0)
    sum = dot_words<S>(sum, xpulp::load_word(a + along.tail_step) & along.tail_mask,
                       xpulp::load_word(b + along.tail_step));
  return sum;
}

constexpr bool is_small(result_store to) { return to == result_store::small_i8 || to == result_store::small_u8; }
/// Last operands of p.clip or p.clipu: which of the two, and the width.
constexpr int clip_code(result_store to) { return to == result_store::full_u8 || to == result_store::small_u8 ? 2 : 1; }
constexpr int clip_width(result_store to) { return clip_code(to) == 2 ? 9 : 8; }

/// One accumulator requantised.
template <result_store to>
inline i32 requantised(i32 sum, prepared_scale const& s, i32 shift, i32 low, i32 high) {
  i32 const r = xpulp::addnr((is_small(to) ? sum : xpulp::clipr(sum, s.bound)) * s.mul, s.add, shift);
  if constexpr (to == result_store::any) return xpulp::min(xpulp::max(r, low), high);
  return clip_code(to) == 2 ? xpulp::clipu8(r) : xpulp::clip8(r);
}
/// Stores one accumulator.
template <result_store to>
inline void put(u8* y, i32 sum, prepared_scale const& s, i32 shift, i32 low, i32 high) {
  if constexpr (to == result_store::words)
    *reinterpret_cast<i32*>(y) = sum;
  else
    *y = static_cast<u8>(requantised<to>(sum, s, shift, low, high));
}
}  // namespace deeploy::cluster
