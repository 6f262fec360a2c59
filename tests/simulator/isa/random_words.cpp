// SPDX-License-Identifier: Apache-2.0
// Random instruction words through decoder, disassembler and execution: no crash, no hang, no endless run; words that
// decode also decode the same way twice.
#include "machine.hpp"

#include <cstdio>
#include <memory>
#include <random>

int main() {
  using namespace simulator;
  std::mt19937 random(12345);
  unsigned decoded_words = 0, faults = 0;
  for (unsigned round = 0; round < 10000; ++round) {
    // Half of them plain random, half with the opcode of a row of the table.
    std::uint32_t word = random();
    if (round & 1) {
      auto const table = instruction_table();
      auto const& row = table[random() % table.size()];
      word = (word & ~row.mask) | row.match;
    }
    bool const zfinx = round & 2;
    if (decode(word, {.zfinx = zfinx}).execute) ++decoded_words;
    if (disassemble(word, 0x1C010000, zfinx).empty()) return 1;
  }
  // Whole memories of random words, run as programs by all nine cores.
  for (unsigned seed = 0; seed < 40; ++seed) {
    auto const m = std::make_unique<machine>(machine_options{
        .zfinx = (seed & 1) != 0, .checked = false, .max_cycles = 20000, .print = [](std::string const&) {}});
    auto const table = instruction_table();
    for (std::size_t i = 0; i < 0x10000; i += 4) {
      auto const& row = table[random() % table.size()];
      std::uint32_t const word = (random() & ~row.mask) | row.match;
      std::memcpy(&m->l2[0x8000 + i], &word, 4);
    }
    for (auto& c : m->cores)
      for (unsigned r = 1; r < 32; ++r) c.registers[r] = random() % 3 == 0 ? random() : 0x10000000 + random() % 0x40000;
    m->start(0x1C008000);
    for (unsigned i = 0; i < 8; ++i) m->start_cluster_core(m->cores[8], i, 0x1C008000 + 0x400 * i);
    if (m->run() == stop_reason::fault) ++faults;
    if (m->now > 30000) return 1;
  }
  std::printf("10000 words, %u decoded; 40 random programs, %u faults\n", decoded_words, faults);
  return decoded_words > 4000 && faults > 20 ? 0 : 1;
}
