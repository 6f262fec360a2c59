// SPDX-License-Identifier: Apache-2.0
// Compares a cluster kernel with the reference kernel of the same layer: random tiles, strides, values, numbers of
// cores.
#pragma once
#include <cluster/kernels.hpp>
#include <cstring>
#include <deeploy/lowered.hpp>
#include <deeploy/model.hpp>
#include <deeploy/region.hpp>
#include <host/kernels.hpp>
#include <siracusa/board.hpp>
#include <string>
#include <vector>

#include "tile_parts.hpp"

namespace deeploy::rows_test {
/// A layer and its kernels as values, so that the comparison is compiled once.
struct compared_layer {
  layer_descriptor const& l;
  kernel_code reference;
  mapping_facts mine;
  kernel_code code[4];
  void (*adjust)(int operand, u8* at) = nullptr;  ///< of what was drawn
};

struct comparison {
  compared_layer const& of;
  layer_descriptor const& l;
  random_numbers random;
  int runs = 0;
  std::string what;

  comparison(compared_layer const& layer, u64 seed) : of(layer), l(layer.l), random(seed) {}

  static constexpr std::size_t guard = 64;
  struct buffer {
    std::vector<u8> bytes;
    u8* at() { return bytes.data() + guard; }
  };
  /// Storage of operand o, with a margin so that windows with an offset lie inside; u32 units keep it aligned.
  buffer storage(int o) {
    buffer b;
    b.bytes.assign(static_cast<std::size_t>(l.with[o].of->size_bytes()) + 2 * guard, 0xC7);
    return b;
  }
  void fill(int o, u8* at, int bits) {
    tensor_descriptor const& t = *l.with[o].of;
    for (index i = 0; i < t.elements; ++i) {
      u32 const v = random.next();
      if (size_of(t.type) == 1) at[i] = static_cast<u8>(v);
      if (size_of(t.type) == 2) reinterpret_cast<i16*>(at)[i] = static_cast<i16>(v);
      if (t.type == element::i32) reinterpret_cast<i32*>(at)[i] = static_cast<i32>(v << (32 - bits)) >> (32 - bits);
      if (t.type == element::f32) reinterpret_cast<f32*>(at)[i] = static_cast<f32>(static_cast<i32>(v) >> 24);
    }
  }

  /// Runs all phases on `cores` cores in some order.
  void call(kernel_code const& code, kernel_arguments const& a, int cores) {
    int const turn = random.below(cores);
    bool const back = random.below(2) != 0;
    // Tiles that can be lowered are, every other time.
    lowered_call tile;
    bool const lowered = random.below(2) != 0 && tile.lower(code, a);
    lowered_calls += lowered;
    for (kernel_phase phase : lowered ? tile.code().phase : code.phase)
      for (int i = 0; phase != nullptr && i < cores; ++i) {
        int const core = (i + turn) % cores;
        phase(back ? cores - 1 - core : core, cores, lowered ? tile.block() : a);
      }
  }
  static inline int lowered_calls = 0;

  struct side {
    buffer with[max_operands];
  };

  /// One kernel over the tiles that `cuts` make of the box along the first reduced axis.
  void run(kernel_code const& code, side& s, box const& b, index cut, bool const (&in_place)[max_operands],
           i64 scratch_bytes, int cores) {
    std::vector<u64> scratch(static_cast<std::size_t>(scratch_bytes) / 8 + 1, 0x5A5A5A5A5A5A5A5AULL);
    int reduced = -1;
    for (int axis = 0; axis < l.axes; ++axis)
      if (l.space[axis].kind == axis_kind::reduction && b.length(axis) > 1 && reduced < 0) reduced = axis;
    index const from = reduced < 0 ? 0 : b.from[reduced], to = reduced < 0 ? 1 : b.to[reduced];
    for (index start = from; start < to; start += cut) {
      box now = b;
      if (reduced >= 0) {
        now.from[reduced] = start;
        now.to[reduced] = start + cut < to ? start + cut : to;
      }
      kernel_arguments a{};
      a.values = l.values;
      a.scratch = scratch.data();
      a.begins = start == from;
      a.ends = start + cut >= to;
      for (int axis = 0; axis < max_axes; ++axis) a.length[axis] = axis < l.axes ? now.length(axis) : 1;
      buffer tiles[max_operands];
      for (int o = 0; o < l.operands; ++o) {
        operand const& with = l.with[o];
        if (with.of == nullptr) continue;
        u8* at = home(s, o);
        if (!in_place[o]) {
          i64 size = size_of(with.of->type);
          for (int i = 0; i < with.rank; ++i) size *= touched(with.dim[i], now).length();
          tiles[o].bytes.assign(static_cast<std::size_t>(size) + 2 * guard, 0xC7);
          if (with.way == direction::in) move_part(with, now, at, tiles[o].at(), false);
          at = tiles[o].at();
        }
        describe_part(with, now, at, in_place[o], o == 0, a.with[o], a);
      }
      lowered_call lowered;
      if (random.below(2) == 0 && lowered.lower(code, a))
        ++lowered_calls, call(lowered.code(), lowered.block(), cores);
      else
        call(code, a, cores);
      for (int o = 0; o < l.operands; ++o)
        if (l.with[o].of != nullptr && l.with[o].way == direction::out && !in_place[o] && a.ends)
          move_part(l.with[o], now, home(s, o), tiles[o].at(), true);
    }
  }

