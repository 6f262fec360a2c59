// SPDX-License-Identifier: Apache-2.0
#include "soc.hpp"
#include "fault.hpp"
#include "machine.hpp"

#include <fmt/format.h>

namespace simulator {
namespace {
constexpr std::uint32_t end_of_test = 0x8000'0000u;
constexpr std::size_t longest_line = 1023;
}  // namespace

std::uint32_t soc_control::read(std::uint32_t offset) const {
  switch (offset) {
    case 0x00: return map::cluster_cores << 16 | 1;
    case 0x04: return boot_address;
    case 0x08: return fetch_enable;
    case 0x74: return jtag;
    case 0xA0:
    case 0xC0: return system.exit_status;
    case 0xC4: return 1;  // booted through JTAG: the image is in memory already
    default: throw fault(fmt::format("read of SoC control's register 0x{:02x}, which is not modelled", offset));
  }
}

void soc_control::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case 0x04: boot_address = value; return;
    case 0x08: fetch_enable = value; return;
    case 0x74: jtag = value; return;
    case 0xA0:
      system.exit_status = value & ~end_of_test;
      if (value & end_of_test) system.stop(stop_reason::exit);
      return;
    default: throw fault(fmt::format("write of SoC control's register 0x{:02x}, which is not modelled", offset));
  }
}

void soc_control::put(std::uint32_t offset, char character) {
  std::string& line = lines[offset / 8 % lines.size()];
  if (character != '\n') line += character;
  if (character == '\n' || line.size() >= longest_line) print(line);
}

void soc_control::print(std::string& line) {
  if (system.options.print) {
    system.options.print(line);
  } else {
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  line.clear();
}

void soc_control::flush() {
  for (auto& line : lines)
    if (!line.empty()) print(line);
  if (!system.options.print) std::fflush(stdout);
}
}  // namespace simulator
