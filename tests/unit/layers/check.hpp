// SPDX-License-Identifier: Apache-2.0
// What every random layer must pass; one test case per operator.
#pragma once
#include <doctest/doctest.h>

#include <string>
#include <support/rounds.hpp>
#include <support/tiling.hpp>

namespace deeploy::test {
void check_kernels(std::vector<layer_case> const& all);
void check_tiling(std::vector<layer_case> const& all);
void check_regions(std::vector<layer_case> const& all);
}  // namespace deeploy::test

#define DEEPLOY_LAYER_TESTS(kind)                                                                      \
  TEST_CASE(#kind ": kernel against plain loops") { check_kernels(cases<kind##_case, seeds>(#kind)); } \
  TEST_CASE(#kind ": tiled as untiled") { check_tiling(cases<kind##_case, seeds>(#kind)); }            \
  TEST_CASE(#kind ": region rule against brute force") { check_regions(cases<kind##_case, seeds>(#kind)); }
