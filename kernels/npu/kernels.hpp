// SPDX-License-Identifier: Apache-2.0
// The NPU's mappings.
#pragma once
#include <npu/conv2d.hpp>
#include <npu/matmul.hpp>
