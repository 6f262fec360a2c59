// SPDX-License-Identifier: Apache-2.0
// Inner loops of elementwise kernels on bytes, four results at a time in hardware loops: as fast at every level of
// optimisation. Inputs lie any number of bytes apart, results are neighbours.
#pragma once
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster::element_loops {
#if defined(__riscv)
// A loop of `n` instructions of four bytes, `fours` times. Loads stand at least one instruction before their uses.
#define DEEPLOY_HARDWARE_LOOP(n) ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[fours], 2 * " n "\n"
#define DEEPLOY_LOOP_END ".option pop\n"
#define DEEPLOY_EACH(f) f("0") f("1") f("2") f("3")
#define DEEPLOY_STORE                                                                        \
  ".insn r 0x57, 1, 0x70, %[x0], %[x1], %[x0]\n.insn r 0x57, 1, 0x6c, %[x0], %[x3], %[x2]\n" \
  ".insn s 0x2b, 2, %[x0], 4(%[y])\n"

#define DEEPLOY_LOAD_X(i) ".insn r 0x0b, 7, 0x20, %[x" i "], %[x], %[x_on]\n"
#define DEEPLOY_LOOK_UP(i) ".insn r 0x03, 7, 0x20, %[x" i "], %[table], %[x" i "]\n"
/// y = table[x] for 4 * fours bytes.
inline void look_up(u8 const*& x, i32 x_on, u8*& y, u8 const* table, index fours) {
  u32 x0, x1, x2, x3;
  asm volatile(DEEPLOY_HARDWARE_LOOP("11") DEEPLOY_EACH(DEEPLOY_LOAD_X) DEEPLOY_EACH(DEEPLOY_LOOK_UP)
                   DEEPLOY_STORE DEEPLOY_LOOP_END
               : [x] "+r"(x), [y] "+r"(y), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3)
               : [x_on] "r"(x_on), [table] "r"(table), [fours] "r"(fours));
}

#define DEEPLOY_LOAD_B(i) ".insn r 0x0b, 7, 0x20, %[b" i "], %[b], %[b_on]\n"
#define DEEPLOY_LOOK_UP_B(i) ".insn r 0x03, 7, 0x20, %[b" i "], %[table_b], %[b" i "]\n"
#define DEEPLOY_ADD(i) "add %[x" i "], %[x" i "], %[b" i "]\n"
#define DEEPLOY_LOOK_UP_SUM(i) ".insn r 0x03, 7, 0x20, %[x" i "], %[sums], %[x" i "]\n"
/// y = sums[table[x] + table_b[b]] for 4 * fours bytes.
inline void look_up_sums(u8 const*& x, i32 x_on, u8 const*& b, i32 b_on, u8*& y, u8 const* table, u8 const* table_b,
                         u8 const* sums, index fours) {
  u32 x0, x1, x2, x3, b0, b1, b2, b3;
  asm volatile(DEEPLOY_HARDWARE_LOOP("27") DEEPLOY_EACH(DEEPLOY_LOAD_X) DEEPLOY_EACH(DEEPLOY_LOAD_B)
                   DEEPLOY_EACH(DEEPLOY_LOOK_UP) DEEPLOY_EACH(DEEPLOY_LOOK_UP_B) DEEPLOY_EACH(DEEPLOY_ADD)
                       DEEPLOY_EACH(DEEPLOY_LOOK_UP_SUM) DEEPLOY_STORE DEEPLOY_LOOP_END
               : [x] "+r"(x), [b] "+r"(b), [y] "+r"(y), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3),
                 [b0] "=&r"(b0), [b1] "=&r"(b1), [b2] "=&r"(b2), [b3] "=&r"(b3)
               : [x_on] "r"(x_on), [b_on] "r"(b_on), [table] "r"(table), [table_b] "r"(table_b), [sums] "r"(sums),
                 [fours] "r"(fours));
}

