// SPDX-License-Identifier: Apache-2.0
// What HyperRAM's channel must not be asked for: BUG says which of the rules is broken.
#include "runtime.hpp"

rt::u32 buffer[64];

int main() {
  constexpr rt::u32 udma = 0x1A102000, hyper = udma + 0x280;
  rt::u32 l3 = 0x2000, bytes = sizeof buffer, to = reinterpret_cast<rt::u32>(buffer), command = 5;
  if (BUG != 1) rt::reg(udma) = 1 << 4;
  if (BUG == 2) command = 1;
  if (BUG == 3) l3 = 64 * 1024 * 1024 - 128;
  if (BUG == 4) ++l3;
  if (BUG == 5) bytes -= 2;
  if (BUG == 6) to = 0x10000000;
  rt::reg(hyper + 0x18) = command;
  rt::reg(hyper + 0x1C) = l3;
  rt::reg(hyper + 0x28) = BUG == 7;
  rt::reg(hyper + 0x2C) = 16;
  rt::reg(hyper + 0x30) = 8 * 1024 * 1024;
  rt::reg(hyper + 0x00) = to;
  rt::reg(hyper + 0x04) = bytes;
  rt::reg(hyper + 0x08) = 16 | 4;
  if (BUG == 8) rt::reg(hyper + 0x08) = 16 | 4;
  while (rt::reg(hyper + 0x08) & 0x30) {
  }
  rt::print("not noticed\n");
  return 0;
}
