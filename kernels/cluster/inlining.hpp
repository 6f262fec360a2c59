// SPDX-License-Identifier: Apache-2.0
// What must become part of its caller: small functions and lambdas of inner loops, when the compiler optimises at all.
#pragma once
#undef DEEPLOY_INLINE_LAMBDA

#if defined(__OPTIMIZE__)
#define DEEPLOY_ALWAYS_INLINE [[gnu::always_inline]] inline
/// Attribute of lambdas that must not become functions: what they refer to would go to memory.
#define DEEPLOY_INLINE_LAMBDA __attribute__((always_inline))
#else
// Without optimisation every inlined copy would have its own place on the stack, and the cores' stacks are small.
#define DEEPLOY_ALWAYS_INLINE inline
#define DEEPLOY_INLINE_LAMBDA
#endif

// Where the program around kernels is built for size (-Os), they are still built for speed: their cycles are what plans count on.
// clang has no such pragma.
#if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#define DEEPLOY_KERNELS_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"O2\")")
#define DEEPLOY_KERNELS_END _Pragma("GCC pop_options")
#else
#define DEEPLOY_KERNELS_BEGIN
#define DEEPLOY_KERNELS_END
#endif
