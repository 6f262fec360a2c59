// SPDX-License-Identifier: Apache-2.0
// The version of the library and of the files that it generates. CMake reads it from here.
#pragma once

#define DEEPLOY_VERSION_MAJOR 0
#define DEEPLOY_VERSION_MINOR 1
#define DEEPLOY_VERSION_PATCH 0

namespace deeploy {
/// The layout of generated headers and images. A header of another format does not compile (DPL-3001).
inline constexpr int format_version = 1;
/// The library as one number: major * 10000 + minor * 100 + patch.
inline constexpr int tool_version = DEEPLOY_VERSION_MAJOR * 10000 + DEEPLOY_VERSION_MINOR * 100 + DEEPLOY_VERSION_PATCH;
}  // namespace deeploy
