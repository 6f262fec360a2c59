// SPDX-License-Identifier: Apache-2.0
// Which steps may begin, or run, while a unit still computes the last tile of a step before, or while its results are still
// being stored: those that touch nothing of it that is not ready, and change nothing that it needs.
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

/// May something of a step be left when the next one begins: its last tile in a unit, or its results on their way?
constexpr bool leaves_something(step const& x, layer_descriptor const& l, mapping_facts const& m) {
  for (int o = 0; o < l.operands; ++o)
    if (l.with[o].of != nullptr && l.with[o].way == direction::out && x.buffer[o].copies != 0) return true;
  return computes_by_unit(x, l, m);
}

/// When a step touches what it touches.
enum class moment : u8 {
  begun,  ///< up to the time when its first tile has run
  whole,  ///< up to its end
  left,   ///< after its last tile was run, or given to the unit
  early   ///< while its early tiles come
};

/// What a step touches.
///
/// @param place_of  place_of(o): where the tensor of the layer's operand o lies
/// @param n         of early tiles: those that come n steps before
template <class PlaceOf>
constexpr touched_list touched_by(step const& x, layer_descriptor const& l, mapping_facts const& m, PlaceOf place_of, moment when, int n = 1) {
  u32 const unit = m.by_unit == nullptr ? 0 : m.by_unit(l, x.form), l1 = address(0, section::scratch, 0).base();
  u32 const in_order = when == moment::left ? unit : m.by_unit_alone(l, x.form);  // touched in the order of the unit's jobs
  touched_list all;
  for (int o = 0; o < l.operands; ++o) {
    operand const with = m.seen(l, x.form, o);
    if (with.of == nullptr || m.packs(l, x.form, o)) continue;
    bool const writes = with.way == direction::out, by_unit = in_order >> o & 1, moved = x.buffer[o].copies != 0, stored = moved && writes;
    if (when == moment::early && (x.early.by[n - 1] >> o & 1) == 0) continue;
    if (when == moment::left && !by_unit && !stored) continue;
    place const p = place_of(m.whose(l, with, o));
    // Parts come into buffers before the tile runs; results leave them afterwards.
    if (!moved || when == moment::whole || writes == (when == moment::left))
      all.add({address(p.memory, p.where, 0).base(), p.offset, i64{p.offset} + with.of->size_bytes(), writes, by_unit && !moved, stored});
    for (int c = 0; c < (when == moment::early ? 1 : x.buffer[o].copies); ++c)
      all.add({l1, x.buffer[o].at[c], i64{x.buffer[o].at[c]} + tile_bytes(with, x.tile), true, by_unit && (when == moment::left || writes), stored});
  }
  bool const left = when == moment::left;
  if (when == moment::begun || when == moment::whole || (left && unit != 0)) all.add({l1, x.scratch_at, x.scratch_at + m.scratch_of_step(l, x.form, x.tile), true, left, false});
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

/// May step s + `on` begin, or those of its early tiles come that come n steps before, while what is left of step s is under way?
template <class Net, class B>
constexpr bool may_overlap(int s, int on, moment when, int n = 1) {
  using g = graph<Net>;
  auto const touched = [n](int t, moment at) {
    step const& x = plan_of<Net>::steps[t];
    return touched_by(x, g::layer(x.layer), mappings<Net, B>::of[x.layer].of[x.engine], [&](int o) { return plan_of<Net>::tensors[g::tensor(x.layer, o)]; }, at, n);
  };
  return !conflict(touched(s, moment::left), touched(s + on, when));
}
}  // namespace deeploy::detail
