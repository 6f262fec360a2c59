// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"
#include "fault.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace simulator {
void load(machine& m, firmware const& image) {
  for (auto const& segment : image.segments) {
    auto const bytes = static_cast<std::uint32_t>(segment.bytes.size());
    std::uint8_t* at = m.plain_bytes(segment.address, bytes + segment.zero_bytes, false);
    if (!at)
      throw bad_image(fmt::format("a segment of {} bytes at 0x{:08x} is outside every memory",
                                  bytes + segment.zero_bytes, segment.address));
    std::copy(segment.bytes.begin(), segment.bytes.end(), at);
    std::fill_n(at + bytes, segment.zero_bytes, std::uint8_t{0});
  }
  m.executable = image.executable;
  m.start(image.entry);
}

void fill_l3(machine& m, std::string const& file_and_offset) {
  std::string path = file_and_offset;
  std::uint64_t offset = 0;
  if (auto const at = path.rfind('@'); at != std::string::npos) {
    char* end = nullptr;
    offset = std::strtoull(path.c_str() + at + 1, &end, 0);
    if (*end != 0 || end == path.c_str() + at + 1)
      throw bad_image(fmt::format("--l3: '{}' is no offset", path.substr(at + 1)));
    path.resize(at);
  }
  std::ifstream file(path, std::ios::binary);
  std::string const content{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw bad_image(fmt::format("--l3: {} cannot be read", path));
  if (offset > map::l3_bytes || content.size() > map::l3_bytes - offset)
    throw bad_image(fmt::format("--l3: {} bytes at {} do not fit HyperRAM's {}", content.size(), offset, map::l3_bytes));
  std::copy(content.begin(), content.end(), m.l3.data() + offset);
}

std::string describe_core(machine& m, firmware const& image, core const& c) {
  std::string const name = c.is_fabric() ? "fabric controller" : fmt::format("core {}", c.index);
  switch (c.state) {
    case core_state::off: return name + ": not started";
    case core_state::running: return fmt::format("{}: at 0x{:08x} {}", name, c.pc, image.where(c.pc));
    case core_state::waiting_event:
      return fmt::format("{}: waits for {} at 0x{:08x} {}", name, m.events.waits_for(c.index), c.wait_pc,
                         image.where(c.wait_pc));
    case core_state::waiting_interrupt:
      return fmt::format("{}: wfi before 0x{:08x} {} (enabled lines 0x{:08x})", name, c.pc, image.where(c.pc),
                         c.is_fabric() ? m.fabric_interrupts.enabled_lines() : 0);
    case core_state::waiting_device:
      return fmt::format("{}: waits for the DMA at 0x{:08x} {}", name, c.pc, image.where(c.pc));
  }
  return name;
}

namespace {
/// Is the instruction before this address a call?
bool follows_call(machine& m, core const& c, address32 a) {
  if (a & 1) return false;
  auto const word = [&](address32 at, std::uint32_t bytes) -> std::uint32_t {
    std::uint8_t const* p = m.plain_bytes(at, bytes, !c.is_fabric());
    std::uint32_t value = 0;
    if (p) std::memcpy(&value, p, bytes);
    return value;
  };
  std::uint32_t const full = word(a - 4, 4), half = word(a - 2, 2);
  bool const jal = (full & 0x7F) == 0x6F && (full >> 7 & 31) == 1;
  bool const jalr = (full & 0x707F) == 0x67 && (full >> 7 & 31) == 1;
  bool const compressed_jal = (half & 0xE003) == 0x2001;
  bool const compressed_jalr = (half & 0xF07F) == 0x9002 && (half >> 7 & 31) != 0;
  return jal || jalr || compressed_jal || compressed_jalr;
}
bool is_code(machine const& m, address32 a) {
  for (auto const& r : m.executable)
    if (r.contains(a)) return true;
  return false;
}
}  // namespace

std::string backtrace(machine& m, firmware const& image, core const& c) {
  std::string text = fmt::format("    0x{:08x} {}\n", c.pc, image.where(c.pc));
  address32 const ra = c.registers[1];
  symbol const* here = image.function_at(c.pc);
  if (is_code(m, ra) && follows_call(m, c, ra) && image.function_at(ra) != here)
    text += fmt::format("    0x{:08x} {}\n", ra, image.where(ra - 1));
  // Return addresses on the stack: words behind a call, in order. Stale ones may be among them.
  address32 const sp = c.registers[2] & ~3u;
  unsigned found = 0;
  for (unsigned i = 0; i < 512 && found < 12; ++i) {
    std::uint8_t const* p = m.plain_bytes(sp + 4 * i, 4, !c.is_fabric());
    if (!p) break;
    std::uint32_t value;
    std::memcpy(&value, p, 4);
    if (!is_code(m, value) || !follows_call(m, c, value) || (value == ra && found == 0)) continue;
    text += fmt::format("    0x{:08x} {}\n", value, image.where(value - 1));
    ++found;
  }
  return text;
}

std::string describe_stop(machine& m, firmware const& image) {
  std::string text;
  bool all_cores = true;
  switch (m.stopped) {
    case stop_reason::none:
    case stop_reason::exit: return "";
    case stop_reason::fault:
      if (m.stop_core >= 0) {
        core const& c = m.cores[static_cast<unsigned>(m.stop_core)];
        return fmt::format(
            "siracusa-sim: {} at cycle {}\n  {}\n{}", m.stop_text, m.now,
            fmt::format("{}, pc 0x{:08x}, {}", c.is_fabric() ? "fabric controller" : fmt::format("core {}", c.index),
                        c.pc, image.where(c.pc)),
            backtrace(m, image, c));
      }
      text = fmt::format("siracusa-sim: {} at cycle {}\n", m.stop_text, m.now);
      break;
    case stop_reason::limit: text = fmt::format("siracusa-sim: stopped after {} cycles (--max-cycles)\n", m.now); break;
    case stop_reason::interrupted: text = fmt::format("siracusa-sim: interrupted at cycle {}\n", m.now); break;
    case stop_reason::deadlock:
      text = fmt::format("siracusa-sim: every core sleeps and nothing can wake one, at cycle {}\n", m.now);
      break;
    case stop_reason::observer: text = fmt::format("siracusa-sim: stopped at cycle {}\n", m.now); break;
  }
  if (all_cores)
    for (auto const& c : m.cores) text += "  " + describe_core(m, image, c) + "\n";
  return text;
}

int exit_code(machine const& m) {
  switch (m.stopped) {
    case stop_reason::exit: return static_cast<int>(m.exit_status & 0xFF);
    case stop_reason::fault:
    case stop_reason::deadlock: return exit_fault;
    default: return exit_stopped;
  }
}
}  // namespace simulator
