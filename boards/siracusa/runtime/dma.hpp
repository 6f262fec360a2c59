// SPDX-License-Identifier: Apache-2.0
// Transfers between L1 and the other memories: mchan's queue as one core of the cluster sees it.
#pragma once
#include <siracusa/board.hpp>
#include <siracusa/runtime/event_unit.hpp>

namespace deeploy::siracusa::dma {
using commands = board::siracusa_stream::dma;
enum class to : uint32_t { outside = 0, l1 = commands::to_l1 };
inline constexpr uint32_t most_bytes = commands::most_bytes;

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
  store(command_port, commands::word(direction == to::l1, false, length));
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
    store(command_port, commands::word(direction == to::l1, true, now * line));
    store(command_port, l1);
    store(command_port, outside);
    store(command_port, line);
    store(command_port, stride);
    lines -= now, l1 += now * line, outside += now * stride;
  }
}

/// Returns when all bytes of the counters have arrived, and frees these.
///
/// @param counters  bit c: counter c
inline void wait(uint32_t counters) {
  sleep_while([counters] { return (load(status_port) & counters) != 0; }, event_unit::dma_event);
  store(status_port, counters);
}
}  // namespace deeploy::siracusa::dma
