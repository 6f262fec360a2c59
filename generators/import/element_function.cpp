// SPDX-License-Identifier: Apache-2.0
// Elementwise layers as functions of one element, by the arithmetic of their reference kernels.
#include <generators/import/element_function.hpp>
#include <reference/integer_div.hpp>

namespace deeploy::import {
i32 number_of(lowered_layer const& x, char const* name, i32 otherwise) {
  for (auto const& [known, value] : x.params)
    if (known == name) return static_cast<i32>(std::stoll(value));
  return otherwise;
}

std::int64_t requantised(requantisation const& q, std::int64_t x) { return q.present ? apply(q, static_cast<i32>(x)) : x; }

std::int64_t requantised_before(lowered_layer const& x, char const* name, std::int64_t value) {
  for (auto const& [known, q] : x.before)
    if (known == name) return requantised(q, value);
  return value;
}

namespace {
std::int64_t of_two(lowered_layer const& x, std::int64_t a, std::int64_t b) {
  if (x.kind == "integer_div") {
    op::integer_div_params const p{.delta = number_of(x, "delta", 1), .eta = number_of(x, "eta", 1), .eps = number_of(x, "eps", 0)};
    return reference::integer_quotient(p, static_cast<i32>(a), static_cast<i32>(b));
  }
  u32 const u = static_cast<u32>(requantised_before(x, "a", a)), v = static_cast<u32>(requantised_before(x, "b", b));
  return static_cast<i32>(x.kind == "add" ? u + v : x.kind == "sub" ? u - v : u * v);
}
}  // namespace

std::optional<element_function> function_of(lowering const& l, lowered_layer const& x, int& varying) {
  varying = 0;
  requantisation const q = x.requant.q;
  if (x.requant.mul || x.form != axes_form::elementwise) return std::nullopt;
  if (x.kind == "requantise") return [q](std::int64_t v) { return requantised(q, v); };
  if (x.kind != "add" && x.kind != "sub" && x.kind != "mul" && x.kind != "integer_div") return std::nullopt;
  for (int side : {0, 1}) {
    view const& v = x.inputs[static_cast<std::size_t>(side)];
    auto const constant = l.is_constant(v) ? uniform(l, v) : std::nullopt;
    if (!constant) continue;
    varying = 1 - side;
    return [p = &x, q, side, c = *constant](std::int64_t e) { return requantised(q, of_two(*p, side == 0 ? c : e, side == 0 ? e : c)); };
  }
  return std::nullopt;
}
}  // namespace deeploy::import
