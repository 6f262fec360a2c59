// SPDX-License-Identifier: Apache-2.0
// The sanitizer lets a word that was never written be copied: the copy was never written either, and using it is found.
#include "check.hpp"

#include <cstring>

namespace simulator {
/// Is the register that this load fills only stored, before it gets another value or a branch comes? Notes the stores.
bool checker::is_copy(core& c) {
  constexpr unsigned farthest = 16;
  decoded const& load = c.slots[(c.pc - c.page) >> 1];
  if (load.kind != instruction_class::load || load.rd == 0 || load.rd >= 32) return false;
  std::vector<copy> stores;
  address32 at = c.pc + load.length;
  for (unsigned n = 0; n < farthest; ++n) {
    std::uint8_t const* const low = system->plain_bytes(at, 2, !c.is_fabric());
    std::uint8_t const* const high = system->plain_bytes(at + 2, 2, !c.is_fabric());
    if (!low) return false;
    std::uint16_t half[2] = {};
    std::memcpy(&half[0], low, 2);
    if (high) std::memcpy(&half[1], high, 2);
    decoded const d =
        decode(half[0] | std::uint32_t{half[1]} << 16, {.zfinx = system->options.zfinx, .checked = true});
    if (!d.execute) return false;
    bool const reads = d.sources >> load.rd & 1;
    if (d.kind == instruction_class::store && d.rs2 == load.rd && d.rs1 != load.rd)
      stores.push_back({c.pc, at});
    else if (reads)
      return false;
    if (d.rd == load.rd || (d.kind != instruction_class::alu && d.kind != instruction_class::load &&
                            d.kind != instruction_class::store))
      break;
    at += d.length;
  }
  copies[c.index].insert(copies[c.index].end(), stores.begin(), stores.end());
  return !stores.empty();
}
}  // namespace simulator
