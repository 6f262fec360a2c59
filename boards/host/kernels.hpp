// SPDX-License-Identifier: Apache-2.0
// The kernels of the host board, with their mappings. A board's folder names its kernels in a file of this name.
#pragma once
#include <host/board.hpp>
#include <reference/kernels.hpp>
