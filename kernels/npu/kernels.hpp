// SPDX-License-Identifier: Apache-2.0
// The NPU's mappings.
#pragma once
// Where the program around them is built for size (-Os), kernels are still built for speed: their cycles are what plans count on.
#if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("O2")
#endif
#include <npu/conv2d.hpp>
#include <npu/matmul.hpp>
#if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#pragma GCC pop_options
#endif
