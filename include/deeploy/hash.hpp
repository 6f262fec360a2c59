// SPDX-License-Identifier: Apache-2.0
// model_hash<Net>: everything of a network that a plan depends on, as one number. A plan carries it.
#pragma once
#include <deeploy/network.hpp>

namespace deeploy {
namespace detail {
/// Of one layer: its operator, axes, operands by tensor number, parameters. Names do not count, nor do addresses.
template <class Net>
constexpr u64 hash_of_layer(int l) {
  digest h;
  layer_descriptor const& d = graph<Net>::layer(l);
  h.add(d.facts->name);
  for (int a = 0; a < d.axes; ++a) {
    h.add(static_cast<u64>(d.space[a].length));
    h.add(static_cast<u64>(d.space[a].kind) * 16 + d.space[a].slot);
  }
  for (int o = 0; o < d.operands; ++o) {
    operand const& with = d.with[o];
    h.add(static_cast<u64>(graph<Net>::tensor(l, o)));
    if (with.of == nullptr) continue;
    h.add(static_cast<u64>(with.of->type) * 16 + static_cast<u64>(with.of->use));
    h.add(static_cast<u64>(with.of->elements));
    h.add(with.of->digest);
    h.add(static_cast<u64>(with.offset));
    h.add(static_cast<u64>(with.slide_step) * 8 + with.slide_slot);
    for (int i = 0; i < with.rank; ++i) {
      dimension const& x = with.dim[i];
      h.add(static_cast<u64>(x.length) << 32 | static_cast<u32>(x.stride));
      h.add(static_cast<u64>(x.axis + 1) * 256 + static_cast<u64>(x.window_axis + 1) * 16 + x.slot);
      h.add(static_cast<u64>(x.scale) << 32 | static_cast<u32>(x.window_scale));
      h.add(static_cast<u64>(x.shift));
      h.add(static_cast<u64>(x.divisor) << 32 | static_cast<u32>(x.modulus));
    }
  }
  for (int i = 0; i < d.class_count; ++i) h.add(static_cast<u64>(d.classes[i]));
  for (int i = 0; i < d.value_count; ++i) h.add(static_cast<u64>(d.values[i]));
  return h.value;
}
/// Layer by layer, so that each is an evaluation of its own.
template <class Net, int l>
inline constexpr u64 layer_hash = hash_of_layer<Net>(l);

template <class Net, int... l>
constexpr u64 hash_of_layers(indices<l...>) {
  u64 const all[] = {layer_hash<Net, l>...};
  digest h;
  for (u64 one : all) h.add(one);
  return h.value;
}
}  // namespace detail

template <Network Net>
inline constexpr u64 model_hash = detail::hash_of_layers<Net>(detail::first<graph<Net>::layers>{});
}  // namespace deeploy
