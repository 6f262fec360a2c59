// SPDX-License-Identifier: Apache-2.0
// What ends a run before the program does: a fault of a core or of a device that a core programmed.
#pragma once
#include <stdexcept>
#include <string>

namespace simulator {
struct core;

/// Thrown by whatever finds the fault; the machine adds the core's program counter, function, line and backtrace.
struct fault : std::runtime_error {
  explicit fault(std::string const& what) : std::runtime_error(what) {}
};

/// The exit code of a run that a fault ended.
inline constexpr int exit_fault = 125;
/// The exit code of a run in which --check found something.
inline constexpr int exit_findings = 123;
/// The exit code of a run that --max-cycles or Ctrl-C ended.
inline constexpr int exit_stopped = 124;
}  // namespace simulator
