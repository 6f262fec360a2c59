// SPDX-License-Identifier: Apache-2.0
// Transfers between L1 and the other memories: mchan's queue as one core of the cluster sees it.
#pragma once
#include <siracusa/runtime/event_unit.hpp>

namespace deeploy::siracusa::dma {
enum class to : uint32_t { outside = 0, l1 = 1u << 17 };
inline constexpr uint32_t incremental = 1u << 18, two_dimensional = 1u << 19, raise_event = 1u << 20;
inline constexpr uint32_t most_bytes = 131'071;  ///< of one command: 17 bits

inline constexpr uint32_t command_port = address::dma, status_port = address::dma + 4;

/// Takes one of the 16 counters; stalls when all are in use.
inline uint32_t allocate() { return load(command_port); }

/// Adds `length` contiguous bytes to the counter allocated last.
inline void start(to direction, uint32_t l1, uint32_t outside, uint32_t length) {
  while (length > most_bytes) {
    // A multiple of the burst, so that the pieces stay aligned.
    constexpr uint32_t piece = most_bytes & ~255u;
    start(direction, l1, outside, piece);
    l1 += piece, outside += piece, length -= piece;
  }
  store(command_port, length | static_cast<uint32_t>(direction) | incremental | raise_event);
  store(command_port, l1);
  store(command_port, outside);
}

/// Adds `lines` lines of `line` bytes each, dense in L1 and `stride` bytes apart outside.
inline void start(to direction, uint32_t l1, uint32_t outside, uint32_t line, uint32_t lines, uint32_t stride) {
  if (line > most_bytes) {
    for (; lines != 0; --lines, l1 += line, outside += stride) start(direction, l1, outside, line);
    return;
  }
  uint32_t const at_once = lines * line <= most_bytes ? lines : most_bytes / line;
  while (lines != 0) {
    uint32_t const now = lines < at_once ? lines : at_once;
    store(command_port, now * line | static_cast<uint32_t>(direction) | incremental | two_dimensional | raise_event);
    store(command_port, l1);
    store(command_port, outside);
    store(command_port, line);
    store(command_port, stride);
    lines -= now, l1 += now * line, outside += now * stride;
  }
}

/// Returns when all of the counter's bytes have arrived, and frees it.
inline void wait(uint32_t counter) {
  while (load(status_port) >> counter & 1) wait_for_event(event_unit::dma_event);
  store(status_port, 1u << counter);
}
}  // namespace deeploy::siracusa::dma
