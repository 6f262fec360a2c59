// SPDX-License-Identifier: Apache-2.0
// Rules: what makes a job illegal, and what makes it depend on facts of the silicon that nobody has verified.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "job.hpp"

namespace simulator::neureka {
/// The memories that a job may name.
struct memory_limits {
  std::uint32_t l1_address = 0x1000'0000;
  std::uint32_t l1_bytes = 256 * 1024;
  std::uint32_t weight_bytes = 8 * 1024 * 1024;
  /// Every address that the streamers can emit must lie in L1, also those that influence no result: padding, pixels
  /// beyond a partial tile, the rest of a 32-byte word. The silicon may fetch them. Off: only bytes that matter are
  /// looked at.
  bool whole_windows = true;
};

/// A rule that a job breaks: the register and what it must be.
struct violation {
  unsigned job_register = 0;
  std::string rule;
};

/// The first rule that the job breaks; none for a legal job. Looks at registers only.
std::optional<violation> broken_rule(job const& j, memory_limits const& limits);

/// Legal, but the result on silicon rests on an unverified fact. One line each.
std::vector<violation> unverified(job const& j);
}  // namespace simulator::neureka
