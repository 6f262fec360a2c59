// SPDX-License-Identifier: Apache-2.0
// The cache of decoded instructions: one slot for each half-word of a page of 4 KiB, decoded when first executed.
#pragma once
#include "isa/decoded.hpp"
#include "map.hpp"

#include <memory>
#include <vector>

namespace simulator {
/// A range of addresses, the last one excluded.
struct address_range {
  address32 begin = 0, end = 0;
  bool contains(address32 a) const { return a >= begin && a < end; }
};

class code_region {
public:
  static constexpr address32 page_bytes = 4096;
  code_region(address32 base, std::vector<std::uint8_t>& bytes)
      : base(base), memory(bytes), has_code(bytes.size() / page_bytes + 1), pages(bytes.size() / page_bytes) {}

  bool contains(address32 a) const { return a - base < memory.size(); }
  decoded* page_of(address32 a) {
    auto& page = pages[(a - base) / page_bytes];
    if (!page) page = std::make_unique<decoded[]>(page_bytes / 2);
    return page.get();
  }
  /// The four bytes at an address, as far as the memory goes.
  std::uint32_t word_at(address32 a) const;
  /// Forgets what was decoded from these bytes.
  void drop(address32 a, std::uint32_t bytes);
  void mark(address32 a) { has_code[(a - base) / page_bytes] = 1; }
  std::uint8_t* flags() { return has_code.data(); }
  bool holds_code(address32 a, std::uint32_t bytes) const;

  address32 const base;

private:
  std::vector<std::uint8_t>& memory;
  std::vector<std::uint8_t> has_code;
  std::vector<std::unique_ptr<decoded[]>> pages;
};
}  // namespace simulator
