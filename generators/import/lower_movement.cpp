// SPDX-License-Identifier: Apache-2.0
// Data movement that is addressing: Reshape, Transpose, Slice and their kin become views.
#include <algorithm>
#include <limits>
#include <numeric>
#include <generators/import/lower.hpp>

namespace deeploy::import {
namespace {
void show(lowering& l, node const& n, view const& x, dims const& shape) {
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  if (auto const v = reshaped(x, shape)) return l.set(n, 0, *v);
  l.set(n, 0, *reshaped(l.copied(n, x, l.type_of(x)), shape));
}

void identity(lowering& l, node const& n) { l.set(n, 0, l.in(n, 0)); }

void cast(lowering& l, node const& n) { identity(l, n); }  // the true types follow from the operators

void reshape(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  dims shape = n.list("shape");
  if (l.has(n, 1)) {
    auto const given = l.constant_in(n, 1);
    if (!given) return;
    shape = *given;
  }
  std::int64_t const total = elements_of(x.shape());
  std::int64_t known = 1;
  int open = -1;
  bool const zero_is_zero = n.integer("allowzero", 0) != 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !zero_is_zero && i < x.axes.size()) shape[i] = x.axes[i].length;
    if (shape[i] == -1 && open < 0)
      open = static_cast<int>(i);
    else
      known = saturating_product(known, shape[i]);
  }
  if (open >= 0) shape[open] = known == 0 ? 0 : total / known;
  if (elements_of(shape) != total || std::any_of(shape.begin(), shape.end(), [](std::int64_t d) { return d < 0; })) {
    l.found.error(4260, "node {} (Reshape): {} elements do not make [{}], which has {}; correct the shape", l.label(n), total, fmt::join(shape, ", "), elements_of(shape));
    return;
  }
  show(l, n, x, shape);
}

void flatten(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  std::int64_t axis = n.integer("axis", 1);
  auto const rank = static_cast<std::int64_t>(x.axes.size());
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) {
    l.found.error(4260, "node {} (Flatten): axis {} of {} axes; correct it", l.label(n), axis, rank);
    return;
  }
  std::int64_t front = 1, back = 1;
  for (std::int64_t i = 0; i < rank; ++i) (i < axis ? front : back) *= x.axes[i].length;
  show(l, n, x, {front, back});
}

std::optional<std::vector<std::int64_t>> axes_of(lowering& l, node const& n) {
  auto const axes = l.has(n, 1) ? l.constant_in(n, 1) : n.list("axes");
  if (axes && axes->size() > most_axes) throw refused{4261, fmt::format("{} axes are named, supported are {}; correct axes", axes->size(), most_axes)};
  if (axes)
    for (std::int64_t a : *axes)
      if (a < -static_cast<std::int64_t>(most_axes) || a > static_cast<std::int64_t>(most_axes))
        throw refused{4261, fmt::format("axis {} of a tensor of {} axes; correct axes", a, l.shape(n, 0).size())};
  return axes;
}

void squeeze(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  auto const axes = axes_of(l, n);
  if (!axes) return;
  auto const rank = static_cast<std::int64_t>(x.axes.size());
  view r{x.buffer, x.offset, {}};
  for (std::int64_t i = 0; i < rank; ++i) {
    bool const named = std::any_of(axes->begin(), axes->end(), [&](std::int64_t a) { return a == i || a + rank == i; });
    if (named && x.axes[i].length != 1) {
      l.found.error(4261, "node {} (Squeeze): axis {} has length {}, only 1 can go; correct axes", l.label(n), i, x.axes[i].length);
      return;
    }
    if (!named && !(axes->empty() && x.axes[i].length == 1)) r.axes.push_back(x.axes[i]);
  }
  if (x.buffer < 0) return l.set_empty(n, r.shape());
  l.set(n, 0, r);
}

void unsqueeze(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  auto axes = axes_of(l, n);
  if (!axes) return;
  auto const rank = static_cast<std::int64_t>(x.axes.size() + axes->size());
  for (auto& a : *axes) a = a < 0 ? a + rank : a;
  std::sort(axes->begin(), axes->end());
  view r = x;
  for (std::int64_t a : *axes) {
    if (a < 0 || a > static_cast<std::int64_t>(r.axes.size())) {
      l.found.error(4261, "node {} (Unsqueeze): axis {} of {} axes; correct axes", l.label(n), a, rank);
      return;
    }
    r.axes.insert(r.axes.begin() + a, {1, 0});
  }
  if (x.buffer < 0) return l.set_empty(n, r.shape());
  l.set(n, 0, r);
}

void transpose(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  int const rank = static_cast<int>(x.axes.size());
  std::vector<int> order;
  for (std::int64_t p : n.list("perm")) order.push_back(p < 0 || p >= rank ? -1 : static_cast<int>(p));
  if (order.empty())
    for (int i = rank; i-- > 0;) order.push_back(i);
  std::vector<int> sorted = order, all(rank);
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all) {
    l.found.error(4262, "node {} (Transpose): perm [{}] is no permutation of {} axes; correct perm", l.label(n), fmt::join(n.list("perm"), ", "), rank);
    return;
  }
  view const r = permuted(x, order);
  if (x.buffer < 0) return l.set_empty(n, r.shape());
  l.set(n, 0, r);
}

