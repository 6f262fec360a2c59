// SPDX-License-Identifier: Apache-2.0
// Text and exit status of simulated runs. Silicon has neither; stores go nowhere there.
#pragma once
#include <siracusa/runtime/registers.hpp>

namespace deeploy::siracusa {
inline void print(char const* text) {
  uint32_t const hart = read_csr<csr::hart>();
  uint32_t const port = address::console + ((hart >> 5) << 7) + ((hart & 31) << 3);
  for (; *text != 0; ++text) *reinterpret_cast<uint8_t volatile*>(port) = static_cast<uint8_t>(*text);
}
inline void print(uint32_t number, uint32_t base = 10) {
  char text[11];
  char* at = text + sizeof text;
  *--at = 0;
  do *--at = "0123456789abcdef"[number % base];
  while (number /= base);
  print(at);
}
/// Ends the program. @param status  0 to 255
[[noreturn]] inline void exit(uint32_t status) {
  store(address::soc_control + 0xA0, 1u << 31 | status);
  for (;;) asm volatile("wfi");
}
}  // namespace deeploy::siracusa
