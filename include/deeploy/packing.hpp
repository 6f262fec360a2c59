// SPDX-License-Identifier: Apache-2.0
// How a plan stores each tensor: as the network has it, or packed for the engine of the one step that reads it.
#pragma once
#include <deeploy/engine/mapping.hpp>
#include <deeploy/network.hpp>
#include <deeploy/plan.hpp>

namespace deeploy {
/// What lies at a tensor's place.
struct stored_tensor {
  bytes size_bytes = 0;
  i16 layer = -1;  ///< whose engine and form packed it; -1: not packed
  u8 engine = 0, form = 0, operand = 0;
  bool shared = false;  ///< packed, and used by something else that does not find it so
  constexpr bool packed() const { return layer >= 0; }
};

namespace detail {
/// Bytes of operand o of layer l when an engine has packed it, with the parts behind it.
constexpr bytes packed_bytes(mapping_facts const& m, layer_descriptor const& l, int form, int o) {
  index whole[max_axes] = {};
  for (int a = 0; a < l.axes; ++a) whole[a] = l.space[a].length;
  i64 end = tile_bytes(m.packed(l, form, o), whole);
  for (int p = 0; p < l.operands; ++p)
    if (l.with[p].of == nullptr)
      if (operand const part = m.seen(l, form, p); part.of == l.with[o].of && part.offset + tile_bytes(part, whole) > end) end = part.offset + tile_bytes(part, whole);
  return static_cast<bytes>(end);
}

/// Fills `to` from the steps of a plan. `layer`(l), `facts`(l, engine) and `tensor`(l, o) look up; to[t].size_bytes holds
/// the sizes of the network's own storage before.
template <class Layer, class Facts, class Tensor>
constexpr void find_packed(step const* steps, int step_count, Layer layer, Facts facts, Tensor tensor, stored_tensor* to) {
  for (int pass = 0; pass < 2; ++pass)
    for (int s = 0; s < step_count; ++s) {
      step const& x = steps[s];
      layer_descriptor const& l = layer(x.layer);
      mapping_facts const& m = facts(x.layer, x.engine);
      for (int o = 0; o < l.operands; ++o) {
        if (l.with[o].of == nullptr || l.with[o].of->use != role::constant) continue;
        stored_tensor& t = to[tensor(x.layer, o)];
        bool const packs = m.packs(l, x.form, o);
        if (pass == 0 && packs && !t.packed())
          t = {packed_bytes(m, l, x.form, o), static_cast<i16>(x.layer), x.engine, x.form, static_cast<u8>(o), false};
        else if (pass == 1 && t.packed() && (!packs || t.layer != x.layer || t.engine != x.engine || t.form != x.form || t.operand != o))
          t.shared = true;
      }
    }
}

template <int engines>
struct mapping_row {
  mapping_facts of[engines];
};
template <class L, class... E>
constexpr mapping_row<sizeof...(E)> row_of(types<E...>) {
  return {{facts_of<L, E>()...}};
}
/// Mappings of all layers on all engines of a board.
template <class Net, class B>
struct mappings {
  static constexpr int engines = length_of(typename B::engines{});
  template <class... L>
  struct table {
    static constexpr mapping_row<engines> of[sizeof...(L)] = {row_of<L>(typename B::engines{})...};
  };
  template <class... L>
  static constexpr mapping_row<engines> const* rows(types<L...>) {
    return table<L...>::of;
  }
  static constexpr mapping_row<engines> const* of = rows(typename Net::layers{});
};

/// How the plan of a network stores its tensors, in the order of graph<Net>::tensors.
template <class Net, class B>
struct storage {
  static constexpr int count = graph<Net>::tensor_count;
  struct table {
    stored_tensor of[count + 1] = {};
    constexpr stored_tensor const& operator[](int t) const { return of[t]; }
  };
  static constexpr table of = [] {
    table t;
    for (int i = 0; i < count; ++i) t.of[i].size_bytes = graph<Net>::tensors.of[i]->size_bytes();
    constexpr int steps = sizeof(plan_of<Net>::steps) / sizeof(step);
    for (step const& x : plan_of<Net>::steps)  // a broken plan is the proof's matter
      if (x.layer >= graph<Net>::layers || x.engine >= mappings<Net, B>::engines || x.form >= mappings<Net, B>::of[x.layer].of[x.engine].form_count) return t;
    find_packed(plan_of<Net>::steps, steps, [](int l) -> layer_descriptor const& { return graph<Net>::layer(l); },
                [](int l, int e) -> mapping_facts const& { return mappings<Net, B>::of[l].of[e]; },
                [](int l, int o) { return graph<Net>::tensor(l, o); }, t.of);
    return t;
  }();
};
}  // namespace detail
}  // namespace deeploy
