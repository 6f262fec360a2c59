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

/// What step s of a plan touches: after its last tile was given to the unit, or up to then.
template <class Net, class B>
constexpr touched_list touched_by(int s, bool after) {
  using g = graph<Net>;
  step const& x = plan_of<Net>::steps[s];
  layer_descriptor const& l = g::layer(x.layer);
  mapping_facts const& m = mappings<Net, B>::of[x.layer].of[x.engine];
  u32 const unit = m.by_unit == nullptr ? 0 : m.by_unit(l, x.form), l1 = address(0, section::scratch, 0).base();
  touched_list all;
  for (int o = 0; o < l.operands; ++o) {
    operand const& with = l.with[o];
    bool const writes = with.way == direction::out, by_unit = unit >> o & 1, moved = x.buffer[o].copies != 0;
    if (with.of == nullptr || m.packs(l, x.form, o) || (after && !by_unit)) continue;
    place const& p = plan_of<Net>::tensors[g::tensor(x.layer, o)];
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

/// May step s + 1 begin while a unit computes the last tile of step s?
template <class Net, class B>
constexpr bool may_overlap(int s) {
  step const& x = plan_of<Net>::steps[s];
  mapping_facts const& m = mappings<Net, B>::of[x.layer].of[x.engine];
  if (m.by_unit == nullptr || m.by_unit(graph<Net>::layer(x.layer), x.form) == 0) return false;
  touched_list const before = touched_by<Net, B>(s, true), behind = touched_by<Net, B>(s + 1, false);
  for (int i = 0; i < behind.count; ++i)
    for (int j = 0; j < before.count; ++j)
      if (conflict(before.of[j], behind.of[i])) return false;
  return true;
}
}  // namespace deeploy::detail
