// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all.
#pragma once
#include <string>

namespace deeploy::write {
/// Writes a file aside and renames it, so that no half-written one is ever seen. Empty when it worked, else why not.
std::string write_file(std::string const& path, std::string const& content);
}  // namespace deeploy::write
