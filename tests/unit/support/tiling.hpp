// SPDX-License-Identifier: Apache-2.0
// Legal steps at random: tiles, loop orders, parts, buffering, places; and their run through execute() on a hostile
// machine.
#pragma once
#include <algorithm>
#include <deeploy/engine/mapping.hpp>
#include <host/machine.hpp>
#include <support/layer_case.hpp>

namespace deeploy::test {
/// How freely steps are drawn. Everything off: one tile, one step, one buffer each.
struct tiling {
  bool tiles = true, parts = true, double_buffers = true, in_place = true, early = true;
  i64 l1_bytes = 1 << 20;  ///< no step needs more, if its smallest tile does not
};

/// A program of several layers, each with operands of its own.
class random_program {
 public:
  random_program(std::vector<layer_case const*> const& layers, drawn& d, tiling const& how);
  /// Fills all operands, runs, and compares every byte of every operand. What is wrong is in `message`.
  bool run(drawn& d, run_time_extents const& extents, unsigned char poison);
  std::string message;
  std::vector<step> const& steps() const { return steps_; }

 private:
  void draw_step(int layer, box const& part, drawn& d, tiling const& how);
  i64 bytes_of(layer_case const& c, step const& s) const;

  std::vector<layer_case const*> layers_;
  std::vector<std::vector<bool>> in_l1_;  // per layer and operand
  std::vector<std::vector<i64>> home_;    // offset in its memory
  std::vector<step> steps_;
  std::vector<geometry> geometries_;
  std::vector<step_record> records_;
  std::vector<i32> values_;
  std::vector<u16> values_at_;
  i64 l1_ = 0, l2_ = 0;
  run_time_extents most_;
};

inline i64 aligned(i64 n) { return (n + 3) / 4 * 4; }

inline i64 random_program::bytes_of(layer_case const& c, step const& s) const {
  i64 total = aligned(c.m.scratch_bytes(*c.d, s.form, s.tile));
  for (int o = 0; o < c.d->operands; ++o) total += s.buffer[o].copies * aligned(tile_bytes(c.d->with[o], s.tile));
  return total;
}

inline random_program::random_program(std::vector<layer_case const*> const& layers, drawn& d, tiling const& how)
    : layers_(layers) {
  for (layer_case const* c : layers) {
    auto& in_l1 = in_l1_.emplace_back(c->d->operands, false);
    auto& home = home_.emplace_back(c->d->operands, 0);
    for (int o = 0; o < c->d->operands; ++o) {
      operand const& with = c->d->with[o];
      if (with.of == nullptr) continue;
      in_l1[o] = how.in_place && walks_in_place(with) && d.chance(25);
      i64& end = in_l1[o] ? l1_ : l2_;
      home[o] = end;
      end += aligned(with.of->size_bytes()) + 4 * d.in(0, 2);
    }
    values_at_.push_back(static_cast<u16>(values_.size()));
    values_.insert(values_.end(), c->d->values, c->d->values + c->d->value_count);
    for (int a = 0; a < c->d->axes; ++a)
      if (axis const& x = c->d->space[a]; x.slot != 0) most_.of[x.slot] = std::max(most_.of[x.slot], x.length);
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    layer_descriptor const& x = *layers[l]->d;
    box whole = whole_box(x);
    int const cut = how.parts && d.chance(40) ? d.one_of(0, x.axes - 1) : -1;
    if (cut >= 0 && x.space[cut].kind == axis_kind::parallel && x.space[cut].length > cut_multiple(x, cut)) {
      index const multiple = cut_multiple(x, cut), at = multiple * d.one_of(1, (x.space[cut].length - 1) / multiple);
      box first = whole, second = whole;
      first.to[cut] = second.from[cut] = at;
      if (d.chance(50)) std::swap(first, second);
      draw_step(static_cast<int>(l), first, d, how);
      draw_step(static_cast<int>(l), second, d, how);
    } else {
      draw_step(static_cast<int>(l), whole, d, how);
    }
  }
  // Places: the buffers of two neighbours apart, for the second may be fetched under the first.
  i64 const tensors = l1_;
  i64 before_begin = tensors, before_end = tensors;
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    step& x = steps_[s];
    layer_case const& c = *layers_[x.layer];
    i64 const needed = bytes_of(c, x) + 4 * max_operands * 3;
    i64 at = before_begin - tensors >= needed ? tensors : before_end;
    before_begin = at;
    std::vector<std::pair<i64, bytes*>> blocks;
    for (int o = 0; o < c.d->operands; ++o)
      for (int copy = 0; copy < x.buffer[o].copies; ++copy)
        blocks.emplace_back(tile_bytes(c.d->with[o], x.tile), &x.buffer[o].at[copy]);
    blocks.emplace_back(c.m.scratch_bytes(*c.d, x.form, x.tile), &x.scratch_at);
    for (std::size_t i = blocks.size() - 1; i > 0; --i)
      std::swap(blocks[i], blocks[static_cast<std::size_t>(d.in(0, static_cast<i64>(i)))]);
    for (auto const& [size, to] : blocks) {
      *to = static_cast<bytes>(at);
      at += aligned(size);
      l1_ = std::max(l1_, *to + size);  // the last one ends with the arena
      if (d.chance(20)) at += 4;
    }
    before_end = at;
  }
  for (step const& x : steps_) {
    layer_case const& c = *layers_[x.layer];
    geometries_.push_back(detail::geometry_of(*c.d, c.m, x, c.code[x.form]));
    step_record r;
    r.geometry_index = static_cast<u16>(geometries_.size() - 1);
    r.layer = x.layer;
    r.values_at = values_at_[x.layer];
    r.early = x.early;
    r.scratch_at = x.scratch_at;
    for (int o = 0; o < c.d->operands; ++o) {
      operand const& with = c.d->with[o];
      if (with.of == nullptr) continue;
      r.home[o] = {static_cast<u8>(in_l1_[x.layer][o] ? 0 : 1), section::scratch,
                   home_[x.layer][o] + with.offset * size_of(with.of->type)};
      r.buffer[o][0] = x.buffer[o].at[0];
      r.buffer[o][1] = x.buffer[o].at[1];
    }
    records_.push_back(r);
  }
}

