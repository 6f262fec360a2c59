// SPDX-License-Identifier: Apache-2.0
// Brings a matrix of bytes into rows along the reduction, for inner loops that read both operands so.
#pragma once
#include <cluster/window_bytes.hpp>
#include <cluster/inlining.hpp>
#include <cluster/product_signs.hpp>
#include <cluster/xpulp_rows.hpp>

namespace deeploy::cluster {
/// Rows of packed matrices begin at multiples of four bytes; the elements up to there are zero.
constexpr index packed_depth(index depth) { return (depth + 3) & ~3; }

/// Bytes that lie in columns, four side by side and `step` apart along a row, as four rows `apart` from each other: `rows`
/// times groups of four, `to_next` and `from_next` behind one of which the next begins.
struct columns_to_rows {
  bytes step, apart;
  bytes to_next = 0, from_next = 0;

  void operator()(u8* to, u8 const* from, index groups, index rows = 1) const {
#if defined(__riscv)
    u32 w0, w1, w2, w3, a, c;
    __asm__ volatile(
        ".balign 4\n.option push\n.option norvc\n.insn i 0x7b, 4, x1, %[rows], 42\n"
        ".insn i 0x7b, 4, x0, %[groups], 36\n"
        ".insn r 0x0b, 7, 0x10, %[w0], %[from], %[step]\n.insn r 0x0b, 7, 0x10, %[w1], %[from], %[step]\n"
        ".insn r 0x0b, 7, 0x10, %[w2], %[from], %[step]\n.insn r 0x0b, 7, 0x10, %[w3], %[from], %[step]\n"
        "mv %[a], %[w0]\n.insn r 0x57, 1, 0x64, %[a], %[w1], %[low]\n.insn r 0x57, 1, 0x64, %[w1], %[w0], %[high]\n"
        "mv %[c], %[w2]\n.insn r 0x57, 1, 0x64, %[c], %[w3], %[low]\n.insn r 0x57, 1, 0x64, %[w3], %[w2], %[high]\n"
        ".insn r 0x57, 0, 0x68, %[w0], %[c], %[a]\n.insn r 0x57, 1, 0x64, %[a], %[c], %[halves]\n"
        ".insn r 0x57, 0, 0x68, %[w2], %[w3], %[w1]\n.insn r 0x57, 1, 0x64, %[w1], %[w3], %[halves]\n"
        ".insn r 0x23, 6, 0, %[apart1], %[to], %[a]\n.insn r 0x23, 6, 0, %[apart2], %[to], %[w2]\n"
        ".insn r 0x23, 6, 0, %[apart3], %[to], %[w1]\n.insn s 0x2b, 2, %[w0], 4(%[to])\n"
        "add %[to], %[to], %[to_next]\nadd %[from], %[from], %[from_next]\n.option pop\n"
        : [to] "+r"(to), [from] "+r"(from), [w0] "=&r"(w0), [w1] "=&r"(w1), [w2] "=&r"(w2), [w3] "=&r"(w3),
          [a] "=&r"(a), [c] "=&r"(c)
        : [rows] "r"(rows), [groups] "r"(groups), [step] "r"(step), [apart1] "r"(apart), [apart2] "r"(2 * apart),
          [apart3] "r"(3 * apart), [low] "r"(0x05010400), [high] "r"(0x03070206), [halves] "r"(0x07060302),
          [to_next] "r"(to_next), [from_next] "r"(from_next)
        : "memory");
#else
    for (; rows > 0; --rows, to += 4 * groups + to_next, from += 4 * groups * step + from_next)
      for (index i = 0; i < 4 * groups; ++i)
        for (int k = 0; k < 4; ++k) to[i + k * apart] = from[i * step + k];
#endif
  }
};

/// Packs rows [from, to) of a matrix, of which there are at least four and which lie side by side: element (row, k), of at least four a
/// row, is at[row + k * depth_step].
///
/// Four elements of four rows are moved at a time, from another element on in each core, and around the end: cores that pack in
/// step do not meet in the banks of L1. What is left of rows and elements comes with some again.
[[gnu::noinline]] inline void pack_columns(int core, u8* packed, u8 const* at, bytes depth_step, index depth, index from, index to) {
  index const pitch = packed_depth(depth), whole = depth & ~3, turn = 8 * core < whole ? 8 * core : 0;
  for (index row = from, fours = (to - from) >> 2;;) {
    for (index part = rows::unknown(0); part < 3; ++part) {  // not written out
      index const k = part == 0 ? turn : part == 1 ? 0 : depth - 4, end = part == 0 ? whole : part == 1 ? turn : depth;
      if (k >= end || (part == 2 && pitch == whole)) continue;
      columns_to_rows const move{.step = depth_step, .apart = pitch, .to_next = 4 * pitch - (end - k), .from_next = 4 - (end - k) * depth_step};
      move(packed + row * pitch + k, at + row + k * depth_step, (end - k) >> 2, fours);
    }
    if (row + 4 * fours == to) return;
    row = to - 4, fours = 1;
  }
}

/// Packs rows [from, to) of a matrix whose element (row, k) is at[row * row_step + k * depth_step]; fewer than four a row come one by one.
[[gnu::noinline]] inline void pack_rows(int core, u8* packed, u8 const* at, bytes row_step, bytes depth_step, index depth, index from,
                                     index to) {
  index const pitch = packed_depth(depth), whole = depth & ~3;
  if (pitch != whole)
    for (index row = from; row < to; ++row) xpulp::store_word(packed + row * pitch + whole, 0);
  bool const words = depth >= 4;
  if (words && row_step == 1 && to - from >= 4) return pack_columns(core, packed, at, depth_step, depth, from, to);
  for (index row = from; row < to; ++row) {
    u8 const* source = at + row * row_step;
    u8* target = packed + row * pitch;
    if (words && depth_step == 1) {
      copy_bytes(target, source, whole);
      xpulp::store_word(target + depth - 4, xpulp::load_word(source + depth - 4));
    } else {
      for (index k = 0; k < depth; ++k, source += depth_step) *target++ = *source;
    }
  }
}
}  // namespace deeploy::cluster
