// SPDX-License-Identifier: Apache-2.0
// Which steps may begin while a unit still computes the last tile of the step before: those that touch nothing of it that
// is not ready, and change nothing that it needs.
#pragma once
#include <deeploy/packing.hpp>
#include <deeploy/tables.hpp>

namespace deeploy::detail {
/// Bytes of a memory that a step touches.
struct touched_bytes {
  u32 section = 0;
  i64 from = 0, to = 0;
  bool writes = false;
  bool by_unit = false;       ///< in the order of the unit's jobs
  bool stored_after = false;  ///< by the DMA, when the unit is done
};

struct touched_list {
  touched_bytes of[3 * max_operands + 1] = {};
  int count = 0;
  constexpr void add(touched_bytes const& t) {
    if (t.from < t.to) of[count++] = t;
  }
};

/// May a unit compute the last tile of a step while the cores go on?
constexpr bool computes_by_unit(step const& x, layer_descriptor const& l, mapping_facts const& m) { return m.by_unit != nullptr && m.by_unit(l, x.form) != 0; }

/// What a step touches: after its last tile was given to the unit, or up to then.
///
/// @param place_of  place_of(o): where the tensor of operand o lies
template <class PlaceOf>
constexpr touched_list touched_by(step const& x, layer_descriptor const& l, mapping_facts const& m, PlaceOf place_of, bool after) {
  u32 const unit = m.by_unit == nullptr ? 0 : m.by_unit(l, x.form), l1 = address(0, section::scratch, 0).base();
  touched_list all;
  for (int o = 0; o < l.operands; ++o) {
    operand const& with = l.with[o];
    bool const writes = with.way == direction::out, by_unit = unit >> o & 1, moved = x.buffer[o].copies != 0;
    if (with.of == nullptr || m.packs(l, x.form, o) || (after && !by_unit)) continue;
    place const p = place_of(o);
    // Parts come into buffers before the tile runs; results leave them afterwards.
    if (!moved || writes == after)
      all.add({address(p.memory, p.where, 0).base(), p.offset, i64{p.offset} + with.of->size_bytes(), writes, by_unit && !moved, moved && writes});
    for (int c = 0; c < x.buffer[o].copies; ++c)
      all.add({l1, x.buffer[o].at[c], i64{x.buffer[o].at[c]} + tile_bytes(with, x.tile), true, by_unit && (after || writes), writes});
  }
  all.add({l1, x.scratch_at, x.scratch_at + m.scratch_of_step(l, x.form, x.tile), true, after, false});
  return all;
}

/// Must the one wait for the other?
constexpr bool conflict(touched_bytes const& before, touched_bytes const& behind) {
  if (before.section != behind.section || before.from >= behind.to || behind.from >= before.to) return false;
  return (before.writes || behind.writes) && (before.stored_after || !before.by_unit || !behind.by_unit);
}

constexpr bool conflict(touched_list const& before, touched_list const& behind) {
  for (int i = 0; i < behind.count; ++i)
    for (int j = 0; j < before.count; ++j)
      if (conflict(before.of[j], behind.of[i])) return true;
  return false;
}

/// May step s + 1 begin while a unit computes the last tile of step s?
template <class Net, class B>
constexpr bool may_overlap(int s) {
  using g = graph<Net>;
  auto const touched = [](int n, bool after) {
    step const& x = plan_of<Net>::steps[n];
    return touched_by(x, g::layer(x.layer), mappings<Net, B>::of[x.layer].of[x.engine], [&](int o) { return plan_of<Net>::tensors[g::tensor(x.layer, o)]; }, after);
  };
  step const& x = plan_of<Net>::steps[s];
  return computes_by_unit(x, g::layer(x.layer), mappings<Net, B>::of[x.layer].of[x.engine]) && !conflict(touched(s, true), touched(s + 1, false));
}
}  // namespace deeploy::detail
