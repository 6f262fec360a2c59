// SPDX-License-Identifier: Apache-2.0
// network<...>: layers in an order in which they may run. graph<Net>: the same as arrays, for everything that walks it.
#pragma once
#include <deeploy/detail/meta.hpp>
#include <deeploy/layer.hpp>

namespace deeploy {
/// A network: struct net : deeploy::network<net, conv1, pool, fc> {}.
///
/// @tparam Self    the deriving type
/// @tparam Layers  satisfy Layer; each after the layers whose results it reads; the plan may choose another legal order
template <class Self, class... Layers>
struct network {
  using layers = detail::types<Layers...>;
};

/// Satisfied by what derives from network<...>.
template <class N>
concept Network = requires { typename N::layers; };

namespace detail {
template <class List>
struct layer_table;
template <class... L>
struct layer_table<types<L...>> {
  static constexpr int count = sizeof...(L);
  static constexpr layer_descriptor const* of[count == 0 ? 1 : count] = {&L::descriptor...};
  static constexpr text name[count == 0 ? 1 : count] = {type_name<L>()...};
  static constexpr int operand_count = [] {
    int n = 0;
    for (layer_descriptor const* l : of) n += l == nullptr ? 0 : l->operands;
    return n;
  }();
};
}  // namespace detail

/// Tensors in the order in which the layers name them first, and which tensor each operand is.
template <int layer_count, int most_tensors>
struct tensor_table {
  int count = 0;
  tensor_descriptor const* of[most_tensors] = {};
  i16 id[layer_count][max_operands] = {};  ///< -1: the operand is absent
};

/// A network as arrays.
template <Network Net>
struct graph {
  using table = detail::layer_table<typename Net::layers>;
  static constexpr int layers = table::count;
  static_assert(layers >= 1, "[DPL-1201] the network has no layer");
  static constexpr layer_descriptor const& layer(int i) { return *table::of[i]; }

  static constexpr auto tensors = [] {
    constexpr int most = table::operand_count + 1;
    constexpr int slots = [] {
      int n = 16;
      while (n < 2 * most) n *= 2;
      return n;
    }();
    tensor_table<layers, most> t;
    i16 at[slots] = {};  // open addressing; 0 is free, else tensor + 1
    for (int l = 0; l < layers; ++l)
      for (int o = 0; o < max_operands; ++o) {
        tensor_descriptor const* const wanted = table::of[l]->with[o].of;
        t.id[l][o] = -1;
        if (wanted == nullptr) continue;
        int slot = static_cast<int>(wanted->key & static_cast<u64>(slots - 1));
        while (at[slot] != 0 && t.of[at[slot] - 1] != wanted) slot = (slot + 1) & (slots - 1);
        if (at[slot] == 0) {
          t.of[t.count] = wanted;
          at[slot] = static_cast<i16>(++t.count);
        }
        t.id[l][o] = static_cast<i16>(at[slot] - 1);
      }
    return t;
  }();
  static constexpr int tensor_count = tensors.count;
  /// Tensor of operand o of layer l, or -1.
  static constexpr int tensor(int l, int o) { return tensors.id[l][o]; }
};

/// The values of run-time extents; slot 0 is unused, -1 means the planned maximum.
struct run_time_extents {
  index of[max_run_time + 1] = {-1, -1, -1, -1, -1};
};

/// The planned maximum of every run-time slot that the network's axes use.
template <Network Net>
constexpr run_time_extents most_of() {
  run_time_extents most;
  for (int l = 0; l < graph<Net>::layers; ++l)
    for (int a = 0; a < graph<Net>::layer(l).axes; ++a) {
      axis const& x = graph<Net>::layer(l).space[a];
      if (x.slot != 0 && x.length > most.of[x.slot]) most.of[x.slot] = x.length;
    }
  return most;
}
}  // namespace deeploy
