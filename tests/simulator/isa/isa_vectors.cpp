// SPDX-License-Identifier: Apache-2.0
// Executes the vectors of vectors.py one by one, in both forms of floating point, and holds the words of encodings.txt
// against the decoder's names.
#include "machine.hpp"
#include "isa/csr.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

namespace {
using namespace simulator;
constexpr address32 data = 0x10001000, default_pc = 0x1C010000;
int failures = 0;

std::uint32_t& place(core& c, std::string const& key, bool zfinx) {
  unsigned const digit = static_cast<unsigned>(key.back() - '0');
  if (key == "pc") return c.pc;
  if (key == "flags") return c.fcsr;
  if (key[0] == 's') return c.mac_registers[digit];
  if (key[0] == 'f') return c.registers[10 + digit + (zfinx ? 0 : float_registers)];
  if (key.starts_with("mem"))
    return *reinterpret_cast<std::uint32_t*>(&c.system->l1[data - map::l1 + (key == "mem" ? 0 : digit * 4)]);
  return c.registers[10 + digit];
}

struct vector_line {
  std::string name;
  std::uint32_t word = 0;
  std::vector<std::pair<std::string, std::uint32_t>> inputs, expected;
};

vector_line parse(std::string const& line) {
  vector_line v;
  std::istringstream in(line);
  std::string word, token;
  in >> v.name >> word;
  v.word = static_cast<std::uint32_t>(std::stoul(word, nullptr, 16));
  bool expectations = false;
  while (in >> token) {
    if (token == "|")
      expectations = true;
    else {
      auto const equals = token.find('=');
      auto& list = expectations ? v.expected : v.inputs;
      list.emplace_back(token.substr(0, equals),
                        static_cast<std::uint32_t>(std::stoul(token.substr(equals + 1), nullptr, 16)));
    }
  }
  return v;
}

void execute(machine& m, vector_line const& v, bool zfinx, bool checked) {
  core& c = m.cores[0];
  decoded const d = decode(v.word, {.zfinx = zfinx, .checked = checked});
  std::string const text = disassemble(v.word, default_pc, zfinx);
  if (!d.execute || text.substr(0, text.find(' ')) != v.name) {
    if (++failures < 30) fmt::print("{:08x}: decoded as {}, not {}\n", v.word, text, v.name);
    return;
  }
  c.pc = default_pc;
  c.fcsr = 0;
  for (auto const& [key, value] : v.inputs) place(c, key, zfinx) = value;
  c.next_pc = c.pc + 4;
  c.ready = 1;
  d.execute(c, d);
  c.pc = c.next_pc;
  for (auto const& [key, value] : v.expected)
    if (place(c, key, zfinx) != value && ++failures < 30)
      fmt::print("{} {:08x}{}: {} is {:08x}, not {:08x}\n", v.name, v.word, zfinx ? " (zfinx)" : "", key,
                 place(c, key, zfinx), value);
  if (c.registers[0] != 0 && ++failures < 30) fmt::print("{}: x0 was written\n", v.name);
}

/// Names in encodings.txt that are another spelling of the table's.
std::string table_name(std::string name) { return name == "pv.smlsdotsup.b" ? "pv.mlsdotsup.b" : name; }
}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::set<std::string> executed;
  unsigned long count = 0;
  for (bool checked : {false, true})
    for (bool zfinx : {false, true}) {
      auto const m = std::make_unique<machine>(machine_options{.zfinx = zfinx, .checked = checked});
      std::ifstream vectors(argv[1]);
      for (std::string line; std::getline(vectors, line); ++count) {
        vector_line const v = parse(line);
        execute(*m, v, zfinx, checked);
        executed.insert(v.name);
      }
    }
  std::ifstream encodings(argv[2]);
  unsigned rows = 0;
  for (std::string line; std::getline(encodings, line); ++rows) {
    std::istringstream in(line);
    std::string word, name;
    in >> word >> name;
    if (name == "[Siracusa]") in >> name;
    auto const bits = static_cast<std::uint32_t>(std::stoul(word, nullptr, 16));
    std::string const text = disassemble(bits, 0, false);
    name = table_name(name);
    if (text.substr(0, text.find(' ')) != name && ++failures < 30)
      fmt::print("{}: {} decodes as {}\n", word, name, text);
    // Loops and event loads need a machine that runs; programs test them.
    if (!executed.contains(name) && !name.starts_with("lp.") && name != "p.elw" && ++failures < 30)
      fmt::print("{} of encodings.txt has no vector\n", name);
  }
  // Whatever the table offers has been executed, apart from what needs a running machine.
  std::set<std::string> const running{"ecall", "ebreak", "mret", "wfi",     "fence",  "fence.i",
                                      "p.elw", "flw",    "fsw",  "fmv.x.w", "fmv.w.x"};
  for (auto const& e : instruction_table())
    if (!executed.contains(e.mnemonic) && !running.contains(e.mnemonic) && !e.mnemonic.starts_with("lp.") &&
        !e.mnemonic.starts_with("csr") && ++failures < 60)
      fmt::print("{} has no vector\n", e.mnemonic);
  fmt::print("{} vectors of {} instructions, {} encodings, {} failures\n", count, executed.size(), rows, failures);
  return failures == 0 && count > 100000 && rows > 200 ? 0 : 1;
}
