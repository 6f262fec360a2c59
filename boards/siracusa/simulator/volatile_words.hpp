// SPDX-License-Identifier: Apache-2.0
// Which words a program shares on purpose: its global variables that are volatile, by the debug information.
#pragma once
#include "core.hpp"

#include <string>
#include <vector>

namespace simulator {
/// Addresses of the words that hold volatile numbers and pointers of at most a word: variables, members of structures,
/// elements of arrays. A volatile structure as a whole does not count: it is data. Nothing without debug information.
std::vector<address32> volatile_words(std::string const& elf_path);
}  // namespace simulator
