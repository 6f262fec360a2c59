// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same in the compiler and at run time: splitmix64, drawn from a seed.
#pragma once
#include <deeploy/types.hpp>
#include <initializer_list>

namespace deeploy::test {

class drawn {
 public:
  constexpr explicit drawn(u64 seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x1234567) {}
  constexpr u32 bits() {
    u64 z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
    return static_cast<u32>((z ^ z >> 31) >> 32);
  }
  /// Low and high are both possible.
  constexpr i64 in(i64 low, i64 high) {
    u64 const many = static_cast<u64>(high - low) + 1;
    return low + static_cast<i64>((static_cast<u64>(bits()) << 16 ^ bits()) % many);
  }
  constexpr index one_of(index low, index high) { return static_cast<index>(in(low, high)); }
  constexpr bool chance(int percent) { return in(0, 99) < percent; }
  template <class T>
  constexpr T pick(std::initializer_list<T> list) {
    return list.begin()[in(0, static_cast<i64>(list.size()) - 1)];
  }

 private:
  u64 state_;
};
}  // namespace deeploy::test