inline void random_program::draw_step(int layer, box const& part, drawn& d, tiling const& how) {
  layer_case const& c = *layers_[layer];
  layer_descriptor const& l = *c.d;
  step s;
  s.layer = static_cast<u16>(layer);
  s.part = part;
  s.form = static_cast<u8>(how.tiles && c.m.form_count > 1 ? d.one_of(0, c.m.form_count - 1) : 0);
  bool cuttable[max_axes] = {};
  for (int a = 0; a < l.axes; ++a) {
    axis const& x = l.space[a];
    s.tile[a] = x.length;
    cuttable[a] = x.kind == axis_kind::parallel || (x.kind == axis_kind::reduction && c.m.forms[s.form].accumulates);
    index const multiple = cut_multiple(l, a);
    if (how.tiles && cuttable[a] && d.chance(60))
      s.tile[a] = std::min(x.length, multiple * d.one_of(1, (x.length + multiple - 1) / multiple));
  }
  for (int o = 0; o < l.operands; ++o)
    if (l.with[o].of != nullptr && !in_l1_[layer][o])
      s.buffer[o].copies = static_cast<u8>(how.double_buffers ? d.one_of(1, 2) : 1);
  // Into the memory: smaller tiles, then single buffers.
  for (int a = 0; a < l.axes && bytes_of(c, s) > how.l1_bytes; ++a)
    if (cuttable[a]) s.tile[a] = std::min(s.tile[a], std::min(l.space[a].length, cut_multiple(l, a)));
  for (int o = 0; o < l.operands && bytes_of(c, s) > how.l1_bytes; ++o)
    s.buffer[o].copies = std::min<u8>(s.buffer[o].copies, 1);
  // Loops at random, reductions innermost where they are cut.
  std::vector<int> order;
  for (int a = 0; a < l.axes; ++a) order.push_back(a);
  for (int i = l.axes - 1; i > 0; --i) std::swap(order[i], order[static_cast<std::size_t>(d.in(0, i))]);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return (l.space[a].kind == axis_kind::reduction) < (l.space[b].kind == axis_kind::reduction);
  });
  for (int i = 0; i < l.axes; ++i) s.order[i] = static_cast<u8>(order[i]);
  if (how.early && !steps_.empty())
    for (int o = 0; o < l.operands; ++o)
      if (s.buffer[o].copies > 0 && l.with[o].way == direction::in && d.chance(40))
        s.early.by[steps_.size() > 1 && d.chance(40) ? 1 : 0] |= static_cast<u8>(1u << o);
  steps_.push_back(s);
}

