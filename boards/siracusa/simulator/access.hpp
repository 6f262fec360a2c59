// SPDX-License-Identifier: Apache-2.0
// A core's data accesses: the near memory inline, everything else through the machine's router.
#pragma once
#include "core.hpp"

namespace simulator {
/// Accesses outside the near memory: they find the place, charge its latency and raise a fault where there is none.
std::uint32_t load_far(core&, address32 address, unsigned bytes);
void store_far(core&, address32 address, unsigned bytes, std::uint32_t value);

/// Drops decoded instructions of a page that holds some; rare, hence not inline.
void drop_code(core&, address32 address, unsigned bytes);

// The sanitizer's hooks.
void check_load(core&, address32 address, unsigned bytes);
void check_store(core&, address32 address, unsigned bytes);

/// Takes the bank of one word at the first cycle in which it is free; requests are served in order of arrival, which is
/// what a round-robin arbiter gives to cores that wait.
inline void use_bank(core& c, address32 offset) {
  cycle_count& free = c.near.bank_free[offset >> 2 & (map::l1_banks - 1)];
  cycle_count const at = c.ready - 1;
  if (free > at) c.delay(stall::bank_conflict, free - at);
  free = c.ready;
}

inline void use_banks(core& c, address32 offset, unsigned bytes) {
  use_bank(c, offset);
  if ((offset & 3) + bytes > 4) [[unlikely]] {
    c.delay(stall::misaligned, timing::misaligned);
    use_bank(c, offset + 4);
  }
}

template <class T, bool checked>
T core::load(address32 address) {
  if constexpr (checked) check_load(*this, address, sizeof(T));
  if ((address & near.mask) == near.match) [[likely]] {
    address32 const offset = address & near.offset_mask;
    if (offset + sizeof(T) <= near.offset_mask + 1ull) [[likely]] {
      use_banks(*this, offset, sizeof(T));
      T value;
      std::memcpy(&value, near.bytes + offset, sizeof(T));
      return value;
    }
  }
  return static_cast<T>(load_far(*this, address, sizeof(T)));
}

template <class T, bool checked>
void core::store(address32 address, T value) {
  if constexpr (checked) check_store(*this, address, sizeof(T));
  if ((address & near.mask) == near.match) [[likely]] {
    address32 const offset = address & near.offset_mask;
    if (offset + sizeof(T) <= near.offset_mask + 1ull) [[likely]] {
      use_banks(*this, offset, sizeof(T));
      std::memcpy(near.bytes + offset, &value, sizeof(T));
      if (near.has_code[offset >> 12] | near.has_code[(offset + sizeof(T) - 1) >> 12]) [[unlikely]]
        drop_code(*this, address, sizeof(T));
      return;
    }
  }
  store_far(*this, address, sizeof(T), static_cast<std::make_unsigned_t<T>>(value));
}
}  // namespace simulator
