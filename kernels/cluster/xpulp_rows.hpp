// SPDX-License-Identifier: Apache-2.0
// Loads and stores that move their pointer on, indexed loads and byte packing: what elementwise and row kernels add to
// the instructions of xpulp.hpp. Plain C++ twins where the compiler is not RISC-V's.
#pragma once
#include <cluster/inlining.hpp>
#include <cluster/xpulp.hpp>

namespace deeploy::cluster::rows {
/// A word that need not lie at a multiple of four bytes; the cores split such an access themselves.
struct [[gnu::packed, gnu::may_alias]] loose_word {
  u32 value;
};

#if defined(__riscv)
// The compiler does not know what these read and write: that would make it keep everything else in memory. They stay in
// order among each other, and a kernel reads and writes its operands by nothing else after order_memory().
DEEPLOY_ALWAYS_INLINE void order_memory() { asm volatile("" : : : "memory"); }
/// The same pointer, of which the compiler forgets what it read there: it reads again what it needs instead of keeping it on the stack.
template <class T>
DEEPLOY_ALWAYS_INLINE T* anew(T* at) {
  asm volatile("" : "+r"(at) : : "memory");
  return at;
}
/// The same number, of which the compiler knows nothing: it derives no counters and bounds of loops from it.
DEEPLOY_ALWAYS_INLINE index unknown(index n) {
  asm volatile("" : "+r"(n));
  return n;
}
/// What follows begins a line of the instruction cache: a loop of nearly 512 bytes, which are a core's own, then fits it.
DEEPLOY_ALWAYS_INLINE void begin_line() { asm volatile(".balign 16"); }
// The register forms: the pointer moves on by any number of bytes, so that one loop serves all strides.
template <class T>
DEEPLOY_ALWAYS_INLINE i32 next(u8 const*& at, i32 bytes_on) {
  i32 y;
  if constexpr (element_of<T> == element::i8)
    asm volatile(".insn r 0x0b, 7, 0x00, %0, %1, %2" : "=&r"(y), "+r"(at) : "r"(bytes_on));
  else if constexpr (element_of<T> == element::u8)
    asm volatile(".insn r 0x0b, 7, 0x20, %0, %1, %2" : "=&r"(y), "+r"(at) : "r"(bytes_on));
  else if constexpr (element_of<T> == element::i16)
    asm volatile(".insn r 0x0b, 7, 0x08, %0, %1, %2" : "=&r"(y), "+r"(at) : "r"(bytes_on));
  else if constexpr (element_of<T> == element::u16)
    asm volatile(".insn r 0x0b, 7, 0x28, %0, %1, %2" : "=&r"(y), "+r"(at) : "r"(bytes_on));
  else
    asm volatile(".insn r 0x0b, 7, 0x10, %0, %1, %2" : "=&r"(y), "+r"(at) : "r"(bytes_on));
  return y;
}
template <class T>
DEEPLOY_ALWAYS_INLINE void put(u8*& at, i32 value, i32 bytes_on) {
  if constexpr (sizeof(T) == 1)
    asm volatile(".insn r 0x2b, 4, 0x00, %2, %0, %1" : "+r"(at) : "r"(value), "r"(bytes_on));
  else if constexpr (sizeof(T) == 2)
    asm volatile(".insn r 0x2b, 5, 0x00, %2, %0, %1" : "+r"(at) : "r"(value), "r"(bytes_on));
  else
    asm volatile(".insn r 0x2b, 6, 0x00, %2, %0, %1" : "+r"(at) : "r"(value), "r"(bytes_on));
}
/// The word at `at`, and on by four bytes.
DEEPLOY_ALWAYS_INLINE u32 next_word(u8 const*& at) {
  u32 y;
  asm volatile(".insn i 0x0b, 2, %0, %1, 4" : "=&r"(y), "+r"(at));
  return y;
}
DEEPLOY_ALWAYS_INLINE void put_word(u8*& at, u32 value) {
  asm volatile(".insn s 0x2b, 2, %1, 4(%0)" : "+r"(at) : "r"(value));
}
/// base[at], address and load in one instruction.
DEEPLOY_ALWAYS_INLINE u32 load_u8(void const* base, i32 at) {
  u32 y;
  asm volatile(".insn r 0x03, 7, 0x20, %0, %1, %2" : "=r"(y) : "r"(base), "r"(at));
  return y;
}
/// The word `at` bytes behind base.
DEEPLOY_ALWAYS_INLINE u32 load_word(void const* base, i32 at) {
  u32 y;
  asm volatile(".insn r 0x03, 7, 0x10, %0, %1, %2" : "=r"(y) : "r"(base), "r"(at));
  return y;
}
/// Four results as a word, the first in the lowest byte.
DEEPLOY_ALWAYS_INLINE u32 pack(i32 b0, i32 b1, i32 b2, i32 b3) {
  // The lower half is built in b0's own register; its upper half is written last.
  u32 const low = xpulp::packlob(static_cast<u32>(b0), static_cast<u32>(b1), static_cast<u32>(b0));
  return xpulp::packhib(low, static_cast<u32>(b3), static_cast<u32>(b2));
}
/// A dot product without an accumulator (pv.dotsp.b).
DEEPLOY_ALWAYS_INLINE i32 dot_i8(u32 a, u32 b) {
  i32 y;
  asm(".insn r 0x57, 1, 0x4c, %0, %1, %2" : "=r"(y) : "r"(a), "r"(b));
  return y;
}
/// sum - a * b.
DEEPLOY_ALWAYS_INLINE u32 multiply_subtract(u32 sum, u32 a, u32 b) {
  asm(".insn r 0x33, 1, 0x21, %0, %1, %2" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}
#else
DEEPLOY_ALWAYS_INLINE void order_memory() {}
DEEPLOY_ALWAYS_INLINE void begin_line() {}
template <class T>
DEEPLOY_ALWAYS_INLINE T* anew(T* at) {
  return at;
}
DEEPLOY_ALWAYS_INLINE index unknown(index n) { return n; }
template <class T>
DEEPLOY_ALWAYS_INLINE i32 next(u8 const*& at, i32 bytes_on) {
  i32 const y = static_cast<i32>(*reinterpret_cast<T const*>(at));
  at += bytes_on;
  return y;
}
template <class T>
DEEPLOY_ALWAYS_INLINE void put(u8*& at, i32 value, i32 bytes_on) {
  *reinterpret_cast<T*>(at) = static_cast<T>(value);
  at += bytes_on;
}
DEEPLOY_ALWAYS_INLINE u32 next_word(u8 const*& at) {
  u32 const y = reinterpret_cast<loose_word const*>(at)->value;
  at += 4;
  return y;
}
DEEPLOY_ALWAYS_INLINE void put_word(u8*& at, u32 value) {
  reinterpret_cast<loose_word*>(at)->value = value;
  at += 4;
}
DEEPLOY_ALWAYS_INLINE u32 load_u8(void const* base, i32 at) { return static_cast<u8 const*>(base)[at]; }
DEEPLOY_ALWAYS_INLINE u32 load_word(void const* base, i32 at) {
  return reinterpret_cast<loose_word const*>(static_cast<u8 const*>(base) + at)->value;
}
DEEPLOY_ALWAYS_INLINE u32 pack(i32 b0, i32 b1, i32 b2, i32 b3) {
  return (static_cast<u32>(b0) & 255u) | (static_cast<u32>(b1) & 255u) << 8 | (static_cast<u32>(b2) & 255u) << 16 |
         static_cast<u32>(b3) << 24;
}
DEEPLOY_ALWAYS_INLINE i32 dot_i8(u32 a, u32 b) { return xpulp::sdotsp(0, a, b); }
DEEPLOY_ALWAYS_INLINE u32 multiply_subtract(u32 sum, u32 a, u32 b) { return sum - a * b; }
#endif

/// Division of many numbers by one: q = n / d for any 32-bit numbers without sign, by a multiplication.
///
/// r = floor((2^32 - 1) / d) is at most 1 below 2^32 / d, so that the estimate n * r / 2^32 is less than 1 below n / d:
/// its integer part is the quotient or one less, which the remainder tells.
struct divider {
  u32 by, reciprocal;
  DEEPLOY_ALWAYS_INLINE constexpr explicit divider(u32 d) : by(d), reciprocal(d == 0 ? 0 : 0xFFFFFFFFu / d) {}
  DEEPLOY_ALWAYS_INLINE u32 operator()(u32 n) const {
    u32 const estimate = static_cast<u32>(static_cast<u64>(n) * reciprocal >> 32);
    return estimate + (multiply_subtract(n, estimate, by) >= by ? 1u : 0u);
  }
  /// Towards zero, by at most 2^30. The estimate is at most n / d or less than 1 above it, whatever n's sign: of a number below
  /// zero it is the quotient, or one less where something is left.
  DEEPLOY_ALWAYS_INLINE i32 quotient_by_little(i32 n) const {
    i32 const estimate = static_cast<i32>(static_cast<i64>(n) * static_cast<i64>(reciprocal) >> 32);
    i32 const least = static_cast<i32>(by ^ ((by ^ 1u) & static_cast<u32>(n >> 31)));
    return estimate + xpulp::slet(least, static_cast<i32>(multiply_subtract(static_cast<u32>(n), static_cast<u32>(estimate), by)));
  }
  /// Towards zero.
  DEEPLOY_ALWAYS_INLINE i32 signed_quotient(i32 n) const {
    u32 const sign = static_cast<u32>(n >> 31);
    return static_cast<i32>(((*this)(static_cast<u32>(xpulp::abs(n))) ^ sign) - sign);
  }
};

/// floor(sqrt(n)), one bit a step.
inline u32 square_root(u32 n) {
  u32 root = 0, bit = 1u << (xpulp::fl1(n) & 30);  // the highest power of four that n reaches
  for (; bit != 0; bit >>= 2) {
    if (n >= root + bit) {
      n -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}
}  // namespace deeploy::cluster::rows
