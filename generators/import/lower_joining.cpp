// SPDX-License-Identifier: Apache-2.0
// Concat, Pad, Gather: movement that makes new tensors, or parts of them.
#include <algorithm>
#include <generators/import/lower.hpp>

namespace deeploy::import {
namespace {
/// The narrowest type that holds the values of both.
element common(element a, element b) {
  if (a == b) return a;
  for (element e : {element::i8, element::u8, element::i16, element::u16})
    if (lowest(e) <= std::min(lowest(a), lowest(b)) && highest(e) >= std::max(highest(a), highest(b))) return e;
  return element::i32;
}

void concat(lowering& l, node const& n) {
  std::vector<view> parts;
  dims shape;
  std::int64_t axis = n.integer("axis", 0);
  bool all_constant = true;
  std::optional<element> type;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    view const x = l.in(n, static_cast<int>(i));
    auto const rank = static_cast<std::int64_t>(x.axes.size());
    if (i == 0) {
      axis = axis < 0 ? axis + rank : axis;
      shape = x.shape();
      if (axis < 0 || axis >= rank) {
        l.found.error(4265, "node {} (Concat): axis {} of {} axes; correct it", l.label(n), n.integer("axis", 0), rank);
        return;
      }
      shape[axis] = 0;
    }
    dims other = x.shape();
    if (static_cast<std::int64_t>(other.size()) == static_cast<std::int64_t>(shape.size())) {
      std::int64_t const length = other[axis];
      other[axis] = shape[axis];
      if (other == shape) {
        shape[axis] += length;
        if (elements_of(x.shape()) != 0) {
          // A part that is constant adapts to the others.
          if (!l.is_constant(x)) type = type ? common(*type, l.type_of(x)) : l.type_of(x), all_constant = false;
          parts.push_back(x);
        }
        continue;
      }
    }
    l.found.error(4265, "node {} (Concat): [{}] and [{}] do not join along axis {}; correct the shapes", l.label(n), fmt::join(shape, ", "), fmt::join(x.shape(), ", "), axis);
    return;
  }
  l.check_size(shape, all_constant ? most_folded_elements : most_elements);
  if (parts.empty()) return l.set_empty(n, shape);
  for (view const& x : parts)
    if (l.is_constant(x)) type = type ? common(*type, l.type_of(x)) : l.type_of(x);
  auto const state = std::find_if(l.net.states.begin(), l.net.states.end(), [&](state_pair const& s) { return &l.g.nodes[s.concat] == &n; });
  bool const is_state = state != l.net.states.end();
  if (parts.size() == 1 && !is_state) return l.set(n, 0, parts[0]);
  int const b = is_state ? state->buffer : all_constant ? l.new_constant(l.g.of(n.outputs[0]).name, shape, std::vector<std::int64_t>(elements_of(shape), 0))
                                                        : l.new_buffer(n, *type, shape);
  if (!is_state && !all_constant) l.follow_order(b, parts[0]);
  std::int64_t start = 0;
  for (view const& x : parts) {
    view const place = sliced(l.whole(b), static_cast<int>(axis), start, x.axes[axis].length, 1);
    start += x.axes[axis].length;
    if (is_state && x.buffer == b) continue;  // the rows that are already there
    if (all_constant) {
      auto const values = l.values_of(x);
      view const numbers = l.whole(l.new_constant("", x.shape(), values));
      for (std::size_t i = 0; i < values.size(); ++i) {
        std::int64_t to = place.offset, rest = static_cast<std::int64_t>(i);
        for (std::size_t a = 0; a < place.axes.size(); ++a) {
          to += rest / numbers.axes[a].stride * place.axes[a].stride;
          rest %= numbers.axes[a].stride;
        }
        l.net.buffers[b].values[to] = values[i];
      }
      continue;
    }
    // The part is made in its place, if it is a tensor of its own that nothing else ties down; else it is copied there.
    buffer& part = l.net.buffers[x.buffer];
    bool const shown = std::any_of(l.viewers[x.buffer].begin(), l.viewers[x.buffer].end(), [&](int id) { return l.g.of(id).is_output; });
    if (part.use == role::scratch && !part.inside && part.type == *type && !shown && is_bijection(x, part.elements())) {
      // Element numbers of the part, row-major over its own shape, lie where x's axes say.
      std::vector<std::int64_t> strides;
      for (auto const& a : place.axes) strides.push_back(a.stride);
      part.order = layout_from(x, strides);
      part.inside = buffer::part_of{b, place.offset, place, x};
      continue;
    }
    node made = n;
    made.name = n.name + "_part";
    lowered_layer copy;
    copy.kind = "copy";
    copy.name = made.name;
    copy.inputs = {x};
    copy.result = place;
    copy.result_type = *type;
    l.net.layers.push_back(std::move(copy));
  }
  l.set(n, 0, l.whole(b));
}

void pad(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  int const rank = static_cast<int>(x.axes.size());
  if (n.text("mode", "constant") != "constant") {
    l.found.error(4266, "node {} (Pad): mode {} is not supported; supported is constant", l.label(n), n.text("mode", "constant"));
    return;
  }
  std::vector<std::int64_t> pads = n.list("pads"), axes;
  std::int64_t value = n.integer("value", 0);
  if (l.has(n, 1)) {
    auto const given = l.constant_in(n, 1);
    if (!given) return;
    pads = *given;
  }
  if (l.has(n, 2)) {
    auto const given = l.constant_in(n, 2);
    if (!given) return;
    if (!given->empty()) value = given->front();
  }
  if (l.has(n, 3)) {
    auto const given = l.constant_in(n, 3);
    if (!given) return;
    axes = *given;
  } else {
    for (int i = 0; i < rank; ++i) axes.push_back(i);
  }
  if (pads.size() != 2 * axes.size()) {
    l.found.error(4266, "node {} (Pad): {} pads for {} axes, two are needed for each; correct pads", l.label(n), pads.size(), axes.size());
    return;
  }
  element const type = elements_of(x.shape()) == 0 ? element::i32 : l.type_of(x);
  if (value < lowest(type) || value > highest(type)) {
    l.found.error(4266, "node {} (Pad): the value {} does not fit {}; correct it", l.label(n), value, name_of(type));
    return;
  }
  std::vector<std::int64_t> before(rank, 0);
  dims shape = x.shape();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::int64_t const a = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (a < 0 || a >= rank) {
      l.found.error(4266, "node {} (Pad): axis {} of {} axes; correct it", l.label(n), axes[i], rank);
      return;
    }
    for (std::int64_t p : {pads[i], pads[axes.size() + i]})
      if (p > most_elements || p < -most_elements) throw refused{4266, fmt::format("axis {} is padded by {}, supported are {}; correct pads", axes[i], p, most_elements)};
    before[a] += pads[i];
    shape[a] += pads[i] + pads[axes.size() + i];
  }
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t d) { return d < 0; })) {
    l.found.error(4266, "node {} (Pad): [{}] is cut to [{}]; correct pads", l.label(n), fmt::join(x.shape(), ", "), fmt::join(shape, ", "));
    return;
  }
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  if (elements_of(x.shape()) == 0) {
    l.check_size(shape, most_folded_elements);
    return l.set(n, 0, l.whole(l.new_constant(l.g.of(n.outputs[0]).name, shape, std::vector<std::int64_t>(static_cast<std::size_t>(elements_of(shape)), value))));
  }
  if (shape == x.shape() && std::all_of(before.begin(), before.end(), [](std::int64_t p) { return p == 0; })) return l.set(n, 0, x);
  int const y = l.new_buffer(n, type, shape);
  l.follow_order(y, x);
  lowered_layer& made = l.new_layer(n, "pad", axes_form::fixed, {x}, y);
  if (value != 0) made.params.emplace_back("value", std::to_string(value));
  made.per_axis = before;
  l.set(n, 0, l.whole(y));
}

