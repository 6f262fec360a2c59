// SPDX-License-Identifier: Apache-2.0
// The kernels of Siracusa, with their mappings. A board's folder names its kernels in a file of this name.
#pragma once
#include <cluster/kernels.hpp>
#include <npu/kernels.hpp>
#include <siracusa/board.hpp>
