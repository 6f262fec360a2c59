// SPDX-License-Identifier: Apache-2.0
// What a measuring program needs beside the start-up: the compiler's own calls, and stacks that unoptimised code fits.
#pragma once
#include "../../simulator/runtime/runtime.hpp"

/// What a cluster core runs; the only definition of a program.
extern "C" void cluster_work(rt::u32 core);

namespace deeploy::target_test {
inline constexpr size_t stack_bytes = 3072;
[[gnu::used, gnu::aligned(16), gnu::section(".l1.stacks")]] inline unsigned char stacks[8][stack_bytes];
}  // namespace deeploy::target_test

extern "C" {
// Written by hand: a loop in C++ would be recognised and become a call of itself.
void* memset(void* to, int value, size_t n) __attribute__((used));
void* memset(void* to, int value, size_t n) {
  auto* at = static_cast<unsigned char volatile*>(to);
  for (; n > 0; --n) *at++ = static_cast<unsigned char>(value);
  return to;
}
void* memcpy(void* to, void const* from, size_t n) __attribute__((used));
void* memcpy(void* to, void const* from, size_t n) {
  auto const* in = static_cast<unsigned char const*>(from);
  auto* at = static_cast<unsigned char volatile*>(to);
  for (; n > 0; --n) *at++ = *in++;
  return to;
}
/// Takes a larger stack and goes to work.
void cluster_main(rt::u32 core) __attribute__((used));
void cluster_main(rt::u32 core) {
  asm volatile("mv t0, sp\nmv sp, %1\naddi sp, sp, -16\nsw t0, 0(sp)\nmv a0, %0\ncall cluster_work\nlw sp, 0(sp)"
               :
               : "r"(core), "r"(deeploy::target_test::stacks[core] + deeploy::target_test::stack_bytes)
               : "memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
                 "a7");
}
}
