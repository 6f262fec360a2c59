// SPDX-License-Identifier: Apache-2.0
// Footprints: which bytes a job reads and writes, and which it merely passes by.
#pragma once
#include "job.hpp"
#include "region.hpp"

namespace simulator::neureka {
/// Bytes whose value can influence a result of this tile: inputs under taps that are on and valid outputs (no padding,
/// no channel or pixel beyond the remainders), the bytes of the weight words that carry used bits, scales, shifts and
/// biases of the tile's channels, and the accumulators streamed in.
regions tile_reads(job const& j, tile_index const& tile);
/// The parts of tile_reads, in the order in which the unit takes them.
regions input_reads(job const& j, tile_index const& tile);      // inputs and weights, at the load
regions stream_in_reads(job const& j, tile_index const& tile);  // before the products
regions requant_reads(job const& j, tile_index const& tile);    // after them
/// Bytes that this tile writes.
region tile_writes(job const& j, tile_index const& tile);

/// The unions over all tiles, exact too. Streamed-in accumulators come with the output's addresses.
regions job_reads(job const& j);
region job_writes(job const& j);

/// Every byte that the streamers can address: whole windows and whole 6 x 6 tiles at the borders, 32 bytes each access.
regions emitted(job const& j);
}  // namespace simulator::neureka
