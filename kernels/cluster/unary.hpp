// SPDX-License-Identifier: Apache-2.0
// What the mappings of operators with one input share.
#pragma once
#include <cluster/element_mapping.hpp>

namespace deeploy::cluster {
/// The class of a layer with operands x mul add y.
///
/// @param largest  no value of the operator before the requantisation is larger in magnitude
constexpr element_class describe_unary_class(layer_descriptor const& l, u32 largest) {
  element_class c;
  c.in[0] = l.with[0].of->type;
  c.out = l.with[3].of->type;
  c.result = element_requant_of(l, 0, 0, largest);
  return c;
}
}  // namespace deeploy::cluster
