// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace deeploy::write {
/// Writes files (path, content) aside and then renames all of them, so that a full disk or a missing permission leaves what was
/// there before; folders are made where needed, and taken back as well. Empty when it worked, else why not.
std::string write_files(std::vector<std::pair<std::string, std::string>> const& files);
/// The same for one file.
std::string write_file(std::string const& path, std::string const& content);
}  // namespace deeploy::write