inline bool random_program::run(drawn& d, run_time_extents const& extents, unsigned char poison) {
  memory_use use[2] = {};
  use[0].used[static_cast<int>(section::scratch)] = static_cast<bytes>(l1_);
  use[1].used[static_cast<int>(section::scratch)] = static_cast<bytes>(l2_);
  host::arenas memory(use, 2, poison);
  host::checking_machine machine(memory, 8);
  auto const at = [&](std::size_t l, int o) {
    return memory.base(address(in_l1_[l][o] ? 0 : 1, section::scratch, 0).base()) + home_[l][o];
  };
  std::vector<std::vector<std::vector<u8>>> content(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    layer_case const& c = *layers_[l];
    content[l].resize(static_cast<std::size_t>(c.d->operands));
    for (int o = 0; o < c.d->operands; ++o) {
      layout const& lay = c.s->with[o];
      if (!lay.present) continue;
      auto& bytes_here = content[l][static_cast<std::size_t>(o)];
      int const size = size_of(lay.type);
      for (index i = 0; i < lay.total; ++i) {
        u64 const v = static_cast<u64>(o == c.result ? d.in(0, 255) * 0x01010101 : d.in(lay.low, lay.high));
        for (int b = 0; b < size; ++b) bytes_here.push_back(static_cast<u8>(v >> 8 * b));
      }
      std::copy(bytes_here.begin(), bytes_here.end(), at(l, o));
    }
  }
  run_time_extents actual = most_;
  for (int i = 1; i <= max_run_time; ++i)
    if (extents.of[i] >= 0 && extents.of[i] < actual.of[i]) actual.of[i] = extents.of[i];
  program_view const view{geometries_.data(), records_.data(), values_.data(), static_cast<int>(records_.size()),
                          most_};
  execute(view, machine, extents);
  message.clear();
  if (!machine.clean()) message = "a transfer was left behind, or bytes outside of the arenas changed";
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    layer_case const& c = *layers_[l];
    layout const& y = c.s->with[c.result];
    operands const o(*c.s, content[l], actual.of);
    // The result as it must be: plain elements over what was there before.
    std::vector<u8> expected = content[l][static_cast<std::size_t>(c.result)];
    index i[max_rank] = {};
    for (bool more = true; more;) {
      wide const v = c.plain(o, i);
      for (int b = 0; b < size_of(y.type); ++b)
        expected[static_cast<std::size_t>(y.at(i) * size_of(y.type) + b)] =
            static_cast<u8>(static_cast<u64>(v) >> 8 * b);
      more = false;
      for (int a = y.rank - 1; a >= 0 && !more; --a) {
        more = ++i[a] < o.actual_of(y.of[a]);
        if (!more) i[a] = 0;
      }
    }
    content[l][static_cast<std::size_t>(c.result)] = expected;
    for (int k = 0; k < c.d->operands; ++k) {
      auto const& right = content[l][static_cast<std::size_t>(k)];
      for (std::size_t b = 0; b < right.size() && message.empty(); ++b)
        if (at(l, k)[b] != right[b])
          message = std::string(c.name) + " seed " + std::to_string(c.seed) + ": operand " + std::to_string(k) +
                    ", byte " + std::to_string(b) + " is " + std::to_string(at(l, k)[b]) + ", not " +
                    std::to_string(right[b]);
    }
  }
  return message.empty();
}
}  // namespace deeploy::test
