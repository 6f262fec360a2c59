// SPDX-License-Identifier: Apache-2.0
// input_mistakes: which items no placement can be asked for, in words.
#pragma once
#include <cstdint>
#include <generators/plan/placement.hpp>
#include <span>
#include <string>
#include <vector>

namespace deeploy::plan::detail {

/// One line per mistake, all of them; empty when the solver may have the items.
std::vector<std::string> input_mistakes(std::span<placement_item const> items, std::int64_t capacity_bytes);

/// What is wrong with one item, without its name; one line per mistake.
std::vector<std::string> item_mistakes(placement_item const& item);

}  // namespace deeploy::plan::detail
