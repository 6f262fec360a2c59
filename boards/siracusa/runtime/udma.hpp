// SPDX-License-Identifier: Apache-2.0
// The I/O DMA's HyperBus channel: bytes between HyperRAM (L3) and L2. The fabric controller's; one transfer at a time.
// What it leaves to whoever starts the chip is in docs/design/images.md.
#pragma once
#include <siracusa/runtime/registers.hpp>

namespace deeploy::siracusa::udma {
inline constexpr uint32_t base = 0x1A10'2000, clock_gates = base, hyper_number = 4, hyper = base + 0x280;
// Of the channel.
inline constexpr uint32_t receive_address = 0x00, receive_bytes = 0x04, receive_configuration = 0x08, transmit_address = 0x0C, transmit_bytes = 0x10,
                          transmit_configuration = 0x14, command = 0x18, l3_address = 0x1C, two_dimensional = 0x28, line_bytes = 0x2C,
                          line_stride = 0x30;
// Of a configuration.
inline constexpr uint32_t words = 2u << 1, enable = 1u << 4, pending = 1u << 5;
inline constexpr uint32_t read_command = 5, write_command = 1;

/// Transfers move whole words: addresses in L2 and L3 and the length are multiples of this.
inline constexpr uint32_t granule_bytes = 4;
/// Of one transfer. The registers' width is not published; this many bytes fit any.
inline constexpr uint32_t most_bytes = 4096;

/// Lets the channel's clock run. Once, before the first transfer.
inline void start_clock() { store(clock_gates, load(clock_gates) | 1u << hyper_number); }

namespace detail {
inline void prepare(uint32_t what, uint32_t l3) {
  store(hyper + command, what);
  store(hyper + l3_address, l3);
  store(hyper + two_dimensional, 0);
  store(hyper + line_bytes, 0);
  store(hyper + line_stride, 0);
}
inline void wait(uint32_t configuration) {
  // The end is an event of the SoC too, but the registers that let it through are not published.
  while ((load(hyper + configuration) & (enable | pending)) != 0) {
  }
}
}  // namespace detail

/// Starts to bring `length` bytes from L3 into L2; finish_read() says when they are there.
inline void start_read(void* l2, uint32_t l3, uint32_t length) {
  detail::prepare(read_command, l3);
  store(hyper + receive_address, static_cast<uint32_t>(reinterpret_cast<uintptr_t>(l2)));
  store(hyper + receive_bytes, length);
  store(hyper + receive_configuration, words | enable);
}
inline void finish_read() {
  detail::wait(receive_configuration);
  asm volatile("" ::: "memory");
}

/// Starts to bring `length` bytes from L2 into L3.
inline void start_write(void const* l2, uint32_t l3, uint32_t length) {
  asm volatile("" ::: "memory");
  detail::prepare(write_command, l3);
  store(hyper + transmit_address, static_cast<uint32_t>(reinterpret_cast<uintptr_t>(l2)));
  store(hyper + transmit_bytes, length);
  store(hyper + transmit_configuration, words | enable);
}
inline void finish_write() { detail::wait(transmit_configuration); }
}  // namespace deeploy::siracusa::udma
