// SPDX-License-Identifier: Apache-2.0
#include "code.hpp"

#include <algorithm>
#include <cstring>

namespace simulator {
std::uint32_t code_region::word_at(address32 a) const {
  std::uint32_t word = 0;
  std::size_t const offset = a - base;
  std::memcpy(&word, memory.data() + offset, std::min<std::size_t>(4, memory.size() - offset));
  return word;
}

bool code_region::holds_code(address32 a, std::uint32_t bytes) const {
  for (address32 page = (a - base) / page_bytes; page <= (a - base + bytes - 1) / page_bytes; ++page)
    if (has_code[page]) return true;
  return false;
}

void code_region::drop(address32 a, std::uint32_t bytes) {
  if (!holds_code(a, bytes)) return;
  // An instruction that starts two bytes earlier may reach into the first of these.
  std::uint64_t const first = std::max<std::uint64_t>((a & ~1u) - base, 2) - 2, end = std::uint64_t{a} - base + bytes;
  for (std::uint64_t offset = first; offset < end && offset < memory.size(); offset += 2)
    if (auto& page = pages[offset / page_bytes]) page[offset % page_bytes / 2].execute = nullptr;
}
}  // namespace simulator
