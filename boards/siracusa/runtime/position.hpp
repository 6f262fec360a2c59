// SPDX-License-Identifier: Apache-2.0
// Where a run stands, on the console: for traps and for waits that do not end.
#pragma once
#include <siracusa/runtime/console.hpp>
#include <siracusa/runtime/control.hpp>

namespace deeploy::siracusa {
/// ", step 3, tile 1, layer model::kws::conv2"; plan.json lists the steps, and debug builds know their layers.
inline void print_position() {
  uint32_t const position = deeploy_control.position;
  print(", step ");
  print(position >> 16);
  print(", tile ");
  print(position & 0xFFFF);
  if (deeploy_control.layers == nullptr) return;
  print(", layer ");
  deeploy::detail::text const name = deeploy_control.layers[position >> 16];
  for (int i = 0; i < name.length; ++i) {
    char const one[2] = {name.begin[i], 0};
    print(one);
  }
}
}  // namespace deeploy::siracusa
