// SPDX-License-Identifier: Apache-2.0
// Steps that planning and packing share: constants in, files out.
#pragma once
#include <generators/write/images.hpp>

namespace deeploy::write {
/// Reads constants.bin; the message when it cannot. No path: a network whose constants have values of their own.
std::string read_constants(std::string const& path, std::string& constants);
/// Writes all files into a folder; the status for the program, messages on stderr.
int write_all(std::vector<std::pair<std::string, std::string>> const& files, std::string const& folder);
}  // namespace deeploy::write
