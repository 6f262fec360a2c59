// SPDX-License-Identifier: Apache-2.0
// What an elementwise layer does with one element, as a function: for passes that take layers as tables.
#pragma once
#include <functional>
#include <generators/import/lower.hpp>

namespace deeploy::import {
using element_function = std::function<std::int64_t(std::int64_t)>;

/// A parameter of a layer, as it will be written.
i32 number_of(lowered_layer const& x, char const* name, i32 otherwise);
std::int64_t requantised(requantisation const& q, std::int64_t x);
/// An operand of a sum behind the requantisation that the layer has for it. @param name  a or b
std::int64_t requantised_before(lowered_layer const& x, char const* name, std::int64_t value);
/// A layer with one scale for all elements of which one operand varies; which that is goes into `varying`. The layer must stay
/// where it is as long as the function lives.
std::optional<element_function> function_of(lowering const& l, lowered_layer const& x, int& varying);
}  // namespace deeploy::import
