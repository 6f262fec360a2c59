// SPDX-License-Identifier: Apache-2.0
// region: bytes of a memory in up to three strided dimensions, the form in which a job's accesses are told.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace simulator::neureka {
enum class stream : std::uint8_t {
  input,
  stream_in,
  weights,
  scale,
  shift,
  bias,
  output
};
char const* name_of(stream which);

/// `bytes` consecutive bytes at address + i * stride[0] + j * stride[1] + k * stride[2], all i < count[0] and so on.
struct region {
  stream which = stream::input;
  bool weight_memory = false;  ///< address is an offset into weight memory instead of an address in L1
  std::int64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t count[3] = {1, 1, 1};
  std::int64_t stride[3] = {0, 0, 0};

  bool empty() const { return bytes == 0 || count[0] == 0 || count[1] == 0 || count[2] == 0; }
  bool writes() const { return which == stream::output; }
  std::uint64_t total_bytes() const { return std::uint64_t{bytes} * count[0] * count[1] * count[2]; }

  /// Lowest address, and the first one above the highest.
  std::int64_t lowest() const {
    std::int64_t low = address;
    for (int d = 0; d < 3; ++d) low += std::min<std::int64_t>(0, (std::int64_t{count[d]} - 1) * stride[d]);
    return low;
  }
  std::int64_t end() const {
    std::int64_t high = address + bytes;
    for (int d = 0; d < 3; ++d) high += std::max<std::int64_t>(0, (std::int64_t{count[d]} - 1) * stride[d]);
    return high;
  }

  /// Calls f(address, bytes) for each run of consecutive bytes.
  template <class F>
  void for_each_run(F&& f) const {
    if (bytes == 0) return;
    for (std::uint32_t k = 0; k < count[2]; ++k)
      for (std::uint32_t j = 0; j < count[1]; ++j)
        for (std::uint32_t i = 0; i < count[0]; ++i)
          f(static_cast<std::uint32_t>(address + i * stride[0] + j * stride[1] + k * stride[2]), bytes);
  }
};
using regions = std::vector<region>;
}  // namespace simulator::neureka