  u8* home(side& s, int o) const {
    return s.with[o].at() + static_cast<i64>(l.with[o].offset) * size_of(l.with[o].of->type);
  }

  /// @param f  form of the cluster's mapping
  void round(int f, int bits) {
    if (!of.mine.takes(l, f)) return;
    box b = whole_box(l);
    int reduced = -1;
    for (int a = 0; a < l.axes; ++a) {
      if (l.space[a].kind == axis_kind::reduction && b.length(a) > 1 && reduced < 0) reduced = a;
      if (l.space[a].kind != axis_kind::parallel || random.below(3) == 0) continue;
      index const unit = cut_multiple(l, a), units = (l.space[a].length + unit - 1) / unit;
      index const from = random.below(units), to = random.between(from + 1, units);
      b.from[a] = from * unit;
      b.to[a] = to * unit < l.space[a].length ? to * unit : l.space[a].length;
    }
    index const whole = reduced < 0 ? 1 : b.length(reduced);
    index const cut_unit = reduced < 0 ? 1 : cut_multiple(l, reduced);
    index const cut =
        of.mine.forms[f].accumulates ? random.between(1, (whole + cut_unit - 1) / cut_unit) * cut_unit : whole;
    bool in_place[max_operands];
    for (int o = 0; o < max_operands; ++o) in_place[o] = random.below(2) == 0 && walks_in_place(l.with[o]);
    side reference, cluster;
    for (int o = 0; o < l.operands; ++o) {
      if (l.with[o].of == nullptr) continue;
      reference.with[o] = storage(o);
      if (l.with[o].way == direction::in) fill(o, reference.with[o].at(), bits);
      if (of.adjust != nullptr) of.adjust(o, reference.with[o].at());
      cluster.with[o] = reference.with[o];
    }
    constant_values drawn;
    for (int o = 0; o < l.operands; ++o)
      if (l.with[o].of != nullptr) drawn.of[o] = reference.with[o].at();
    if (of.mine.exact != nullptr && !of.mine.exact(l, f, drawn)) return;
    index tile[max_axes];
    for (int a = 0; a < max_axes; ++a) tile[a] = a < l.axes ? b.length(a) : 1;
    if (reduced >= 0) tile[reduced] = cut < whole ? cut : whole;
    i64 const scratch = of.mine.scratch_bytes(l, f, tile);
    run(of.reference, reference, b, whole, in_place, 0, 1);
    int const cores = random.between(1, 8);
    run(of.code[f], cluster, b, cut, in_place, scratch, cores);
    ++runs;
    for (int o = 0; o < l.operands; ++o)
      if (l.with[o].of != nullptr && reference.with[o].bytes != cluster.with[o].bytes) {
        if (what.empty()) {
          what = std::string("form ") + of.mine.forms[f].name + ", " + std::to_string(cores) + " cores, box";
          for (int a = 0; a < l.axes; ++a) what += " " + std::to_string(b.from[a]) + ".." + std::to_string(b.to[a]);
          for (std::size_t i = 0; i < reference.with[o].bytes.size(); ++i)
            if (reference.with[o].bytes[i] != cluster.with[o].bytes[i]) {
              what += ", operand " + std::to_string(o) + " byte " + std::to_string(i - guard) + ": " +
                      std::to_string(reference.with[o].bytes[i]) + " expected, " +
                      std::to_string(cluster.with[o].bytes[i]);
              break;
            }
        }
      }
  }
};

/// Compares layer L; the message is empty when all elements agree.
///
/// @param bits    magnitude of the values of 32-bit operands
/// @param adjust  changes what was drawn for an operand
template <class L, engine::instructions has = engine::instructions::xpulpv2>
std::string compared(u64 seed, int rounds = 40, int bits = 16, void (*adjust)(int, u8*) = nullptr) {
  static_assert(L::descriptor.first_problem.code == 0);
  using engine_t = engine::cluster<has>;
  using mine = mapping_of<L, engine_t>;
  compared_layer layer{
      L::descriptor, mapping_of<L, engine::host_cluster>::template code<L::descriptor, 0>, facts_of<L, engine_t>(), {}, adjust};
  [&]<int... f>(detail::indices<f...>) { ((layer.code[f] = mine::template code<L::descriptor, f>), ...); }
  (detail::first<sizeof(mine::forms) / sizeof(form)>{});
  comparison c(layer, seed);
  for (int i = 0; i < rounds; ++i)
    for (int f = 0; f < layer.mine.form_count; ++f) c.round(f, bits);
  return c.runs == 0 ? "no form takes the layer" : c.what;
}
}  // namespace deeploy::rows_test
