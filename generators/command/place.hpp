// SPDX-License-Identifier: Apache-2.0
// deeploy place: offsets for buffers with lifetimes, from a CSV file.
#pragma once
#include <cstdint>
#include <string>

namespace deeploy::command {
/// Reads id, lower, upper, size (and alignment, offset where given), places within `capacity` bytes, checks, writes CSV.
///
/// @param lowest  makes the peak as low as it can, instead of the first placement within the capacity
/// @param output  file; empty: standard output
int place_file(std::string const& path, std::int64_t capacity, std::uint64_t work, bool lowest, std::string const& output);
}  // namespace deeploy::command
