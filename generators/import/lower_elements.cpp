// SPDX-License-Identifier: Apache-2.0
// Elementwise operators: Add, Sub, Mul, activations, divisions.
#include <algorithm>
#include <cmath>
#include <generators/import/lower_common.hpp>

namespace deeploy::import {
bool fits(lowering& l, node const& n, std::initializer_list<char const*> names) {
  bool good = true;
  for (char const* name : names) {
    double const v = n.number(name, 0);
    if (v == std::floor(v) && v >= static_cast<double>(lowest(element::i32)) && v <= static_cast<double>(highest(element::i32))) continue;
    l.found.error(4231, "node {} ({}): attribute {} is {}; an integer from {} to {} is expected, correct it", l.label(n), n.type, name, v,
                  lowest(element::i32), highest(element::i32));
    good = false;
  }
  return good;
}

namespace {
/// Takes a requantisation layer that makes this operand, and nothing else, into the operand: gives what it reads.
std::optional<requantisation> absorb(lowering& l, int value, view& operand) {
  int const p = l.sole_producer(value);
  if (p < 0) return std::nullopt;
  lowered_layer& made = l.net.layers[p];
  if (made.kind != "requantise" || made.requant.mul || made.dropped) return std::nullopt;
  // The operand shows the requantised buffer in its own way; what the layer reads must be shown in the same way.
  std::vector<std::int64_t> strides;
  for (auto const& a : made.inputs[0].axes) strides.push_back(a.stride);
  auto const w = seen_through(operand, layout_from(made.result, strides));
  if (!w || std::any_of(w->parts.begin(), w->parts.end(), [](int parts) { return parts != 1; })) return std::nullopt;
  view seen{made.inputs[0].buffer, made.inputs[0].offset + w->offset, {}};
  for (std::size_t i = 0; i < operand.axes.size(); ++i)
    seen.axes.push_back({operand.axes[i].length, operand.axes[i].length == 1 || operand.axes[i].stride == 0 ? 0 : w->dimensions[i].stride});
  int const gone = operand.buffer;
  operand = seen;
  made.dropped = true;
  l.vanish(gone);
  return made.requant.q;
}

/// A constant that is added to a product belongs into its accumulators.
bool as_bias(lowering& l, node const& n, int constant_input, dims const& shape) {
  int const other = n.inputs[1 - constant_input];
  int const p = l.sole_producer(other);
  if (p < 0 || l.net.values[other].at->shape() != shape) return false;
  lowered_layer& made = l.net.layers[p];
  if ((made.kind != "matmul" && made.kind != "conv2d") || made.requant.q.present || made.bias) return false;
  view const c = l.in(n, constant_input);
  auto const values = l.values_of(c);
  double most = 0;
  for (std::int64_t v : values) {
    if (v < lowest(element::i32) || v > highest(element::i32)) return false;
    most = std::max(most, std::fabs(static_cast<double>(v)));
  }
  view const x = *l.net.values[other].at;
  if (most != 0) {
    auto const along = l.along_result(made, x, broadcast_to(c, shape));
    if (!along) return false;
    if (made.kind == "conv2d") {  // one value per channel only
      for (int a : {0, 1, 2})
        if (along->axes[a].length > 1 && along->axes[a].stride != 0) return false;
      made.bias = view{along->buffer, along->offset, {along->axes[3]}};
    } else {
      made.bias = *along;
    }
  }
  made.accumulator_bound += most;
  l.warn_overflow(n, made.accumulator_bound);
  l.vanish(x.buffer);
  l.set(n, 0, x);
  return true;
}

void binary(lowering& l, node const& n, char const* kind) {
  if (!l.has(n, 0) || !l.has(n, 1)) {
    l.found.error(4230, "node {} ({}): has {} inputs, 2 are needed; complete the node", l.label(n), n.type, n.inputs.size());
    return;
  }
  auto const shape = broadcast_shape(l.shape(n, 0), l.shape(n, 1));
  if (shape) l.check_size(*shape);
  if (!shape) {
    l.found.error(4230, "node {} ({}): [{}] and [{}] do not broadcast; correct the shapes", l.label(n), n.type, fmt::join(l.shape(n, 0), ", "), fmt::join(l.shape(n, 1), ", "));
    return;
  }
  if (elements_of(*shape) == 0) return l.set_empty(n, *shape);
  view a = l.in(n, 0), b = l.in(n, 1);
  if (l.is_constant(a) && l.is_constant(b)) {
    auto const x = l.values_of(broadcast_to(a, *shape)), y = l.values_of(broadcast_to(b, *shape));
    std::vector<std::int64_t> z(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      if (kind[0] == 'a' ? __builtin_add_overflow(x[i], y[i], &z[i]) : kind[0] == 's' ? __builtin_sub_overflow(x[i], y[i], &z[i]) : __builtin_mul_overflow(x[i], y[i], &z[i]))
        throw refused{4206, fmt::format("the constants {} and {} give more than 64 bits; rescale them", x[i], y[i])};
    l.set(n, 0, l.whole(l.new_constant(l.g.of(n.outputs[0]).name, *shape, std::move(z))));
    return;
  }
  if (kind[0] == 'a')
    for (int i : {0, 1})
      if (l.is_constant(i == 0 ? a : b) && as_bias(l, n, i, *shape)) return;
  a = broadcast_to(a, *shape);
  b = broadcast_to(b, *shape);
  std::vector<std::pair<std::string, requantisation>> before;
  // The same value twice is requantised once.
  if (n.inputs[0] != n.inputs[1]) {
    if (auto const q = absorb(l, n.inputs[0], a)) before.emplace_back("a", *q);
    if (auto const q = absorb(l, n.inputs[1], b)) before.emplace_back("b", *q);
  }
  int const y = l.new_buffer(n, element::i32, *shape);
  l.follow_order(y, l.is_constant(a) ? b : a);
  lowered_layer& made = l.new_layer(n, kind, axes_form::elementwise, {a, b}, y);
  made.before = std::move(before);
  l.set(n, 0, l.whole(y));
}

void add(lowering& l, node const& n) { binary(l, n, "add"); }
void sub(lowering& l, node const& n) { binary(l, n, "sub"); }
void mul(lowering& l, node const& n) { binary(l, n, "mul"); }

lowered_layer* unary(lowering& l, node const& n, char const* kind, element type) {
  view const x = l.in(n, 0);
  if (elements_of(x.shape()) == 0) {
    l.set_empty(n, x.shape());
    return nullptr;
  }
  int const y = l.new_buffer(n, type, x.shape());
  l.follow_order(y, x);
  lowered_layer& made = l.new_layer(n, kind, axes_form::elementwise, {x}, y);
  l.set(n, 0, l.whole(y));
  return &made;
}

void igelu(lowering& l, node const& n) {
  if (!fits(l, n, {"b", "one"})) return;
  if (lowered_layer* const made = unary(l, n, "igelu", element::i32)) {
    made->params.emplace_back("b", std::to_string(n.integer("b", 0)));
    made->params.emplace_back("one", std::to_string(n.integer("one", 0)));
  }
}

void ihardswish(lowering& l, node const& n) {
  if (!fits(l, n, {"one_over_six", "three", "six"})) return;
  if (lowered_layer* const made = unary(l, n, "ihardswish", element::i32))
    for (char const* name : {"one_over_six", "three", "six"}) made->params.emplace_back(name, std::to_string(n.integer(name, 0)));
}

/// max(x, 0) as a requantisation that only clips; keeps the type.
void relu(lowering& l, node const& n) {
  view const x = l.in(n, 0);
  element const type = elements_of(x.shape()) == 0 ? element::i8 : l.type_of(x);
  if (lowered_layer* const made = unary(l, n, "requantise", type)) {
    made->requant.q = {.present = true, .low = 0, .high = static_cast<i32>(highest(type))};
  }
}

void integer_div(lowering& l, node const& n) {
  if (!fits(l, n, {"Delta", "eta", "eps"})) return;
  if (!l.has(n, 0) || !l.has(n, 1)) {
    l.found.error(4230, "node {} (IntegerDiv): has {} inputs, 2 are needed; complete the node", l.label(n), n.inputs.size());
    return;
  }
  auto const shape = broadcast_shape(l.shape(n, 0), l.shape(n, 1));
  if (!shape) {
    l.found.error(4230, "node {} (IntegerDiv): [{}] and [{}] do not broadcast; correct the shapes", l.label(n), fmt::join(l.shape(n, 0), ", "), fmt::join(l.shape(n, 1), ", "));
    return;
  }
  if (elements_of(*shape) == 0) return l.set_empty(n, *shape);
  view const a = broadcast_to(l.in(n, 0), *shape), b = broadcast_to(l.in(n, 1), *shape);
  int const y = l.new_buffer(n, element::i32, *shape);
  l.follow_order(y, a);
  lowered_layer& made = l.new_layer(n, "integer_div", axes_form::elementwise, {a, b}, y);
  made.params.emplace_back("delta", std::to_string(n.integer("Delta", 1)));
  made.params.emplace_back("eta", std::to_string(n.integer("eta", 1)));
  made.params.emplace_back("eps", std::to_string(n.integer("eps", 0)));
  l.set(n, 0, l.whole(y));
}

registration const here{{"Add", add},         {"Sub", sub},   {"Mul", mul}, {"iGELU", igelu}, {"iHardswish", ihardswish},
                        {"Relu", relu}, {"IntegerDiv", integer_div}};
}  // namespace
}  // namespace deeploy::import