void slice(lowering& l, node const& n) {
  view x = l.in(n, 0);
  auto const rank = static_cast<std::int64_t>(x.axes.size());
  std::vector<std::int64_t> starts = n.list("starts"), ends = n.list("ends"), axes = n.list("axes"), steps;
  auto const take = [&](int i, std::vector<std::int64_t>& to) {
    if (!l.has(n, i)) return true;
    auto const given = l.constant_in(n, i);
    if (given) to = *given;
    return given.has_value();
  };
  if (!take(1, starts) || !take(2, ends) || !take(3, axes) || !take(4, steps)) return;
  if (axes.empty())
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (starts.size() != ends.size() || starts.size() != axes.size() || starts.size() != steps.size()) {
    l.found.error(4263, "node {} (Slice): {} starts, {} ends, {} axes, {} steps; give as many of each", l.label(n), starts.size(), ends.size(), axes.size(), steps.size());
    return;
  }
  std::uint32_t reversed = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::int64_t const a = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (a < 0 || a >= rank || steps[i] == 0) {
      l.found.error(4263, "node {} (Slice): axis {} of {} axes, step {}; correct axes and steps", l.label(n), axes[i], rank, steps[i]);
      return;
    }
    std::int64_t const length = x.axes[a].length;
    auto const place = [&](std::int64_t at, std::int64_t low, std::int64_t high) { return std::clamp(at < 0 ? std::max(at, -length - 1) + length : std::min(at, length), low, high); };
    if (steps[i] > 0) {
      std::int64_t const from = place(starts[i], 0, length), to = place(ends[i], 0, length);
      std::int64_t const step = std::min(steps[i], std::max<std::int64_t>(length, 1));
      x = sliced(x, static_cast<int>(a), from, to <= from ? 0 : (to - from + step - 1) / step, step);
    } else {
      // Backwards: the same elements forwards, and a copy that turns them round.
      std::int64_t const from = place(starts[i], -1, length - 1), to = place(ends[i], -1, length - 1);
      std::int64_t const step = std::min(-std::max(steps[i], -std::max<std::int64_t>(length, 1)), std::max<std::int64_t>(length, 1));
      std::int64_t const count = to >= from ? 0 : (from - to + step - 1) / step;
      x = sliced(x, static_cast<int>(a), count == 0 ? 0 : from - (count - 1) * step, count, step);
      if (count > 1) reversed |= 1u << a;
    }
  }
  if (x.buffer < 0 || elements_of(x.shape()) == 0) return l.set_empty(n, x.shape());
  if (reversed == 0) return l.set(n, 0, x);
  if (l.is_constant(x)) {
    std::vector<std::int64_t> const values = l.values_of(x);
    std::vector<std::int64_t> turned(values.size());
    view const places = l.whole(l.new_constant("", x.shape(), values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::int64_t to = 0, rest = static_cast<std::int64_t>(i);
      for (auto a = places.axes.begin(); a != places.axes.end(); ++a) {
        std::int64_t const at = rest / a->stride;
        rest %= a->stride;
        to += (reversed >> (a - places.axes.begin()) & 1 ? a->length - 1 - at : at) * a->stride;
      }
      turned[to] = values[i];
    }
    return l.set(n, 0, l.whole(l.new_constant(l.g.of(n.outputs[0]).name, x.shape(), std::move(turned))));
  }
  l.set(n, 0, l.copied(n, x, l.type_of(x), reversed));
}

void expand(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  auto const wanted = l.constant_in(n, 1);
  if (!wanted) return;
  auto const shape = broadcast_shape(x.shape(), *wanted);
  if (!shape || std::any_of(shape->begin(), shape->end(), [](std::int64_t d) { return d < 0; })) {
    l.found.error(4264, "node {} (Expand): [{}] does not broadcast to [{}]; correct the shape", l.label(n), fmt::join(x.shape(), ", "), fmt::join(*wanted, ", "));
    return;
  }
  l.check_size(*shape);
  if (elements_of(*shape) == 0) return l.set_empty(n, *shape);
  l.set(n, 0, broadcast_to(x, *shape));
}

void constant(lowering& l, node const& n) {
  auto const value = n.attributes.find("value");
  constant_data c;
  std::vector<double> reals;
  if (value != n.attributes.end() && value->second.tensor) {
    c = *value->second.tensor;
    reals = c.reals;
  } else {
    for (char const* name : {"value_int", "value_float", "value_ints", "value_floats"}) {
      auto const a = n.attributes.find(name);
      if (a == n.attributes.end()) continue;
      c.integers = a->second.integers;
      c.integral = std::equal(a->second.numbers.begin(), a->second.numbers.end(), c.integers.begin(),
                              [](double x, std::int64_t y) { return x == static_cast<double>(y); });
      if (!c.integral) reals = a->second.numbers;
      if (a->second.is_list) c.shape = {static_cast<std::int64_t>(c.integers.size())};
    }
  }
  if (c.integral && elements_of(c.shape) != static_cast<std::int64_t>(c.integers.size()))
    throw refused{4108, "it has no value of a supported kind (value, value_int, value_ints, value_float, value_floats); export it again"};
  int const id = n.outputs[0];
  l.g.of(id).constant = c;
  l.g.of(id).constant->reals = std::move(reals);
  if (!c.integral) return;  // whoever reads it says so
  if (c.integers.empty()) return l.set_empty(n, c.shape);
  l.set(n, 0, l.whole(l.new_constant(l.g.of(id).name, c.shape, c.integers)));
}

void shape_of(lowering& l, node const& n) {
  dims const shape = l.shape(n, 0);
  l.set(n, 0, l.whole(l.new_constant(l.g.of(n.outputs[0]).name, {static_cast<std::int64_t>(shape.size())}, shape)));
}

registration const here{{"Identity", identity}, {"Dropout", identity}, {"Cast", cast},           {"Reshape", reshape}, {"Flatten", flatten},
                        {"Squeeze", squeeze},   {"Unsqueeze", unsqueeze}, {"Transpose", transpose}, {"Slice", slice},     {"Expand", expand},
                        {"Constant", constant}, {"Shape", shape_of}};
}  // namespace
}  // namespace deeploy::import
