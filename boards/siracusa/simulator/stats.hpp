// SPDX-License-Identifier: Apache-2.0
// --stats: what a run cost, as JSON.
#pragma once
#include "machine.hpp"

#include <string>

namespace simulator {
/// Counters of cores, DMA, NPU, caches and memories, and energy by the level-0 model (cycles times a published figure).
std::string statistics_json(machine const& m);
}  // namespace simulator