void gather(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  auto const rank = static_cast<std::int64_t>(x.axes.size());
  std::int64_t axis = n.integer("axis", 0);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) {
    l.found.error(4267, "node {} (Gather): axis {} of {} axes; correct it", l.label(n), n.integer("axis", 0), rank);
    return;
  }
  view const which = l.in(n, 1);
  std::int64_t const length = x.axes[axis].length;
  dims shape;
  for (std::int64_t i = 0; i < axis; ++i) shape.push_back(x.axes[i].length);
  for (auto const& a : which.axes) shape.push_back(a.length);
  for (std::int64_t i = axis + 1; i < rank; ++i) shape.push_back(x.axes[i].length);
  l.check_size(shape);
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  l.type_of(x), l.type_of(which);  // both have elements, as the result has
  if (l.is_constant(which)) {
    auto values = l.values_of(which);
    for (auto& v : values) {
      if (v < -length || v >= length) {
        l.found.error(4267, "node {} (Gather): index {} of an axis of {}; correct the index", l.label(n), v, length);
        return;
      }
      if (v < 0) v += length;
    }
    // Indices that go up evenly are a slice.
    std::int64_t const step = values.size() > 1 ? values[1] - values[0] : 1;
    bool even = step > 0;
    for (std::size_t i = 1; i < values.size(); ++i) even = even && values[i] - values[i - 1] == step;
    if (even) {
      view r = sliced(x, static_cast<int>(axis), values[0], static_cast<std::int64_t>(values.size()), step);
      if (which.axes.size() != 1) {
        view_axis const along = r.axes[axis];
        r.axes.erase(r.axes.begin() + axis);
        std::int64_t stride = along.stride;
        for (std::size_t i = which.axes.size(); i-- > 0;) {
          r.axes.insert(r.axes.begin() + axis, {which.axes[i].length, stride});
          stride *= which.axes[i].length;
        }
      }
      return l.set(n, 0, r);
    }
    if (l.is_constant(x)) {
      l.check_size(shape, most_folded_elements);
      std::int64_t inner = 1, outer = 1;
      for (std::int64_t i = 0; i < rank; ++i) (i < axis ? outer : i > axis ? inner : outer) *= i == axis ? 1 : x.axes[i].length;
      auto const all = l.values_of(x);
      std::vector<std::int64_t> picked;
      for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t v : values)
          for (std::int64_t i = 0; i < inner; ++i) picked.push_back(all[(o * length + v) * inner + i]);
      return l.set(n, 0, l.whole(l.new_constant(l.g.of(n.outputs[0]).name, shape, std::move(picked))));
    }
  }
  std::int64_t outer = 1, inner = 1, count = elements_of(which.shape());
  for (std::int64_t i = 0; i < rank; ++i) (i < axis ? outer : inner) *= i == axis ? 1 : x.axes[i].length;
  auto from = reshaped(x, {outer, length, inner});
  if (!from) from = reshaped(l.copied(n, x, l.type_of(x)), {outer, length, inner});
  auto by = reshaped(which, {count});
  if (!by) by = reshaped(l.copied(n, which, l.type_of(which)), {count});
  int const y = l.new_buffer(n, l.type_of(x), shape);
  lowered_layer& made = l.new_layer(n, "gather", axes_form::fixed, {*from, *by}, y);
  made.result = *reshaped(l.whole(y), {outer, count, inner});
  l.set(n, 0, l.whole(y));
}

registration const here{{"Concat", concat}, {"Pad", pad}, {"Gather", gather}};
}  // namespace
}  // namespace deeploy::import
