// SPDX-License-Identifier: Apache-2.0
// The datapath: one output tile at a time, from bytes in memory to accumulators to bytes in memory, bit-exact.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "job.hpp"

namespace simulator::neureka {
/// The bytes that jobs work on. Owned by the machine; both stay where they are.
struct npu_memory {
  std::uint8_t* l1 = nullptr;
  std::uint32_t l1_bytes = 0;
  std::uint8_t const* weights = nullptr;
  std::uint32_t weight_bytes = 0;
  std::uint32_t l1_address = 0x1000'0000;

  std::uint8_t* at_l1(std::int64_t address) const { return l1 + (address - l1_address); }
};

/// Accumulators of one tile: 36 pixels of 32 channels, 32-bit two's complement that wraps.
struct accumulator_tile {
  alignas(64) std::array<std::array<std::uint32_t, accumulators>, tile_pixels * tile_pixels> of{};
};

// All functions need a legal job (rules.hpp): they do not check addresses.

/// Clears the accumulators and adds the products of all input sub-tiles and the weight offset's share.
void accumulate(job const& j, npu_memory const& memory, tile_index const& tile, accumulator_tile& sums);

/// Adds the 32-bit accumulators that lie in the output's place.
void stream_in(job const& j, npu_memory const& memory, tile_index const& tile, accumulator_tile& sums);

/// The first output channel of the tile whose shift byte exceeds 31, if any.
std::optional<unsigned> illegal_shift(job const& j, npu_memory const& memory, tile_index const& tile);

/// Requantises, where the job says so, and stores the valid pixels and channels.
void store(job const& j, npu_memory const& memory, tile_index const& tile, accumulator_tile const& sums);
}  // namespace simulator::neureka
