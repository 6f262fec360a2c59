// SPDX-License-Identifier: Apache-2.0
// The NPU's mappings.
#pragma once
#include <cluster/inlining.hpp>
DEEPLOY_KERNELS_BEGIN
#include <npu/conv2d.hpp>
#include <npu/matmul.hpp>
DEEPLOY_KERNELS_END
