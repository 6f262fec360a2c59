// SPDX-License-Identifier: Apache-2.0
// An array of zeros that costs memory only where it is touched: HyperRAM and the sanitizer's shadows are large and
// mostly idle.
#pragma once
#include <cstdlib>
#include <new>
#include <type_traits>

namespace simulator {
template <class T>
class zeroed_array {
  static_assert(std::is_trivial_v<T>);

public:
  zeroed_array() = default;
  explicit zeroed_array(std::size_t n) { resize(n); }
  zeroed_array(zeroed_array const&) = delete;
  zeroed_array& operator=(zeroed_array const&) = delete;
  ~zeroed_array() { std::free(items); }
  /// Drops what it held.
  void resize(std::size_t n) {
    std::free(items);
    items = static_cast<T*>(std::calloc(n, sizeof(T)));
    if (!items) throw std::bad_alloc();
    count = n;
  }
  T* data() { return items; }
  T const* data() const { return items; }
  std::size_t size() const { return count; }
  T& operator[](std::size_t i) { return items[i]; }
  T const& operator[](std::size_t i) const { return items[i]; }
  T* begin() { return items; }

private:
  T* items = nullptr;
  std::size_t count = 0;
};
}  // namespace simulator
