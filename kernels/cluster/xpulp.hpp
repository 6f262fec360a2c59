// SPDX-License-Identifier: Apache-2.0
// The DSP instructions of the cluster's cores as functions: the only file with their encodings. Plain twins for the
// host.
#pragma once
#include <deeploy/types.hpp>

namespace deeploy::cluster::xpulp {
/// What each instruction computes, in plain C++. Used where the instructions do not exist, and as the test's oracle.
namespace plain {
template <int k>
constexpr i32 lane_b(u32 v) {
  return static_cast<i8>(v >> (8 * k));
}
template <int k>
constexpr u32 lane_bu(u32 v) {
  return v >> (8 * k) & 0xFF;
}
constexpr i32 low_half(u32 v) { return static_cast<i16>(v); }
constexpr i32 high_half(u32 v) { return static_cast<i16>(v >> 16); }
constexpr u32 halves(i32 high, i32 low) { return static_cast<u32>(high) << 16 | (static_cast<u32>(low) & 0xFFFF); }

constexpr i32 min(i32 a, i32 b) { return a < b ? a : b; }
constexpr i32 max(i32 a, i32 b) { return a > b ? a : b; }
constexpr u32 minu(u32 a, u32 b) { return a < b ? a : b; }
constexpr u32 maxu(u32 a, u32 b) { return a > b ? a : b; }
constexpr i32 abs(i32 a) { return a < 0 ? static_cast<i32>(0u - static_cast<u32>(a)) : a; }
constexpr i32 clipr(i32 a, i32 bound) { return a <= -bound - 1 ? -bound - 1 : a >= bound ? bound : a; }
constexpr i32 clipur(i32 a, i32 bound) { return a <= 0 ? 0 : a >= bound ? bound : a; }
constexpr i32 clip8(i32 a) { return clipr(a, 127); }
constexpr i32 clipu8(i32 a) { return clipur(a, 255); }
constexpr i32 mac(i32 sum, i32 a, i32 b) {
  return static_cast<i32>(static_cast<u32>(sum) + static_cast<u32>(a) * static_cast<u32>(b));
}
/// Is a at most b?
constexpr i32 slet(i32 a, i32 b) { return a <= b; }
constexpr i32 addnr(i32 a, i32 b, i32 shift) {
  return static_cast<i32>(static_cast<u32>(a) + static_cast<u32>(b)) >> (shift & 31);
}
constexpr i32 fl1(u32 a) {
  for (int i = 31; i >= 0; --i)
    if (a >> i & 1) return i;
  return 32;
}
constexpr i32 ff1(u32 a) {
  for (int i = 0; i < 32; ++i)
    if (a >> i & 1) return i;
  return 32;
}
// Sums wrap as the cores' do.
constexpr i32 wrapped(i32 a, i32 b) { return static_cast<i32>(static_cast<u32>(a) + static_cast<u32>(b)); }
constexpr i32 sdotsp(i32 sum, u32 a, u32 b) {
  return wrapped(sum, lane_b<0>(a) * lane_b<0>(b) + lane_b<1>(a) * lane_b<1>(b) + lane_b<2>(a) * lane_b<2>(b) +
                          lane_b<3>(a) * lane_b<3>(b));
}
constexpr i32 sdotup(i32 sum, u32 a, u32 b) {
  return static_cast<i32>(static_cast<u32>(sum) + lane_bu<0>(a) * lane_bu<0>(b) + lane_bu<1>(a) * lane_bu<1>(b) +
                          lane_bu<2>(a) * lane_bu<2>(b) + lane_bu<3>(a) * lane_bu<3>(b));
}
constexpr i32 sdotusp(i32 sum, u32 a, u32 b) {
  return wrapped(sum, static_cast<i32>(lane_bu<0>(a)) * lane_b<0>(b) + static_cast<i32>(lane_bu<1>(a)) * lane_b<1>(b) +
                          static_cast<i32>(lane_bu<2>(a)) * lane_b<2>(b) +
                          static_cast<i32>(lane_bu<3>(a)) * lane_b<3>(b));
}
constexpr u32 shuffle2b(u32 d, u32 a, u32 how) {
  u32 r = 0;
  for (int i = 0; i < 4; ++i) {
    u32 const control = how >> (8 * i);
    r |= ((control & 4 ? a : d) >> (8 * (control & 3)) & 0xFF) << (8 * i);
  }
  return r;
}
constexpr u32 packh(u32 a, u32 b) { return a << 16 | (b & 0xFFFF); }
constexpr u32 packlob(u32 d, u32 a, u32 b) { return (d & 0xFFFF0000u) | (a & 0xFF) << 8 | (b & 0xFF); }
constexpr u32 packhib(u32 d, u32 a, u32 b) { return (d & 0xFFFFu) | (a & 0xFF) << 24 | (b & 0xFF) << 16; }
constexpr u32 addh(u32 a, u32 b) { return halves(high_half(a) + high_half(b), low_half(a) + low_half(b)); }
constexpr u32 subh(u32 a, u32 b) { return halves(high_half(a) - high_half(b), low_half(a) - low_half(b)); }
constexpr u32 maxh(u32 a, u32 b) { return halves(max(high_half(a), high_half(b)), max(low_half(a), low_half(b))); }
constexpr u32 minh(u32 a, u32 b) { return halves(min(high_half(a), high_half(b)), min(low_half(a), low_half(b))); }
constexpr u32 maxb(u32 a, u32 b) {
  u32 r = 0;
  for (int i = 0; i < 32; i += 8)
    r |= static_cast<u32>(static_cast<u8>(max(static_cast<i8>(a >> i), static_cast<i8>(b >> i)))) << i;
  return r;
}
constexpr u32 maxub(u32 a, u32 b) {
  u32 r = 0;
  for (int i = 0; i < 32; i += 8) r |= maxu(a >> i & 0xFF, b >> i & 0xFF) << i;
  return r;
}
template <int k>
constexpr i32 extractb(u32 a) {
  return lane_b<k>(a);
}
template <int k>
constexpr u32 extractub(u32 a) {
  return lane_bu<k>(a);
}
template <int k>
constexpr u32 insertb(u32 d, u32 a) {
  return (d & ~(0xFFu << (8 * k))) | (a & 0xFF) << (8 * k);
}
}  // namespace plain

#if defined(__riscv)
// Without `volatile`, so that the compiler may schedule, share and drop them: all are functions of their operands.
#define DEEPLOY_XPULP(type, name, operand, code)                                       \
  [[gnu::always_inline]] inline type name(operand a, operand b) {                                             \
    type r;                                                                            \
    __asm__(".insn r " code ", %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));                \
    return r;                                                                          \
  }
#define DEEPLOY_XPULP_UNARY(type, name, operand, code)                                 \
  [[gnu::always_inline]] inline type name(operand a) {                                                        \
    type r;                                                                            \
    __asm__(".insn r " code : "=r"(r) : "r"(a));                                       \
    return r;                                                                          \
  }
#define DEEPLOY_XPULP_UPDATE(type, name, operand, code)                                \
  [[gnu::always_inline]] inline type name(type d, operand a, operand b) {                                     \
    __asm__(".insn r " code ", %0, %1, %2" : "+r"(d) : "r"(a), "r"(b));                \
    return d;                                                                          \
  }
DEEPLOY_XPULP(i32, min, i32, "0x33, 4, 0x02")
DEEPLOY_XPULP(u32, minu, u32, "0x33, 5, 0x02")
DEEPLOY_XPULP(i32, max, i32, "0x33, 6, 0x02")
DEEPLOY_XPULP(u32, maxu, u32, "0x33, 7, 0x02")
DEEPLOY_XPULP_UNARY(i32, abs, i32, "0x33, 0, 0x02, %0, %1, x0")
DEEPLOY_XPULP(i32, slet, i32, "0x33, 2, 0x02")
DEEPLOY_XPULP(i32, clipr, i32, "0x33, 5, 0x0a")
DEEPLOY_XPULP(i32, clipur, i32, "0x33, 6, 0x0a")
DEEPLOY_XPULP_UNARY(i32, clip8, i32, "0x33, 1, 0x0a, %0, %1, x8")
DEEPLOY_XPULP_UNARY(i32, clipu8, i32, "0x33, 2, 0x0a, %0, %1, x9")
DEEPLOY_XPULP_UPDATE(i32, mac, i32, "0x33, 0, 0x21")
DEEPLOY_XPULP_UPDATE(i32, addnr, i32, "0x5b, 2, 0x20")
DEEPLOY_XPULP_UNARY(i32, ff1, u32, "0x33, 0, 0x08, %0, %1, x0")
DEEPLOY_XPULP_UNARY(i32, fl1, u32, "0x33, 1, 0x08, %0, %1, x0")
DEEPLOY_XPULP_UPDATE(i32, sdotup, u32, "0x57, 1, 0x50")
DEEPLOY_XPULP_UPDATE(i32, sdotusp, u32, "0x57, 1, 0x54")
DEEPLOY_XPULP_UPDATE(i32, sdotsp, u32, "0x57, 1, 0x5c")
DEEPLOY_XPULP_UPDATE(u32, shuffle2b, u32, "0x57, 1, 0x64")
DEEPLOY_XPULP(u32, packh, u32, "0x57, 0, 0x68")
DEEPLOY_XPULP_UPDATE(u32, packlob, u32, "0x57, 1, 0x70")
DEEPLOY_XPULP_UPDATE(u32, packhib, u32, "0x57, 1, 0x6c")
DEEPLOY_XPULP(u32, addh, u32, "0x57, 0, 0x00")
DEEPLOY_XPULP(u32, subh, u32, "0x57, 0, 0x04")
DEEPLOY_XPULP(u32, maxh, u32, "0x57, 0, 0x18")
DEEPLOY_XPULP(u32, minh, u32, "0x57, 0, 0x10")
DEEPLOY_XPULP(u32, maxb, u32, "0x57, 1, 0x18")
DEEPLOY_XPULP(u32, maxub, u32, "0x57, 1, 0x1c")
#undef DEEPLOY_XPULP
#undef DEEPLOY_XPULP_UNARY
#undef DEEPLOY_XPULP_UPDATE
// Lane k of a byte vector: bit 0 of k in the lowest bit of funct7, bit 1 in the rs2 field.
template <int k>
inline i32 extractb(u32 a) {
  i32 r;
  if constexpr (k == 0) __asm__(".insn r 0x57, 7, 0x3c, %0, %1, x0" : "=r"(r) : "r"(a));
  if constexpr (k == 1) __asm__(".insn r 0x57, 7, 0x3d, %0, %1, x0" : "=r"(r) : "r"(a));
  if constexpr (k == 2) __asm__(".insn r 0x57, 7, 0x3c, %0, %1, x1" : "=r"(r) : "r"(a));
  if constexpr (k == 3) __asm__(".insn r 0x57, 7, 0x3d, %0, %1, x1" : "=r"(r) : "r"(a));
  return r;
}
template <int k>
inline u32 extractub(u32 a) {
  u32 r;
  if constexpr (k == 0) __asm__(".insn r 0x57, 7, 0x48, %0, %1, x0" : "=r"(r) : "r"(a));
  if constexpr (k == 1) __asm__(".insn r 0x57, 7, 0x49, %0, %1, x0" : "=r"(r) : "r"(a));
  if constexpr (k == 2) __asm__(".insn r 0x57, 7, 0x48, %0, %1, x1" : "=r"(r) : "r"(a));
  if constexpr (k == 3) __asm__(".insn r 0x57, 7, 0x49, %0, %1, x1" : "=r"(r) : "r"(a));
  return r;
}
template <int k>
inline u32 insertb(u32 d, u32 a) {
  if constexpr (k == 0) __asm__(".insn r 0x57, 7, 0x58, %0, %1, x0" : "+r"(d) : "r"(a));
  if constexpr (k == 1) __asm__(".insn r 0x57, 7, 0x59, %0, %1, x0" : "+r"(d) : "r"(a));
  if constexpr (k == 2) __asm__(".insn r 0x57, 7, 0x58, %0, %1, x1" : "+r"(d) : "r"(a));
  if constexpr (k == 3) __asm__(".insn r 0x57, 7, 0x59, %0, %1, x1" : "+r"(d) : "r"(a));
  return d;
}
#else
using namespace plain;
#endif

/// Words and halves at any address. The cores split an access that crosses a word; a compiler that is not told so would
/// take single bytes.
template <class T>
struct [[gnu::packed, gnu::may_alias]] loose {
  T value;
};
#if defined(__riscv)
inline u32 load_word(void const* at) {
  u32 v;
  __asm__("lw %0, %1" : "=r"(v) : "m"(*static_cast<loose<u32> const*>(at)));
  return v;
}
inline u32 load_half(void const* at) {
  u32 v;
  __asm__("lhu %0, %1" : "=r"(v) : "m"(*static_cast<loose<u16> const*>(at)));
  return v;
}
inline void store_word(void* at, u32 v) {
  __asm__ volatile("sw %1, %0" : "=m"(*static_cast<loose<u32>*>(at)) : "r"(v));
}
inline void store_half(void* at, u32 v) {
  __asm__ volatile("sh %1, %0" : "=m"(*static_cast<loose<u16>*>(at)) : "r"(v));
}
#else
inline u32 load_word(void const* at) { return static_cast<loose<u32> const*>(at)->value; }
inline u32 load_half(void const* at) { return static_cast<loose<u16> const*>(at)->value; }
inline void store_word(void* at, u32 v) { static_cast<loose<u32>*>(at)->value = v; }
inline void store_half(void* at, u32 v) { static_cast<loose<u16>*>(at)->value = static_cast<u16>(v); }
#endif
}  // namespace deeploy::cluster::xpulp
