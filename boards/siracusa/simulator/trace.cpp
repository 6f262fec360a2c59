// SPDX-License-Identifier: Apache-2.0
#include "observers.hpp"

#include <charconv>
#include <fmt/format.h>

namespace simulator {
namespace {
/// A number or the name of a symbol.
address32 parse_address(firmware const& image, std::string const& text) {
  if (auto const symbol = image.address_of(text)) return *symbol;
  std::size_t used = 0;
  unsigned long value = 0;
  try {
    value = std::stoul(text, &used, 0);
  } catch (std::exception const&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || value > 0xFFFF'FFFF)
    throw std::invalid_argument(fmt::format("--trace: '{}' is neither an address nor a symbol", text));
  return static_cast<address32>(value);
}
}  // namespace

trace::trace(firmware const& i, bool zfinx, std::string const& text, std::FILE* out)
    : image(i), zfinx(zfinx), out(out) {
  auto const colon = text.find(':');
  std::string const name = text.substr(0, colon);
  if (name == "fc")
    index = map::fabric_core;
  else if (name.size() == 1 && name[0] >= '0' && name[0] <= '8')
    index = static_cast<unsigned>(name[0] - '0');
  else
    throw std::invalid_argument(fmt::format("--trace: '{}' is no core: 0 to 7, or fc", name));
  if (colon == std::string::npos) return;
  std::string const rest = text.substr(colon + 1);
  auto const dash = rest.find('-');
  range.begin = parse_address(image, rest.substr(0, dash));
  if (dash != std::string::npos) {
    range.end = parse_address(image, rest.substr(dash + 1));
  } else {
    // A function alone: all of it.
    auto const* f = image.function_at(range.begin);
    range.end = f && f->begin == range.begin && f->end > f->begin ? f->end : range.begin + 4;
  }
}

void trace::after(core& c, decoded const& d, address32 pc) {
  if (c.index != index || !range.contains(pc)) return;
  std::uint8_t const* bytes = c.system->plain_bytes(pc, 2, !c.is_fabric());
  std::uint32_t word = 0;
  if (bytes) std::memcpy(&word, bytes, d.length);
  std::string effect;
  if (d.rd != discarded_register) effect = fmt::format("x{}={:08x}", d.rd, c.registers[d.rd]);
  fmt::print(out, "{:>10} {} {:08x} {:<32} {:<14} {}\n", c.now, c.is_fabric() ? "fc" : std::to_string(c.index), pc,
             disassemble(word, pc, zfinx), effect, image.where(pc));
}
}  // namespace simulator
