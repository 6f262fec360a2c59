// SPDX-License-Identifier: Apache-2.0
// check<Net>(): is the network itself sound? Shapes, order, views, and that what is read was written, once.
#pragma once
#include <deeploy/detail/codes.hpp>
#include <deeploy/network.hpp>

namespace deeploy {
namespace detail {
/// Largest subscript that an operand reaches, for the largest run-time extents.
constexpr i64 reach_of(operand const& o, run_time_extents const& most) {
  i64 reach = o.offset;
  if (o.slide_slot != 0) reach += static_cast<i64>(o.slide_step) * (most.of[o.slide_slot] - 1);
  for (int i = 0; i < o.rank; ++i) reach += static_cast<i64>(o.dim[i].length - 1) * o.dim[i].stride;
  return reach;
}
constexpr i64 elements_of(operand const& o) {
  i64 n = 1;
  for (int i = 0; i < o.rank; ++i) n *= o.dim[i].length;
  return n;
}
/// Elements that a tensor has, without the gaps that its strides may leave.
constexpr i64 elements_of(tensor_descriptor const& t) {
  i64 n = 1;
  for (int i = 0; i < t.rank; ++i) n *= t.of[i].value;
  return n;
}

/// The dimensions of an operand that are longer than one, by stride.
struct sorted_strides {
  int count = 0;
  index stride[max_rank] = {}, length[max_rank] = {};
};
constexpr sorted_strides sorted(operand const& o) {
  sorted_strides s;
  for (int i = 0; i < o.rank; ++i) {
    if (o.dim[i].length == 1) continue;
    int at = s.count++;
    for (; at > 0 && s.stride[at - 1] > o.dim[i].stride; --at) {
      s.stride[at] = s.stride[at - 1];
      s.length[at] = s.length[at - 1];
    }
    s.stride[at] = o.dim[i].stride;
    s.length[at] = o.dim[i].length;
  }
  return s;
}

/// Does every element of the operand lie at a place of its own? Each stride must exceed what the smaller ones reach.
constexpr problem overlaps_itself(operand const& o) {
  sorted_strides const s = sorted(o);
  i64 reach = 0;
  for (int i = 0; i < s.count; ++i) {
    if (s.stride[i] <= reach) return {1207, s.stride[i], reach};
    reach += static_cast<i64>(s.length[i] - 1) * s.stride[i];
  }
  return {};
}

/// Do two results in one tensor share an element? Exact where their places repeat with a common period, as those of concat
/// parts and cache rows do: modulo that period both occupy an interval.
constexpr bool may_share(operand const& a, operand const& b) {
  if (a.slide_slot != 0 || b.slide_slot != 0) return true;  // it moves from run to run
  sorted_strides const x = sorted(a), y = sorted(b);
  auto const apart = [&](i64 period) {
    i64 within[2] = {0, 0};
    i64 const start[2] = {period == 0 ? a.offset : a.offset % period, period == 0 ? b.offset : b.offset % period};
    for (int side = 0; side < 2; ++side) {
      sorted_strides const& s = side == 0 ? x : y;
      for (int i = 0; i < s.count; ++i)
        if (period == 0 || s.stride[i] % period != 0) within[side] += static_cast<i64>(s.length[i] - 1) * s.stride[i];
    }
    if (period != 0 && (start[0] + within[0] >= period || start[1] + within[1] >= period)) return false;  // wraps round
    return start[0] + within[0] < start[1] || start[1] + within[1] < start[0];
  };
  if (apart(0)) return false;
  for (int i = 0; i < x.count; ++i)
    if (x.stride[i] > 1 && apart(x.stride[i])) return false;
  for (int i = 0; i < y.count; ++i)
    if (y.stride[i] > 1 && apart(y.stride[i])) return false;
  return true;
}

/// Who writes each tensor: a chain of layers from the last back to the first, and how many elements they write.
template <class Net>
struct writers {
  struct table {
    i16 last[graph<Net>::tensor_count + 1] = {};      ///< layer; -1: none
    i16 before[graph<Net>::layers][max_operands] = {};  ///< the writer before this one, of the same tensor
    i64 elements[graph<Net>::tensor_count + 1] = {};
  };
  static constexpr table of = [] {
    table t;
    for (int i = 0; i < graph<Net>::tensor_count; ++i) t.last[i] = -1;
    for (int l = 0; l < graph<Net>::layers; ++l)
      for (int o = 0; o < graph<Net>::layer(l).operands; ++o) {
        operand const& with = graph<Net>::layer(l).with[o];
        if (with.of == nullptr || with.way != direction::out) continue;
        int const i = graph<Net>::tensor(l, o);
        t.before[l][o] = t.last[i];
        t.last[i] = static_cast<i16>(l);
        t.elements[i] += elements_of(with);
      }
    return t;
  }();
  /// The operand of layer l that writes tensor t.
  static constexpr int operand_of(int l, int t) {
    int o = 0;
    while (graph<Net>::tensor(l, o) != t || graph<Net>::layer(l).with[o].way != direction::out) ++o;
    return o;
  }
};

/// What is wrong with layer l in its network; code 0: nothing.
template <class Net>
constexpr problem problem_of_layer(int l) {
  using g = graph<Net>;
  layer_descriptor const& d = g::layer(l);
  if (d.first_problem.code != 0) return d.first_problem;
  constexpr run_time_extents most = most_of<Net>();
  for (int o = 0; o < d.operands; ++o) {
    operand const& with = d.with[o];
    if (with.of == nullptr) continue;
    i64 const reach = reach_of(with, most);
    if (reach >= with.of->elements || with.offset < 0) return {1205, with.offset < 0 ? with.of->elements - with.offset : reach + 1, with.of->elements};
    int const t = g::tensor(l, o);
    if (with.way == direction::out) {
      if (with.of->use == role::constant || with.of->use == role::input) return {1206, static_cast<i64>(with.of->use), static_cast<i64>(role::scratch)};
      if (problem const p = overlaps_itself(with); p.code != 0) return p;
      for (int k = writers<Net>::of.before[l][o]; k >= 0 && with.of->use != role::state;) {
        int const j = writers<Net>::operand_of(k, t);
        if (may_share(g::layer(k).with[j], with)) return {1203, 1, 0};
        k = writers<Net>::of.before[k][j];
      }
      // The user reads all of an output, unless it grows from run to run.
      if (with.of->use == role::output && with.slide_slot == 0 && writers<Net>::of.elements[t] != elements_of(*with.of))
        return {1204, writers<Net>::of.elements[t], elements_of(*with.of)};
      continue;
    }
    if (with.of->use != role::scratch && with.of->use != role::output) continue;
    // All elements of the tensor are written, each once; what this layer reads, by layers before.
    for (int k = writers<Net>::of.last[t]; k >= l;) {
      int const j = writers<Net>::operand_of(k, t);
      if (may_share(g::layer(k).with[j], with)) return {1202, k, l};
      k = writers<Net>::of.before[k][j];
    }
    if (writers<Net>::of.elements[t] != elements_of(*with.of)) return {1204, writers<Net>::of.elements[t], elements_of(*with.of)};
  }
  return {};
}

/// Reports a problem of layer l, if it is one; only then is the layer looked up in its list.
template <class Net, int l, problem p>
constexpr bool show() {
  if constexpr (p.code != 0) return diagnostic<p.code>::template shown<nth<l, typename Net::layers>, p.found, p.expected>();
  return true;
}

constexpr bool all_of(bool const* good, int count) {
  for (int i = 0; i < count; ++i)
    if (!good[i]) return false;
  return true;
}

template <class Net, int... l>
constexpr bool check_layers(indices<l...>) {
  bool const good[] = {show<Net, l, problem_of_layer<Net>(l)>()...};
  return all_of(good, sizeof...(l));
}
}  // namespace detail

/// Checks a network; every wrong layer is reported by the compiler, with its name and both numbers.
///
/// @errors DPL-11xx, DPL-12xx, DPL-2xxx
template <Network Net>
consteval bool check() {
  return detail::check_layers<Net>(detail::first<graph<Net>::layers>{});
}
}  // namespace deeploy
