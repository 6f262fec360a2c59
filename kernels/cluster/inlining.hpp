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
