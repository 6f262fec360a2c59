// SPDX-License-Identifier: Apache-2.0
// read_l3(): any number of bytes out of HyperRAM into L2 or weight memory. The I/O DMA reaches L2 only: the way into
// weight memory leads through a buffer in L2, of which one half fills while the fabric controller empties the other.
#pragma once
#include <siracusa/runtime/udma.hpp>

namespace deeploy::siracusa {
namespace detail {
inline uint32_t l3_buffer[2][udma::most_bytes / 4];

inline constexpr uint32_t l2_end = address::l2 + 2 * 1024 * 1024;
inline uint32_t next_piece(uint32_t length) { return length < udma::most_bytes ? length : udma::most_bytes; }
}  // namespace detail

/// @param place   multiple of 4
/// @param l3      multiple of 4
/// @param length  multiple of 4
inline void read_l3(void* place, uint32_t l3, uint32_t length) {
  auto* const to = static_cast<uint32_t*>(place);
  uintptr_t const first = reinterpret_cast<uintptr_t>(place);
  bool const direct = first >= address::l2 && first < detail::l2_end;
  auto const start = [&](uint32_t done) {
    udma::start_read(direct ? to + done / 4 : detail::l3_buffer[done / udma::most_bytes & 1], l3 + done, detail::next_piece(length - done));
  };
  if (length != 0) start(0);
  for (uint32_t done = 0; done < length;) {
    uint32_t const bytes = detail::next_piece(length - done), *const from = detail::l3_buffer[done / udma::most_bytes & 1];
    udma::finish_read();
    if (done + bytes < length) start(done + bytes);
    if (!direct)
      for (uint32_t i = 0; i < bytes / 4; ++i) to[done / 4 + i] = from[i];
    done += bytes;
  }
}
}  // namespace deeploy::siracusa
