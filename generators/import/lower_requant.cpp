// SPDX-License-Identifier: Apache-2.0
// RequantShift and TrueIntegerDiv: fused into the layer that makes their operand, where that is exact.
#include <algorithm>
#include <cmath>
#include <generators/import/lower.hpp>

namespace deeploy::import {
namespace {
/// The parameters of a RequantShift node, its mul and add broadcast to the operand.
struct requant_shift {
  requantisation q;
  element type = element::i8;
  view mul, add;
};

/// numpy's broadcast if it keeps the shape, else the values run along axis 1.
std::optional<view> spread(lowering& l, node const& n, view const& values, dims const& shape) {
  auto const both = broadcast_shape(values.shape(), shape);
  if (both && *both == shape) return broadcast_to(values, shape);
  std::int64_t const count = elements_of(values.shape());
  if (count == 1) return broadcast_to(view{values.buffer, values.offset, {}}, shape);
  if (shape.size() < 2 || count != shape[1]) return std::nullopt;
  view r{values.buffer, values.offset, {}};
  view const flat = l.flattened(n, values);
  r.buffer = flat.buffer;
  r.offset = flat.offset;
  for (std::size_t i = 0; i < shape.size(); ++i) r.axes.push_back({shape[i], i == 1 ? flat.axes[0].stride : 0});
  return r;
}

std::optional<requant_shift> read(lowering& l, node const& n, dims const& shape) {
  requant_shift r;
  bool good = true;
  if (!l.has(n, 1) || !l.has(n, 2)) {
    l.found.error(4220, "node {} (RequantShift): it has {} inputs, 3 are needed: x, mul and add; complete the node", l.label(n), n.inputs.size());
    return std::nullopt;
  }
  auto const mul = l.constant_in(n, 1), add = l.constant_in(n, 2);
  double const div = n.number("div", 0);
  int shift = 0;
  while (shift < 40 && std::ldexp(1.0, shift) < div) ++shift;
  if (std::ldexp(1.0, shift) != div || shift > 31) {
    l.found.error(4221, "node {} (RequantShift): div is {}; it must be a power of two from 1 to 2^31, rescale mul and add", l.label(n), div);
    good = false;
  }
  std::int64_t levels = n.integer("n_levels_out", n.integer("n_levels", 256));
  if (levels < 2 || levels > 256 || levels % 2 != 0) {
    l.found.error(4222, "node {} (RequantShift): n_levels is {}; supported are even numbers from 2 to 256", l.label(n), levels);
    good = false;
    levels = 256;
  }
  if (!n.has("signed")) {
    l.found.error(4222, "node {} (RequantShift): the attribute signed is missing; say 1 for int8, 0 for uint8", l.label(n));
    good = false;
  }
  bool const is_signed = n.integer("signed", 1) != 0;
  r.q.present = true;
  r.q.shift = static_cast<u8>(shift);
  r.q.low = static_cast<i32>(is_signed ? -levels / 2 : 0);
  r.q.high = static_cast<i32>(is_signed ? levels / 2 - 1 : levels - 1);
  r.type = is_signed ? element::i8 : element::u8;
  if (!mul || !add) return std::nullopt;
  for (auto const* values : {&*mul, &*add})
    for (std::int64_t v : *values)
      if (v < lowest(element::i32) || v > highest(element::i32)) {
        l.found.error(4223, "node {} (RequantShift): {} does not fit 32 bits ({} to {}); rescale mul, add and div", l.label(n), v, lowest(element::i32), highest(element::i32));
        return std::nullopt;
      }
  auto const m = spread(l, n, l.in(n, 1), shape), a = spread(l, n, l.in(n, 2), shape);
  if (!m || !a) {
    l.found.error(4224, "node {} (RequantShift): mul [{}] and add [{}] do not spread over [{}]; give one value, or one per channel, row or head", l.label(n),
                  fmt::join(l.shape(n, 1), ", "), fmt::join(l.shape(n, 2), ", "), fmt::join(shape, ", "));
    return std::nullopt;
  }
  if (!good) return std::nullopt;
  r.mul = *m;
  r.add = *a;
  return r;
}

}  // namespace

std::optional<std::int64_t> uniform(lowering const& l, view v) {
  for (auto& a : v.axes)
    if (a.stride == 0) a.length = 1;
  auto const values = l.values_of(v);
  if (values.empty() || std::any_of(values.begin(), values.end(), [&](std::int64_t x) { return x != values[0]; })) return std::nullopt;
  return values[0];
}

namespace {
void requant(lowering& l, node const& n) {
  dims const shape = l.shape(n, 0);
  int const source = n.inputs[0];
  std::int64_t const factor = l.net.values[source].factor;
  // A pending division multiplies `mul`, where that still fits 32 bits; else it is carried out before.
  auto r = read(l, n, shape);
  if (!r) return;
  if (elements_of(shape) == 0) return l.set_empty(n, shape);
  if (factor != 1) {
    auto const muls = l.values_of(r->mul);
    bool const fits = std::all_of(muls.begin(), muls.end(), [&](std::int64_t m) { return std::llabs(m * factor) <= highest(element::i32); });
    if (fits) {
      view compact = r->mul;
      for (auto& a : compact.axes)
        if (a.stride == 0) a.length = 1;
      auto scaled = l.values_of(compact);
      for (auto& m : scaled) m *= factor;
      int const b = l.new_constant(n.name + "_mul", compact.shape(), std::move(scaled));
      r->mul = broadcast_to(l.whole(b), shape);
    } else {
      l.in(n, 0);
    }
  }
  bool const pending = l.net.values[source].factor != 1;
  view const x = *l.net.values[source].at;
  element const from = l.type_of(x);
  auto const mul = uniform(l, r->mul), add = uniform(l, r->add);
  if (mul) r->q.mul = static_cast<i32>(*mul);
  if (add) r->q.add = static_cast<i32>(*add);
  bool const scalar = mul && add;

  // Does it change nothing?
  std::int64_t const half = r->q.shift == 0 ? 0 : std::int64_t{1} << (r->q.shift - 1);
  std::int64_t const one = std::int64_t{1} << r->q.shift;
  if (scalar && from == r->type && *mul == one && *add + half >= 0 && *add + half < one && r->q.low <= lowest(from) && r->q.high >= highest(from)) {
    l.set(n, 0, x);
    return;
  }
  // Into the layer that makes x.
  int producer = -1;
  if (pending) {
    // The value before the division is this one's operand as well: look through.
    l.net.values[source].factor = 1;
    producer = l.sole_producer(source);
    l.net.values[source].factor = factor;
  } else {
    producer = l.sole_producer(source);
  }
  if (producer >= 0) {
    lowered_layer& p = l.net.layers[producer];
    std::optional<view> along_mul, along_add;
    if (!scalar) along_mul = l.along_result(p, x, r->mul), along_add = l.along_result(p, x, r->add);
    bool const may = !p.requant.q.present && p.kind != "copy" && p.kind != "pad" && p.kind != "gather";
    if (may && (scalar || (along_mul && along_add))) {
      p.requant.q = r->q;
      if (!scalar) p.requant.mul = along_mul, p.requant.add = along_add;
      int const b = x.buffer;
      l.vanish(b);
      l.net.buffers[b].type = r->type;
      l.net.buffers[b].name = l.g.of(n.outputs[0]).name;
      l.set(n, 0, x);
      return;
    }
  }
  int const b = l.new_buffer(n, r->type, shape);
  l.follow_order(b, x);
  lowered_layer& made = l.new_layer(n, "requantise", axes_form::elementwise, {x}, b);
  made.requant.q = r->q;
  if (!scalar) made.requant.mul = r->mul, made.requant.add = r->add;
  l.set(n, 0, l.whole(b));
}

void true_integer_div(lowering& l, node const& n) {
  std::int64_t const delta = n.integer("Delta", 1), eta = n.integer("eta", 1), eps = n.integer("eps", 0), y = n.integer("y", 1);
  double const product = static_cast<double>(y) * static_cast<double>(eta), number = static_cast<double>(delta) * static_cast<double>(eta);
  double const below = product + static_cast<double>(eps);
  bool const small = std::fabs(product) < 9e15 && std::fabs(static_cast<double>(eps)) < 9e15 && std::fabs(number) < 9e18;
  if (below == 0 || !small || std::fabs(std::floor(number / below)) > highest(element::i32)) {
    l.found.error(4225, "node {} (TrueIntegerDiv): Delta {}, eta {}, eps {}, y {} give no factor of 32 bits; correct the attributes", l.label(n), delta, eta, eps, y);
    return;
  }
  std::int64_t const above = delta * eta, divisor = y * eta + eps;
  std::int64_t factor = above / divisor;
  if (above % divisor != 0 && (above < 0) != (divisor < 0)) --factor;  // floor
  view const x = l.in(n, 0);
  if (factor == 1) return l.set(n, 0, x);
  int const id = n.outputs[0];
  l.net.values[id].at = x;
  l.net.values[id].factor = factor;
  l.net.values[id].fused = true;
  if (x.buffer >= 0) l.viewers[x.buffer].push_back(id);
}

registration const here{{"RequantShift", requant}, {"TrueIntegerDiv", true_integer_div}};
}  // namespace
}  // namespace deeploy::import
