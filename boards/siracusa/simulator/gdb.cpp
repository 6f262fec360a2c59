// SPDX-License-Identifier: Apache-2.0
#include "gdb.hpp"

#include <fmt/format.h>

namespace simulator {
namespace {
constexpr unsigned signal_interrupt = 2, signal_trap = 5, signal_segv = 11;
std::string hex32(std::uint32_t v) { return fmt::format("{:08x}", __builtin_bswap32(v)); }
int digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}
/// A hexadecimal number at `at`, which moves behind it.
std::uint64_t number(std::string const& text, std::size_t& at) {
  std::uint64_t value = 0;
  while (at < text.size() && digit(text[at]) >= 0) value = value << 4 | static_cast<unsigned>(digit(text[at++]));
  return value;
}
/// -1 means all threads, 0 any.
long thread_of(std::string const& text, std::size_t at) {
  if (at < text.size() && text[at] == '-') return -1;
  return static_cast<long>(number(text, at));
}
constexpr char const* target_description =
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target "
    "version=\"1.0\"><architecture>riscv:rv32</architecture></target>";
}  // namespace

std::string gdb_stub::packet() {
  for (;;) {
    int c = channel.get(true);
    if (c < 0) return "";
    if (c == 3) return "\x03";
    if (c != '$') continue;  // acknowledgements
    std::string payload;
    unsigned sum = 0;
    while ((c = channel.get(true)) >= 0 && c != '#') {
      payload += static_cast<char>(c);
      sum += static_cast<unsigned>(c);
    }
    int const high = digit(static_cast<char>(channel.get(true))), low = digit(static_cast<char>(channel.get(true)));
    bool const good = high >= 0 && low >= 0 && static_cast<unsigned>(high * 16 + low) == (sum & 255);
    channel.put(good ? "+" : "-");
    if (good) return payload.empty() ? std::string(1, '\0') : payload;
  }
}

void gdb_stub::answer(std::string const& payload) {
  unsigned sum = 0;
  for (unsigned char c : payload) sum += c;
  channel.put(fmt::format("${}#{:02x}", payload, sum & 255));
}

void gdb_stub::serve() {
  while (!finished) {
    std::string const p = packet();
    if (p.empty()) return;
    if (p == "\x03") continue;
    std::string const reply = handle(p);
    if (!finished || reply.starts_with('W')) answer(reply);
    if (reply.starts_with('W')) channel.wait_for_end();
  }
}

std::string gdb_stub::read_register(unsigned n) const {
  core const& c = chosen();
  if (n < 32) return hex32(c.registers[n]);
  if (n == 32) return hex32(c.pc);
  return "";
}
std::string gdb_stub::read_registers() const {
  std::string all;
  for (unsigned n = 0; n <= 32; ++n) all += read_register(n);
  return all;
}
bool gdb_stub::write_register(unsigned n, std::string const& hex) {
  std::size_t at = 0;
  if (hex.size() < 8) return false;
  auto const value = __builtin_bswap32(static_cast<std::uint32_t>(number(hex.substr(0, 8), at)));
  core& c = chosen();
  if (n > 32) return false;
  if (n == 32) {
    passing &= ~(1u << c.index);
    c.pc = value;
    c.interrupts_changed();  // the next fetch is a fresh one
  } else if (n != 0) {
    c.registers[n] = value;
  }
  return true;
}

std::string gdb_stub::read_memory(std::string const& p) const {
  std::size_t at = 1;
  auto const address = static_cast<address32>(number(p, at));
  auto const bytes = static_cast<std::uint32_t>(number(p, ++at));
  std::string text;
  for (std::uint32_t i = 0; i < bytes && i < 0x1000; ++i) {
    std::uint8_t const* b = system.plain_bytes(address + i, 1, !chosen().is_fabric());
    if (!b) break;
    text += fmt::format("{:02x}", *b);
  }
  return text.empty() ? "E01" : text;
}
std::string gdb_stub::write_memory(std::string const& p) {
  std::size_t at = 1;
  auto const address = static_cast<address32>(number(p, at));
  auto const bytes = static_cast<std::uint32_t>(number(p, ++at));
  ++at;
  for (std::uint32_t i = 0; i < bytes; ++i, at += 2) {
    std::uint8_t* b = system.plain_bytes(address + i, 1, !chosen().is_fabric());
    if (!b || at + 1 >= p.size()) return "E01";
    *b = static_cast<std::uint8_t>(digit(p[at]) * 16 + digit(p[at + 1]));
    system.code_changed(address + i < map::l1_bytes ? address + i + map::l1 : address + i, 1);
  }
  return "OK";
}
std::string gdb_stub::breakpoint(std::string const& p) {
  if (p[1] != '0' && p[1] != '1') return "";  // no watchpoints
  std::size_t at = 3;
  auto const address = static_cast<address32>(number(p, at));
  if (p[0] == 'Z')
    breakpoints.insert(address);
  else
    breakpoints.erase(address);
  return "OK";
}

std::string gdb_stub::query(std::string const& p) {
  if (p.starts_with("qSupported")) return "PacketSize=2000;qXfer:features:read+;vContSupported+;swbreak-";
  if (p.starts_with("qXfer:features:read:target.xml:")) {
    std::size_t at = p.rfind(':') + 1;
    std::uint64_t const offset = number(p, at), length = number(p, ++at);
    std::string const all = target_description;
    if (offset >= all.size()) return "l";
    std::string const part = all.substr(offset, length);
    return (offset + part.size() < all.size() ? "m" : "l") + part;
  }
  if (p == "qC") return fmt::format("QC{:x}", selected + 1);
  if (p == "qAttached") return "1";
  if (p == "qfThreadInfo") {
    std::string list = "m9";
    for (unsigned i = 0; i < map::cluster_cores; ++i)
      if (system.cores[i].state != core_state::off) list += fmt::format(",{:x}", i + 1);
    return list;
  }
  if (p == "qsThreadInfo") return "l";
  if (p.starts_with("qThreadExtraInfo,")) {
    long const thread = thread_of(p, 17);
    std::string const name = thread == 9 ? "fabric controller" : fmt::format("core {}", thread - 1);
    std::string hex;
    for (unsigned char c : name) hex += fmt::format("{:02x}", c);
    return hex;
  }
  return "";
}

