// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdlib>

namespace deeploy::test {
/// DEEPLOY_ROUNDS: how often each random thing is tried, as a multiple of the default.
inline int rounds() {
  char const* const asked = std::getenv("DEEPLOY_ROUNDS");
  return asked == nullptr ? 1 : std::max(1, std::atoi(asked));
}
}  // namespace deeploy::test
