// SPDX-License-Identifier: Apache-2.0
// placed_tensors<Net>: the tensors of a planned network as plain values, for runners and debuggers.
#pragma once
#include <deeploy/network.hpp>
#include <deeploy/plan.hpp>

namespace deeploy {
/// A tensor of a planned network.
struct placed_tensor {
  detail::text name;
  role use = role::scratch;
  place at;
  bytes size_bytes = 0;
  i16 last_writer = -1;  ///< the step after which it is finished
};

/// All tensors, in the order of graph<Net>.
template <Network Net>
struct placed_tensors {
  static constexpr int count = graph<Net>::tensor_count;
  placed_tensor of[count];

  static constexpr placed_tensors make() {
    using g = graph<Net>;
    placed_tensors t{};
    for (int i = 0; i < count; ++i) {
      tensor_descriptor const& d = *g::tensors.of[i];
      t.of[i] = {d.name, d.use, plan_of<Net>::tensors[i], d.size_bytes(), -1};
    }
    i16 s = 0;
    for (step const& x : plan_of<Net>::steps) {
      for (int o = 0; o < max_operands; ++o)
        if (g::tensor(x.layer, o) >= 0 && g::layer(x.layer).with[o].way == direction::out) t.of[g::tensor(x.layer, o)].last_writer = s;
      ++s;
    }
    return t;
  }
};
template <Network Net>
inline constexpr placed_tensors<Net> placed_tensors_of = placed_tensors<Net>::make();

/// The number of tensor T in graph<Net>; -1: the network does not use it.
template <Network Net, class T>
constexpr int tensor_number() {
  for (int t = 0; t < graph<Net>::tensor_count; ++t)
    if (graph<Net>::tensors.of[t] == &T::descriptor) return t;
  return -1;
}
}  // namespace deeploy