std::string gdb_stub::stop_reply() {
  switch (system.stopped) {
    case stop_reason::exit: finished = true; return fmt::format("W{:02x}", system.exit_status & 255);
    case stop_reason::fault:
      stopped_core = std::max(system.stop_core, 0);
      return fmt::format("T{:02x}thread:{:x};", signal_segv, stopped_core + 1);
    case stop_reason::deadlock:
    case stop_reason::limit: return fmt::format("T{:02x}thread:{:x};", signal_interrupt, selected + 1);
    default: break;
  }
  selected = resumed = static_cast<unsigned>(stopped_core);
  return fmt::format("T{:02x}thread:{:x};", interrupted ? signal_interrupt : signal_trap, stopped_core + 1);
}

/// Runs until something stops: `steps` and `held` are sets of cores, the others go on.
std::string gdb_stub::resume(unsigned steps, unsigned held) {
  // After a fault nothing runs on.
  if (system.stopped == stop_reason::fault || system.stopped == stop_reason::deadlock) return stop_reply();
  interrupted = false;
  stepping = steps;
  holding = held;
  system.watch = this;
  system.run();
  return stop_reply();
}

/// vCont;action:thread;...: each core takes the first action that names it, or all; without one it stands still.
std::string gdb_stub::resume_by_actions(std::string const& p) {
  constexpr unsigned everybody = (1u << map::all_cores) - 1;
  unsigned steps = 0, named = 0;
  for (std::size_t at = p.find(';'); at != std::string::npos; at = p.find(';', at)) {
    if (++at >= p.size()) break;
    bool const step = p[at] == 's' || p[at] == 'S';
    std::size_t const end = std::min(p.find(';', at), p.size()), colon = p.find(':', at);
    long const thread = colon < end ? thread_of(p, colon + 1) : -1;
    if (thread > static_cast<long>(map::all_cores)) return "E01";
    unsigned const who = (thread <= 0 ? everybody : 1u << (thread - 1)) & ~named;
    named |= who;
    if (step) steps |= who;
  }
  return resume(steps, everybody & ~named);
}

// Looking for Ctrl-C costs a system call: now and then is enough.
bool gdb_stub::look() {
  if (channel.get(false) == 3) interrupted = true;
  return !interrupted;
}

bool gdb_stub::before(core& c, decoded const&) {
  unsigned const self = 1u << c.index;
  if (++instructions % 4096 == 0 && !look()) {
    stopped_core = static_cast<int>(c.index);
    return false;
  }
  if (!(stepping & self) && breakpoints.contains(c.pc) && !(passing & self)) {
    stopped_core = static_cast<int>(c.index);
    passing |= self;
    return false;
  }
  passing &= ~self;
  return true;
}

/// A step ends behind the instruction, not before the next one: that of a core that now sleeps may never come.
void gdb_stub::after(core& c, decoded const&, address32) {
  if (!(stepping >> c.index & 1)) return;
  stopped_core = static_cast<int>(c.index);
  system.stop(stop_reason::observer);
}

std::string gdb_stub::handle(std::string const& p) {
  switch (p[0]) {
    case '?': return fmt::format("T{:02x}thread:{:x};", signal_trap, selected + 1);
    case 'g': return read_registers();
    case 'G':
      for (unsigned n = 0; n <= 32 && p.size() >= 1 + 8 * (n + 1); ++n) write_register(n, p.substr(1 + 8 * n, 8));
      return "OK";
    case 'p': {
      std::size_t at = 1;
      std::string const value = read_register(static_cast<unsigned>(number(p, at)));
      return value.empty() ? "E01" : value;
    }
    case 'P': {
      std::size_t at = 1;
      auto const n = static_cast<unsigned>(number(p, at));
      return write_register(n, p.substr(std::min(at + 1, p.size()))) ? "OK" : "E01";
    }
    case 'm': return read_memory(p);
    case 'M': return write_memory(p);
    case 'Z':
    case 'z': return p.size() > 3 ? breakpoint(p) : "E01";
    case 'H': {
      long const thread = p.size() > 2 ? thread_of(p, 2) : 0;
      if (thread > static_cast<long>(map::all_cores)) return "E01";
      if (thread > 0) (p[1] == 'c' ? resumed : selected) = static_cast<unsigned>(thread - 1);
      return "OK";
    }
    case 'T': {
      long const thread = thread_of(p, 1);
      bool const alive = thread >= 1 && thread <= static_cast<long>(map::all_cores) &&
                         system.cores[static_cast<unsigned>(thread - 1)].state != core_state::off;
      return alive ? "OK" : "E01";
    }
    case 'c': return resume(0, 0);
    case 's': return resume(1u << resumed, 0);
    case 'v':
      if (p == "vCont?") return "vCont;c;C;s;S";
      return p.starts_with("vCont;") ? resume_by_actions(p) : "";
    case 'q': return query(p);
    case 'D':
      finished = true;
      answer("OK");
      system.watch = nullptr;
      system.run();
      return "";
    case 'k':
      finished = true;
      system.stop(stop_reason::interrupted);
      return "";
    default: return "";
  }
}
}  // namespace simulator
