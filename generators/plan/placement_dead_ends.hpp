// SPDX-License-Identifier: Apache-2.0
// dead_ends: a bounded memory of the states from which the search is known to reach no placement.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace deeploy::plan::detail {

constexpr std::uint64_t scramble(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

/// A hash table of 64-bit keys that forgets when it is full. Two states with one key are taken for one; the odds that a
/// search of a million nodes meets such a pair are about one in ten million.
class dead_ends {
public:
  [[nodiscard]] bool contains(std::uint64_t key) const {
    key |= free_key + 1;
    for (std::size_t probe = 0; probe < probes; ++probe) {
      auto const found = table[at(key, probe)];
      if (found == key) return true;
      if (found == free_key) return false;
    }
    return false;
  }

  void insert(std::uint64_t key) {
    if (count * 2 > table.size() && table.size() < largest_table) grow();
    add(key | (free_key + 1));
  }

private:
  static constexpr std::uint64_t free_key = 0;           // so keys are odd: see above
  static constexpr std::size_t largest_table = 1u << 21;  // 16 MiB
  static constexpr std::size_t probes = 8;

  // From the upper bits, as the lowest is always 1.
  [[nodiscard]] std::size_t at(std::uint64_t key, std::size_t probe) const {
    return (static_cast<std::size_t>(key >> 32) + probe) & (table.size() - 1);
  }

  void add(std::uint64_t key) {
    for (std::size_t probe = 0; probe < probes; ++probe) {
      auto& place = table[at(key, probe)];
      if (place == key) return;
      if (place != free_key) continue;
      place = key;
      ++count;
      return;
    }
    table[at(key, 0)] = key;  // crowded: forgetting costs time, never correctness
  }

  void grow() {
    auto const before = std::exchange(table, std::vector<std::uint64_t>(table.size() * 4, free_key));
    count = 0;
    for (auto const key : before) {
      if (key != free_key) add(key);
    }
  }

  std::vector<std::uint64_t> table = std::vector<std::uint64_t>(1u << 9, free_key);
  std::size_t count = 0;
};

}  // namespace deeploy::plan::detail
