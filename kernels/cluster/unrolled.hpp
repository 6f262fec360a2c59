// SPDX-License-Identifier: Apache-2.0
// Loops that the compiler must write out, at every optimisation level: what lies in small arrays can then be registers.
#pragma once
#include <deeploy/detail/meta.hpp>

#ifndef DEEPLOY_INLINE_LAMBDA
#define DEEPLOY_INLINE_LAMBDA __attribute__((always_inline))
#endif

namespace deeploy::cluster {
template <int n>
struct number {
  constexpr operator int() const { return n; }
};

/// f(number<from>), f(number<from + 1>) .. up to, but without, `to`.
template <int from, int to, class F>
[[gnu::always_inline]] constexpr void unrolled(F&& f) {
  [&]<int... i>(detail::indices<i...>) DEEPLOY_INLINE_LAMBDA { (f(number<from + i>{}), ...); }
  (detail::first<(to > from ? to - from : 0)>{});
}
}  // namespace deeploy::cluster