#define DEEPLOY_LOAD_AS(i) ".insn r 0x0b, 7, %[kind], %[x" i "], %[x], %[x_on]\n"
#define DEEPLOY_SCALE(i) "mul %[x" i "], %[x" i "], %[mul]\n"
#define DEEPLOY_SHIFT(i) ".insn r 0x5b, 2, 0x20, %[x" i "], %[add], %[shift]\n"
#define DEEPLOY_CLIP(i) ".insn r 0x33, %[clip], 0x0a, %[x" i "], %[x" i "], x%[width]\n"
#define DEEPLOY_CLAMP(i) ".insn r 0x33, 5, 0x0a, %[x" i "], %[x" i "], %[bound]\n"
#define DEEPLOY_REQUANTISE(n, CLAMPED)                                                                     \
  asm volatile(DEEPLOY_HARDWARE_LOOP(n) DEEPLOY_EACH(DEEPLOY_LOAD_AS) CLAMPED DEEPLOY_EACH(DEEPLOY_SCALE)  \
                   DEEPLOY_EACH(DEEPLOY_SHIFT) DEEPLOY_EACH(DEEPLOY_CLIP) DEEPLOY_STORE DEEPLOY_LOOP_END   \
               : [x] "+r"(x), [y] "+r"(y), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3)  \
               : [x_on] "r"(x_on), [mul] "r"(mul), [add] "r"(add), [shift] "r"(shift), [bound] "r"(bound), \
                 [fours] "r"(fours), [kind] "i"(kind), [clip] "i"(to_u8 ? 2 : 1), [width] "i"(to_u8 ? 9 : 8))
/// y = clip((x * mul + add) >> shift) for 4 * fours elements.
/// @tparam kind   of the load: 0x00 i8, 0x08 i16, 0x10 i32, 0x20 u8, 0x28 u16
/// @tparam clamps  x to [-bound - 1, bound] before
template <int kind, bool to_u8, bool clamps>
inline void requantise(u8 const*& x, i32 x_on, u8*& y, i32 mul, i32 add, i32 shift, i32 bound, index fours) {
  u32 x0, x1, x2, x3;
  if constexpr (clamps)
    DEEPLOY_REQUANTISE("23", DEEPLOY_EACH(DEEPLOY_CLAMP));
  else
    DEEPLOY_REQUANTISE("19", );
}

#define DEEPLOY_BOTH(f) f("0") f("1")
#define DEEPLOY_STORE_BYTE(i) ".insn r 0x2b, 4, 0x00, %[y_on], %[y], %[x" i "]\n"
/// The same with results any number of bytes apart, for 2 * twos elements.
template <int kind, bool to_u8>
inline void requantise_apart(u8 const*& x, i32 x_on, u8*& y, i32 y_on, i32 mul, i32 add, i32 shift, i32 bound, index twos) {
  u32 x0, x1;
  asm volatile(".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x0, %[twos], 2 * 12\n" DEEPLOY_BOTH(DEEPLOY_LOAD_AS) DEEPLOY_BOTH(DEEPLOY_CLAMP)
                   DEEPLOY_BOTH(DEEPLOY_SCALE) DEEPLOY_BOTH(DEEPLOY_SHIFT) DEEPLOY_BOTH(DEEPLOY_CLIP) DEEPLOY_BOTH(DEEPLOY_STORE_BYTE) DEEPLOY_LOOP_END
               : [x] "+r"(x), [y] "+r"(y), [x0] "=&r"(x0), [x1] "=&r"(x1)
               : [x_on] "r"(x_on), [y_on] "r"(y_on), [mul] "r"(mul), [add] "r"(add), [shift] "r"(shift), [bound] "r"(bound),
                 [twos] "r"(twos), [kind] "i"(kind), [clip] "i"(to_u8 ? 2 : 1), [width] "i"(to_u8 ? 9 : 8));
}
#undef DEEPLOY_BOTH
#undef DEEPLOY_STORE_BYTE
#undef DEEPLOY_HARDWARE_LOOP
#undef DEEPLOY_LOOP_END
#undef DEEPLOY_EACH
#undef DEEPLOY_STORE
#undef DEEPLOY_LOAD_X
#undef DEEPLOY_LOOK_UP
#undef DEEPLOY_LOAD_B
#undef DEEPLOY_LOOK_UP_B
#undef DEEPLOY_ADD
#undef DEEPLOY_LOOK_UP_SUM
#undef DEEPLOY_LOAD_AS
#undef DEEPLOY_SCALE
#undef DEEPLOY_SHIFT
#undef DEEPLOY_CLIP
#undef DEEPLOY_CLAMP
#undef DEEPLOY_REQUANTISE
#endif
}  // namespace deeploy::cluster::element_loops
